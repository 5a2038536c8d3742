"""The whole service, API, database and worker, on the in-memory cloud."""
