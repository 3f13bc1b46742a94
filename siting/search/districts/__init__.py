"""Catchments that hang together, every demand point served whole by one site."""

from siting.search.districts.search import Districts, search_districts

__all__ = ["Districts", "search_districts"]
