"""Decisions of stage 4."""
