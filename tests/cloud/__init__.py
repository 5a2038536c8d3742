"""End to end on real OpenStack services."""
