"""The configuration options, one module per group."""
