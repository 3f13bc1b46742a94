"""The rounds of visits on the map."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from siting.layout.facts import Facts
from siting.render.map_style import Style
from siting.render.views import Category, LineLayer


def circuit_layer(facts: Facts, s: int, t: int, style: Style) -> LineLayer | None:
    """From the facility through the villages of each of its rounds and back; None where nobody is visited."""
    rounds = facts.visits.rounds
    rounds = rounds[(rounds["s"] == s) & (rounds["t"] == t)]
    if rounds.empty:
        return None
    villages, points = facts.visits.villages, facts.plan.posed.case.demand
    villages = villages[(villages["s"] == s) & (villages["t"] == t) & (villages["base"] >= 0)]
    lines = []
    for _, stops in villages.sort_values("order", kind="stable").groupby(["base", "round"], sort=True):
        start = facts.plan.after.place(int(stops["base"].iloc[0])).row
        home = (float(start["lon"]), float(start["lat"]))
        way = [home, *points[["lon", "lat"]].to_numpy()[stops["point"].astype(int)].tolist(), home]
        category = "within" if stops["keeps"].all() else "beyond"
        lines += [(*one, *other, category) for one, other in pairwise(way)]
    frame = pd.DataFrame(lines, columns=["from_lon", "from_lat", "to_lon", "to_lat", "category"])
    within, beyond = style.facility.new, style.coverage.unreachable
    categories = (
        Category(
            "within", "巡诊路线（站间直线，时间按道路）", "Rounds of visits (straight; times are by road)", within
        ),
        Category("beyond", "巡诊路线，超出时限", "Rounds of visits beyond the limits", beyond),
    )
    present = tuple(category for category in categories if (frame["category"] == category.key).any())
    return LineLayer("circuit", "巡诊路线", "Rounds of visits", frame, present, shown=False)
