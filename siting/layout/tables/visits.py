"""Who visits the villages that no clinic in use reaches within the standard, and in which rounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from siting.facility_standard import Circuit
from siting.impedance import IntArray
from siting.layout.pose import vehicle_minutes
from siting.layout.rounds import Limits, Rounds, rounds_of
from siting.layout.tables.facts import Facts
from siting.layout.tables.units import villages_of

ROUNDS = (
    "s", "t", "base", "round", "villages", "stops", "persons", "elderly", "drive_min", "total_min", "visits",
    "drive_hours", "keeps",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Visits:
    """Who is visited in the plan, one row each.

    Attributes:
        villages: s, t (service, period), township, village, zone, persons, elderly (of the parts that no clinic
            reaches), whole (persons of the whole village), clinic_min (to the nearest clinic in use from the farthest
            part, NaN for none in reach), point (where the village is visited, that with most of these people: row of
            the case's demand table), base (place that visits it, -1 for none in reach), minutes (from there, NaN for
            none), round, order (from 1; 0 for none), keeps (the limits of a round).
        rounds: s, t, base, round, villages (texts in their order), stops, persons, elderly, drive_min, total_min,
            visits (a month), drive_hours (a month), keeps.
        exact: of each (s, t, base) whether less driving is proven to be impossible.
    """

    villages: pd.DataFrame
    rounds: pd.DataFrame
    exact: dict[tuple[int, int, int], bool]


def visits_of(facts: Facts) -> Visits:
    """The villages, their rounds, and by whom; frames without rows where no standard has circuit visits."""
    villages, rounds, exact = [], [], dict[tuple[int, int, int], bool]()
    for s, service in enumerate(facts.services):
        if service.circuit is None:
            continue
        stops = _stops(facts, s)
        if stops.empty:
            continue
        bases = _bases(facts, s, service.circuit)
        minutes = _minutes(facts, stops, bases, service.circuit)
        for t in range(len(facts.years)):
            here = stops[stops["t"] == t].reset_index(drop=True)
            here, found = _shared_out(facts, here, bases, minutes, service.circuit, t)
            villages.append(here)
            for base, solved in found.items():
                exact[s, t, base] = solved.exact
                rounds += _rounds(here, solved, service.circuit, (s, t, base))
    return Visits(
        pd.concat(villages, ignore_index=True) if villages else pd.DataFrame(),
        pd.DataFrame(rounds, columns=list(ROUNDS)),
        exact,
    )


def _stops(facts: Facts, s: int) -> pd.DataFrame:
    """One row a period and village outside the city zones with people whose nearest clinic is beyond the standard."""
    posed = facts.plan.posed
    demand, points, over_time = posed.demand, posed.case.demand, posed.needs.over_time
    nearest, _ = facts.nearest(facts.plan.after)
    kind = np.array(posed.parts[s].problem.zone_kind)
    names: dict[str, NDArray[np.object_]] = {
        "township": points["township"].fillna("").to_numpy(dtype=object),
        "village": np.array(villages_of(points), dtype=object),
        "zone": points["zone"].to_numpy(dtype=object),
    }
    rows = demand.assign(clinic_min=np.where(np.isnan(nearest), np.inf, nearest))[(demand["service"] == s).to_numpy()]
    rows = rows.assign(far=(rows["clinic_min"] > rows["standard"]) & (kind[rows["point"]] != "urban"))
    each = rows.groupby(["period", "point"], as_index=False).agg(far=("far", "any"), clinic_min=("clinic_min", "max"))
    t, at = each["period"].to_numpy(), each["point"].to_numpy()
    each = each.assign(
        persons=over_time.persons[t, at], elderly=over_time.groups["age_60_plus"][t, at],
        **{name: values[at] for name, values in names.items()},
    )  # fmt: skip
    village = ["period", "township", "village"]
    whole = each.groupby(village, as_index=False).agg(whole=("persons", "sum"))
    each = each[each["far"]]
    each = each.sort_values([*village, "persons"], ascending=[True, True, True, False], kind="stable")
    how = {"zone": "first", "point": "first", "persons": "sum", "elderly": "sum", "clinic_min": "max"}
    found: pd.DataFrame = each.groupby(village, as_index=False, sort=True).agg(how).merge(whole, on=village)
    return found.assign(s=s, t=found["period"], clinic_min=found["clinic_min"].replace(np.inf, np.nan))


def _bases(facts: Facts, s: int, circuit: Circuit) -> IntArray:
    """The places that send the visits and are ever in use: of the service that is named, else the service's own."""
    ids = [service.id for service in facts.services]
    by = ids.index(circuit.by) if circuit.by in ids else s
    ever = facts.in_use(facts.plan.after).any(axis=1) & facts.real & (facts.service_of_place == by)
    return np.flatnonzero(ever)


