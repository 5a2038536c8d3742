"""What may be sent, as JSON schemas, one module a noun."""
