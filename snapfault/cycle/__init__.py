"""One tick of a worker, in parts: what may begin, what is under way."""
