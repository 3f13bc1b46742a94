"""Who changes place and who gains, against plain loops over random assignments."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from siting.layout.tables.flows import entries_of, flows_between, gained_by_place

PLACES, POINTS, PERIODS = 4, 6, 3


def random_people(rng: np.random.Generator) -> pd.DataFrame:
    """Demand rows of two services; some points have nobody in some periods."""
    rows = [
        {"service": s, "group": 0, "period": t, "point": i, "persons": float(rng.integers(1, 30))}
        for s in range(2)
        for t in range(PERIODS)
        for i in range(POINTS)
        if rng.random() < 0.8
    ]
    return pd.DataFrame(rows)


def random_pairs(rng: np.random.Generator, demand: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for row in range(len(demand)):
        chosen = rng.choice(PLACES, int(rng.integers(0, 4)), replace=False)
        shares = rng.dirichlet(np.ones(chosen.size + 1))[: chosen.size] if rng.random() < 0.5 else None
        for k, place in enumerate(chosen):
            share = 1 / chosen.size if shares is None else shares[k]
            minutes = float(rng.integers(1, 40))
            rows.append(
                {
                    "row": row, "period": demand["period"][row], "place": int(place), "share": share,
                    "minutes": minutes, "within": minutes <= 20,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def shares_of(pairs: pd.DataFrame, row: int) -> dict[int, float]:
    """Share of a row by place, -1 for what is left."""
    mine = pairs[pairs["row"] == row]
    found = dict(zip(mine["place"], mine["share"], strict=True))
    return {**found, -1: 1 - sum(found.values())}


@pytest.mark.parametrize("seed", range(6))
def test_as_many_stay_as_can_and_the_others_are_spread_in_proportion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    demand = random_people(rng)
    before, after = random_pairs(rng, demand), random_pairs(rng, demand)
    expected: dict[tuple[int, int, int], tuple[float, float]] = {}
    for row, r in demand.iterrows():
        same = (demand["service"] == r["service"]) & (demand["point"] == r["point"])
        back = demand.index[same & (demand["period"] == r["period"] - 1)]
        if r["period"] > 0 and not len(back):
            continue
        source, origin = (before, row) if r["period"] == 0 else (after, back[0])
        old, new = shares_of(source, origin), shares_of(after, row)
        stay = {p: min(old.get(p, 0.0), new.get(p, 0.0)) for p in {*old, *new}}
        moving = sum(new.values()) - sum(stay.values())
        for p, q in ((p, q) for p in old for q in new):
            share = (old[p] - stay[p]) * (new[q] - stay[q]) / moving if moving > 1e-9 else 0.0
            if share > 1e-12:
                expected[int(row), p, q] = (share * demand["persons"][origin], share * r["persons"])
    found = flows_between(demand, entries_of(before), entries_of(after), PLACES)
    told = {(r.row, r.origin, r.dest): (r.was, r.now) for r in found.itertuples()}
    assert expected
    assert told.keys() == expected.keys()
    for key, persons in expected.items():
        assert told[key] == pytest.approx(persons)


@pytest.mark.parametrize("seed", range(6))
def test_each_who_comes_within_the_standard_counts_once(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    demand = random_people(rng)
    before, after = random_pairs(rng, demand), random_pairs(rng, demand)
    expected = np.zeros((PLACES, PERIODS))
    for row, r in demand.iterrows():
        old, new = (
            {p: s for p, s, w in part.loc[part["row"] == row, ["place", "share", "within"]].to_numpy() if w}
            for part in (before, after)
        )
        rise = max(sum(new.values()) - sum(old.values()), 0.0)
        more = {p: share - min(share, old.get(p, 0.0)) for p, share in new.items()}
        for p, share in more.items():
            if rise > 0:
                expected[int(p), int(r["period"])] += r["persons"] * rise * share / sum(more.values())
    found = gained_by_place(demand, before, after, (PLACES, PERIODS))
    assert expected.sum() > 0
    assert found == pytest.approx(expected)
