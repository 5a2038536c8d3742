"""The steps of a recovery, one a file."""
