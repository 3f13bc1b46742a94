"""Facility siting on real road networks: read, time, allocate, verify, map."""

__version__ = "0.1.0"
