"""Real OpenStack services in one small machine, one process each.

``python -m tests.minicloud up`` starts keystone, glance, placement,
neutron, nova, cinder and gnocchi on 127.0.0.1; see README.rst beside this
file.  The modules here control the cloud and need nothing but Python's
standard library; those in ``inside`` run in the services' environment.
"""
