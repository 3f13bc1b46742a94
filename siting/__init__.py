"""Facility siting on real road networks: read, time, allocate, verify, map.

For bare numbers three lines are enough:

    from siting import Instance, solve
    plan = solve(Instance.from_arrays(minutes, people, p=3), "p_median")
    print(plan.outcome.label_en, plan.open)

The packages, in the order of the work:

    cli          the commands
    cases        making a case; `case`, `standards` and `scenario` read what is asked, `question` its keys
    network      roads and travel times
    instance     the bare numbers of one problem
    formulation  the mathematics; solving: the decision, the solver; search: the searches; doctor: why there is no plan
    verify       the independent check of every plan
    evaluation   what people get: coverage, times, accessibility, load
    render       maps, tables, report

    pipeline     runs all of it; bare, explain, explore, futures and sweep ask more of the same
    files, machine    what the rest stands on
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Loaded when first asked for: `import siting` alone loads neither Pyomo nor the solver. Their types: __init__.pyi.
_HOME = {"Instance": "siting.instance", "SolverOptions": "siting.solving.solver", "solve": "siting.solving.optimise"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'siting' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
