"""Decisions of stage 3."""
