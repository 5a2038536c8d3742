"""The entry points of the processes."""