def _minutes(facts: Facts, stops: pd.DataFrame, bases: IntArray, circuit: Circuit) -> pd.DataFrame:
    """Minutes by vehicle between bases and visited points both ways; rows and columns are `b` or `p` and a number."""
    posed = facts.plan.posed
    points = np.unique(stops["point"])
    rows = [facts.places[p].row for p in bases]
    keys = [*(f"b{p}" for p in bases), *(f"p{k}" for k in points)]
    where = pd.DataFrame(
        {
            "id": keys,
            **{
                name: np.r_[[float(row[name]) for row in rows], posed.case.demand[name].to_numpy()[points]]
                for name in ("lon", "lat")
            },
        }
    )
    found = vehicle_minutes(
        where, where, circuit.drive_min.value, posed.scenario, posed.graph, posed.graph_key, facts.settings
    )
    return pd.DataFrame(found.dense(), index=keys, columns=keys)


def _shared_out(
    facts: Facts, here: pd.DataFrame, bases: IntArray, minutes: pd.DataFrame, circuit: Circuit, t: int
) -> tuple[pd.DataFrame, dict[int, Rounds]]:
    """The villages of a period with their base and round, and the rounds of each base.

    A village belongs to the nearest base of its own township, to the nearest of all where its township has none.
    """
    used = bases[facts.plan.after.state[bases, t] >= 0]
    stops = [f"p{k}" for k in here["point"]]
    ways = minutes.loc[[f"b{p}" for p in used], stops].to_numpy().reshape(used.size, len(stops))
    townships = np.array([str(facts.places[p].row["township"]) for p in used], dtype=object)
    own = (townships[:, None] == here["township"].to_numpy()[None]) & (here["township"] != "").to_numpy()[None]
    own &= np.isfinite(ways)
    ways = np.where(own | ~own.any(axis=0), ways, np.inf)
    base, there = np.full(len(stops), -1), np.full(len(stops), np.nan)
    if used.size and stops:
        best = ways.argmin(axis=0)
        reached = np.isfinite(ways[best, np.arange(len(stops))])
        base[reached] = used[best[reached]]
        there[reached] = ways[best, np.arange(len(stops))][reached]
    number, order, keeps = np.zeros(len(stops)), np.zeros(len(stops)), np.zeros(len(stops), dtype=bool)
    limits = Limits(circuit.stay_min.value, circuit.drive_min.value, circuit.day_min.value)
    found = {}
    for p in np.unique(base[base >= 0]):
        mine = np.flatnonzero(base == p)
        keys = [f"b{p}", *(stops[k] for k in mine)]
        found[int(p)] = solved = rounds_of(minutes.loc[keys, keys].to_numpy(), limits)
        for r, one in enumerate(solved.rounds, start=1):
            at = mine[np.array(one.stops) - 1]
            number[at], order[at], keeps[at] = r, np.arange(1, at.size + 1), one.keeps
        lost = mine[np.array(solved.unreached, dtype=np.int64) - 1]
        base[lost], there[lost] = -1, np.nan
    return here.assign(base=base, minutes=there, round=number, order=order, keeps=keeps), found


def _rounds(here: pd.DataFrame, solved: Rounds, circuit: Circuit, key: tuple[int, int, int]) -> list[dict[str, object]]:
    s, t, base = key
    rows = []
    for r, one in enumerate(solved.rounds, start=1):
        mine = here[(here["base"] == base) & (here["round"] == r)].sort_values("order")
        rows.append(
            {
                "s": s, "t": t, "base": base, "round": r, "villages": " → ".join(mine["village"]), "stops": len(mine),
                "persons": mine["persons"].sum(), "elderly": mine["elderly"].sum(), "drive_min": one.drive_min,
                "total_min": one.drive_min + len(mine) * circuit.stay_min.value,
                "visits": circuit.visits_per_month.value,
                "drive_hours": circuit.visits_per_month.value * one.drive_min / 60, "keeps": one.keeps,
            }
        )  # fmt: skip
    return rows
