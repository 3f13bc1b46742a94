"""The sites of a service after a plan: what became of each, how large it is, what it costs, what stands there."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.assemble import Problem
from siting.evaluation.vehicles import vehicles_today
from siting.impedance import BoolArray, IntArray
from siting.question.sizes import size_classes


def site_ledger(
    problem: Problem, open_after: BoolArray, *, servers: IntArray | None = None, sizes: IntArray | None = None
) -> pd.DataFrame:
    """The sites with `results.ServiceResult`'s columns, but for the loads.

    Args:
        problem: the service's sites.
        open_after: (S,) sites open in the plan.
        servers: (S,) servers at each; None where the model places none.
        sizes: (S,) index into `size_classes` of each new facility; None where the model chooses none.
    """
    sites = problem.sites
    existing = (sites["origin"] == "existing").to_numpy(dtype=bool)
    new, gone = open_after & ~existing, existing & ~open_after
    moved = gone & sites["relocatable"].to_numpy(dtype=bool)
    chosen = moved | (gone & sites["closable"].to_numpy(dtype=bool))
    capacity = sites["capacity_persons"].to_numpy(dtype=np.float64)
    cost = np.where(chosen, problem.question.closing_yuan or 0.0, sites["cost_yuan"].to_numpy(dtype=np.float64))
    names = np.full(len(sites), "", dtype=object)
    if sizes is not None:
        classes = size_classes(problem.question, problem.service)
        mine = np.where(new, sizes, -1)
        names = np.array([*(size.name for size in classes), ""], dtype=object)[mine]
        # How large a candidate would be that was not chosen, and at what cost, nobody has decided.
        held = np.array([*(size.persons for size in classes), np.nan])[mine]
        paid = np.array([*(size.yuan for size in classes), np.nan])[mine]
        capacity, cost = np.where(existing, capacity, held), np.where(existing, cost, paid)
    status = np.select([moved, gone, new, ~existing], ["moved", "closed", "new", "candidate"], "existing")
    inner = ["origin", "closing", "closable", "relocatable", "attraction", "vehicles_today"]
    ledger = sites.drop(columns=inner).assign(
        status=status,
        capacity_persons=capacity,
        cost_yuan=cost,
        size_class=names,
        vehicles=np.nan if servers is None else servers.astype(np.float64),
    )
    if servers is None:
        return ledger
    today, assumed = vehicles_today(sites["vehicles_today"], existing)
    return ledger.assign(vehicles_before=today, vehicles_assumed=assumed)
