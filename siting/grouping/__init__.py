"""Facilities grouped under leads, in groups of balanced size: medical alliances, education communities."""
