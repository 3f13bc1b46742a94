"""Vehicles before and after a plan: how many stand within the standard of each place, and the chance that one is free.

Vehicles are taken to be busy independently of each other, each for the same share of the time, so that of n within the
standard one is free with chance 1 - busy^n. Source: Daskin (1983), Transportation Science 17(1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from siting.impedance import BoolArray, FloatArray, ImpedanceMatrix

BACKUP = 2  # vehicles within the standard of somebody who has one in reserve


def vehicles_today(ledger: pd.Series, existing: BoolArray) -> tuple[FloatArray, BoolArray]:
    """(S,) vehicles at each site today, and where one was taken because the ledger does not tell.

    Args:
        ledger: (S,) vehicles of the facilities, NaN where they are not known.
        existing: (S,) sites in use.
    """
    known = ledger.to_numpy(dtype=np.float64)
    assumed: BoolArray = existing & np.isnan(known)
    return np.where(existing, np.where(assumed, 1.0, known), 0.0), assumed


def vehicles_within(impedance: ImpedanceMatrix, standard: FloatArray, vehicles: FloatArray) -> FloatArray:
    """(I,) how many of `vehicles` (S,) stand within the standard (I,) of each place."""
    near = impedance.values <= standard[impedance.rows]
    weights = vehicles[impedance.indices[near]]
    return np.bincount(impedance.rows[near], weights=weights, minlength=impedance.shape[0]).astype(np.float64)


def chance_of_one_free(count: FloatArray, busy: float) -> FloatArray:
    """(I,) chance that one of `count` (I,) vehicles is free."""
    free: FloatArray = 1.0 - np.power(busy, count)
    return free


def arrival_by_group(demand: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """One row a group of places: persons, expected_share_before and _after (of the people, who find a free vehicle
    within the standard), reached_share_* (with a vehicle within it, free or not), backup_share_* (with two).

    Args:
        demand: as `results.ServiceResult.demand`, of a plan that places vehicles.
    """
    persons = demand["demand_persons"].to_numpy(dtype=np.float64)
    parts = {key: demand[key] for key in keys} | {"persons": persons}
    for when in ("before", "after"):
        count = demand[f"vehicles_{when}"].to_numpy(dtype=np.float64)
        parts[f"expected_share_{when}"] = persons * demand[f"expected_{when}"].to_numpy(dtype=np.float64)
        parts[f"reached_share_{when}"] = persons * (count >= 1)
        parts[f"backup_share_{when}"] = persons * (count >= BACKUP)
    frame = pd.DataFrame(parts)
    frame = frame[frame["persons"] > 0]
    sums = frame.groupby(list(keys), sort=False).sum()
    shares = [name for name in sums.columns if name != "persons"]
    sums[shares] = sums[shares].div(sums["persons"], axis=0)
    return sums.reset_index()
