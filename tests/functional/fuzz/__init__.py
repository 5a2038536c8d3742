"""Requests of any form, sent to the service as a process of its own."""
