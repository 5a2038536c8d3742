"""The only room that talks to OpenStack."""
