"""城乡差距: what people of the city zones and of the villages have of each service, and how far apart they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.impedance import FloatArray
from siting.layout.tables.columns import ALTERNATIVE, COURSES, SERVICE, YEAR
from siting.layout.tables.facts import WHEN, Facts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import ZONE_KIND, Text

SIDES = ("urban", "rural")  # kinds of zones; towns are told in neither


def gaps_of(facts: Facts, frame: pd.DataFrame) -> pd.DataFrame:
    """One row a service and year with people in city zones and in villages.

    Columns: service_id, service, year, need_urban, need_rural (persons), and `..._before`, `..._after`: share_urban,
    share_rural (within the standard), difference (urban less rural, percentage points), ratio (urban to rural, NaN
    where nobody of the villages is within), mean_min_urban, mean_min_rural (of those who have a place), worst (township
    with the smallest share), worst_share.

    Args:
        frame: as `needs.figures`.
    """
    whole = frame[frame["group_id"] == "all"]
    kinds = facts.plan.posed.case.zones["kind"]
    zones = whole[whole["level_id"] == "zone"]
    zones = zones.assign(kind=zones["unit_id"].map(kinds))
    townships = whole[(whole["level_id"] == "township") & (whole["need"] > 0)]
    rows = []
    for (service_id, service, year), _ in whole.groupby(["service_id", "service", "year"], sort=False):
        mine = zones[(zones["service_id"] == service_id) & (zones["year"] == year)]
        sides = {kind: mine[mine["kind"] == kind] for kind in SIDES}
        need = {kind: float(part["need"].sum()) for kind, part in sides.items()}
        if min(need.values()) <= 0:
            continue
        there = townships[(townships["service_id"] == service_id) & (townships["year"] == year)]
        row: dict[str, object] = {"service_id": service_id, "service": service, "year": year}
        row |= {f"need_{kind}": value for kind, value in need.items()}
        for when in WHEN:
            share = {kind: float(part[f"within_{when}"].sum()) / need[kind] for kind, part in sides.items()}
            mean = {kind: _mean(part, when) for kind, part in sides.items()}
            last = there.sort_values([f"share_{when}", "need"], ascending=[True, False], kind="stable").head(1)
            row |= {f"share_{kind}_{when}": share[kind] for kind in SIDES}
            row |= {f"mean_min_{kind}_{when}": mean[kind] for kind in SIDES}
            row |= {
                f"difference_{when}": 100 * (share["urban"] - share["rural"]),
                f"ratio_{when}": share["urban"] / share["rural"] if share["rural"] > 0 else np.nan,
                f"worst_{when}": str(last["unit"].iloc[0]), f"worst_share_{when}": float(last[f"share_{when}"].iloc[0]),
            }  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


def _mean(part: pd.DataFrame, when: str) -> float:
    """Mean minutes over zones, weighted by those who have a place; NaN where nobody has."""
    placed: FloatArray = part[f"placed_{when}"].to_numpy()
    minutes = part[f"mean_min_{when}"].fillna(0.0).to_numpy()
    return float(placed @ minutes / placed.sum()) if placed.sum() > 0 else np.nan


def gap_index(frame: pd.DataFrame) -> Sheet:
    """The table of `gaps_of`."""
    (city, in_city), (village, in_village) = (ZONE_KIND[kind] for kind in SIDES)
    told: tuple[tuple[str, Text, str], ...] = (
        ("share_urban", (f"{city}达标比例", f"Share within, {in_city}"), "share"),
        ("share_rural", (f"{village}达标比例", f"Share within, {in_village}"), "share"),
        ("difference", ("城乡相差（百分点）", "Difference (points)"), "points"),
        ("ratio", ("城乡倍差（城÷乡）", "Ratio (urban to rural)"), "number"),
        ("mean_min_urban", (f"{city}平均（分钟）", f"Mean (min), {in_city}"), "minutes"),
        ("mean_min_rural", (f"{village}平均（分钟）", f"Mean (min), {in_village}"), "minutes"),
        ("worst", ("达标比例最低的乡镇街道", "Township with the smallest share"), "text"),
        ("worst_share", ("其达标比例", "Its share"), "share"),
    )
    columns = (
        SERVICE, YEAR, Column("need_urban", f"{city}需求（人）", f"Need, {in_city}", "persons"),
        Column("need_rural", f"{village}需求（人）", f"Need, {in_village}", "persons"),
        *(
            Column(f"{name}_{when}", f"{zh}：{COURSES[when][0]}", f"{en}: {COURSES[when][1]}", kind, 14)
            for name, (zh, en), kind in told
            for when in WHEN
        ),
    )  # fmt: skip
    notes = (
        (
            "城区、农村按分区的 kind；镇区不计入任何一方，见“覆盖与出行”。相差为正、倍差大于 1：农村不如城区。"
            "达标按各自分区的标准，城区的时间通常更严、出行方式可能不同。农村无人达标的没有倍差。",
            "Urban and rural by the kind of the zone; towns are on neither side (see coverage). A positive difference,"
            " or a ratio above 1: the villages have less. Each side by the standard of its own zones, which may differ"
            " in minutes and mode. No ratio where nobody of the villages is within.",
        ),
        ("时间只统计有着落的人。", "Minutes are of those who have a place."),
        ALTERNATIVE,
    )
    return make_sheet("gap_index", ("城乡差距", "Town and country"), columns, frame, notes)
