"""Single-source capacitated location: each demand point whole to one site. Good plans, bounds and proofs."""

from siting.search.single_source.search import SingleSource, search_single_source

__all__ = ["SingleSource", "search_single_source"]
