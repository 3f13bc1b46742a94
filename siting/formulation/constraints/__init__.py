"""The constraints, one function each, the code in the order of the formula."""

from siting.formulation.constraints import (
    assignment,
    capacity,
    contiguity,
    coverage,
    equity,
    market,
    robust,
    sites,
    states,
)

__all__ = ["assignment", "capacity", "contiguity", "coverage", "equity", "market", "robust", "sites", "states"]
