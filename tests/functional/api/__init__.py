"""The real WSGI application on a database of its own and the fake cloud."""
