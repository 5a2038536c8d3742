"""WSGI applications, for servers that load them by module path."""

from snapfault import cmd  # noqa: F401 - for the warnings it filters
