"""Stage 2: weighers and the order they make."""
