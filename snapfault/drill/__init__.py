"""Drills: rehearse a recovery beside the service, and leave nothing."""
