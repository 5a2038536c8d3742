"""Everything that snapfault stands on dies and comes back, or hangs."""
