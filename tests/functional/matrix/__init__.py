"""Every way of a recovery, disturbed at every moment and in every call."""
