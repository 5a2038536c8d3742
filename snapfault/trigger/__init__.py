"""Stage 1: which snapshot tasks are due."""
