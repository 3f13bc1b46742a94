"""The frozen numbers of one location problem, and what they consist of."""

from siting.instance.instance import NO_LIMIT, Instance

__all__ = ["NO_LIMIT", "Instance"]
