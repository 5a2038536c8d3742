"""Any history, under any quota: a service keeps a good point (invariant 1)."""
