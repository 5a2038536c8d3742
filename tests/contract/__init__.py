"""What we need of a cloud: one suite, on the fake and on real services."""
