"""The long evidence: what is held to be true, tried many times.

``make proof`` runs each claim of :mod:`tests.proof.claims` with large
counts; ``make test`` runs the same code with small ones.
"""
