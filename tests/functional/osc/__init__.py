"""The commands, run by the real openstack client in process."""
