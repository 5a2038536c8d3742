"""The fault tolerance service for programs: a service of openstacksdk.

:func:`snapfault.sdk.service.register` gives a connection the attribute
``fault_tolerance``. Nothing here needs the rest of snapfault.
"""
