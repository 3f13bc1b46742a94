"""Need and places by kind, for services whose facilities serve several: nursing and dementia beds of care homes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.case import Case
from siting.demand import demand_for
from siting.standards import Service


def places_by_kind(case: Case, service: Service) -> pd.DataFrame:
    """What each township needs and has of each kind.

    Args:
        case: the place.
        service: one with kinds; its whole demand is told by the case's age columns.

    Returns:
        kind (its id), township ('' for the whole case, which comes first), need and places, in the unit of the
        service's capacity. Of a kind without a column of its own, places are what the others leave of the capacity;
        a figure that a facility does not state counts as 0.

    Raises:
        InputError: as `demand.demand_for`.
    """
    facilities = case.facilities[case.facilities["service"] == service.id]
    names = dict.fromkeys([*case.demand["township"], *facilities["township"]])
    townships = [str(name) for name in names if name]  # people and places without one count in the whole only
    own = {kind.id: facilities[kind.column].fillna(0.0) for kind in service.kinds if kind.column is not None}
    rest = (facilities["capacity"].fillna(0.0) - sum(own.values(), start=0.0)).clip(lower=0.0)
    parts = []
    for kind in service.kinds:
        need = demand_for(case, service.model_copy(update={"demand": kind.demand}))
        by_township = pd.Series(need).groupby(case.demand["township"].to_numpy()).sum()
        held = own.get(kind.id, rest)
        places = held.groupby(facilities["township"]).sum()
        table = pd.DataFrame({"township": townships, "need": by_township.reindex(townships).to_numpy()})
        table = table.assign(places=places.reindex(townships).to_numpy()).fillna(0.0)
        whole = {"township": "", "need": float(np.sum(need)), "places": float(held.sum())}
        parts.append(pd.concat([pd.DataFrame([whole]), table], ignore_index=True).assign(kind=kind.id))
    return pd.concat(parts, ignore_index=True)[["kind", "township", "need", "places"]]
