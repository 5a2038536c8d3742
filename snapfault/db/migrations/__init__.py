"""Alembic's revisions: each only adds, so that releases may overlap."""
