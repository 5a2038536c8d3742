"""Stage 2: in which order the waiting tasks go."""
