"""Stage 4: bring a failed service back from a recovery point."""
