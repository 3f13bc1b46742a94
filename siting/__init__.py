"""Facility siting on real road networks: read, time, allocate, verify, map.

For bare numbers three lines are enough:

    from siting import Instance, solve
    plan = solve(Instance.from_arrays(minutes, people, p=3), "p_median")
    print(plan.outcome.label_en, plan.open)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from siting.instance import Instance as Instance
    from siting.optimise import solve as solve
    from siting.solver import SolverOptions as SolverOptions

__version__ = "0.1.0"
__all__ = ["Instance", "SolverOptions", "solve"]

_HOME = {"Instance": "siting.instance", "SolverOptions": "siting.solver", "solve": "siting.optimise"}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is: `import siting` alone loads neither the solver nor Pyomo."""
    if name not in _HOME:
        raise AttributeError(f"module 'siting' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
