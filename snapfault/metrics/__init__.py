"""Metrics for Prometheus: of all workers together, from the database."""
