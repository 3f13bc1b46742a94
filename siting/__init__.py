"""Facility siting on real road networks: read, time, allocate, verify, map.

For bare numbers three lines are enough:

    from siting import Instance, solve
    plan = solve(Instance.from_arrays(minutes, people, p=3), "p_median")
    print(plan.outcome.label_en, plan.open)
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
