"""Small random futures, and every plan tried in each of them."""

from __future__ import annotations

import numpy as np

from siting.futures import Future, in_future
from siting.impedance import BoolArray, ImpedanceMatrix
from siting.instance import Instance
from tests.formulation.small import plans, random_instance, value


def drawn(seed: int, *, count: int = 3, capacity: bool = False, points: int = 6) -> tuple[Instance, list[Future]]:
    """An instance and its futures: other demand, slower roads, some pairs gone that leave everybody a site."""
    rng = np.random.default_rng(seed)
    base = random_instance(seed, points=points, sites=5, plain=True, capacity=capacity)
    t = np.where(np.isfinite(base.impedance.dense()), base.impedance.dense(), 20.0)
    base = Instance.from_arrays(t, base.demand, p=2, standard=4.0, capacity=base.capacity, existing=np.arange(5) == 0)
    share = rng.dirichlet(np.ones(count))
    futures = []
    for k in range(count):
        there = t * rng.uniform(0.8, 1.5)
        there[rng.random(t.shape) < 0.15] = np.inf
        demand = np.round(base.demand * rng.uniform(0.5, 1.5, points))
        impedance = ImpedanceMatrix.from_dense(there)
        futures.append(Future(f"f{k}", f"未来{k}", f"future {k}", float(share[k]), demand, impedance))
    return base, futures


def worth(model: str, instance: Instance, future: Future, opened: BoolArray) -> float | None:
    """Objective of open sites in a future, with everybody reachable served."""
    return value(model, in_future(instance, future), opened)


def table(model: str, instance: Instance, futures: list[Future]) -> list[tuple[BoolArray, list[float | None]]]:
    """Every plan with its objective in each future."""
    return [(opened, [worth(model, instance, future, opened) for future in futures]) for opened in plans(instance)]
