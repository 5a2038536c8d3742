"""Commands for the openstack client; imports nothing of snapfault.

``plugin`` is what the client loads, ``client`` speaks to the service, and each
noun has a module with its commands: ``policy``, ``protection``, ``task``,
``plan``, ``recovery``, ``point``. What they share: ``argument`` reads what a
person typed, ``command`` is the shape of a command, ``column`` is how a value
is shown, ``wait`` watches until something is over.
"""
