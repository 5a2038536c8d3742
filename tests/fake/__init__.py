"""The cloud in memory: as exact as the contract suite makes it."""
