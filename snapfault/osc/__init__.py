"""Commands for the openstack client; imports nothing of snapfault."""
