"""Unit tests of what is foreseen."""
