"""The weighers that ship with snapfault, one idea a file."""
