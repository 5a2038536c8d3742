"""Stage 3: take a recovery point, and prune what exceeds the quota."""
