"""What is answered, as JSON schemas, one module a noun.

The views write it, and the tests hold every answer to it.
"""
