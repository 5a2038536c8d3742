"""The sources of load that ship with snapfault, and what they share."""
