"""The main job shown from end to end on real OpenStack services.

``python -m tests.demo`` brings up a minicloud, runs snapfault on it, types
what a user types, breaks a server in the middle of a backup, and at last
lets an independent check read the cloud. Its exit code is the check's.
"""
