"""The array form of the blocks: the same columns, rows and costs as their Pyomo form, without an object for each.

The Pyomo functions are the models of record; the tests hold both forms equal. A block that has no array form is
asked through Pyomo.
"""

from siting.formulation.arrays import (
    assignment,
    capacity,
    contiguity,
    coverage,
    equity,
    market,
    objectives,
    robust,
    sites,
    states,
    variables,
)
from siting.formulation.arrays.compose import NamedProgram, build_program, has_array_form

__all__ = [
    "NamedProgram",
    "assignment",
    "build_program",
    "capacity",
    "contiguity",
    "coverage",
    "equity",
    "has_array_form",
    "market",
    "objectives",
    "robust",
    "sites",
    "states",
    "variables",
]
