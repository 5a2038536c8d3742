"""Tables of cases for what decides: no I/O, no mock, no clock."""
