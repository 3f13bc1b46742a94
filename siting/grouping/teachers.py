"""Teachers that a leading school could share with the schools of its group, by the indicators of quality balance."""

from __future__ import annotations

from typing import cast

import numpy as np
import pandas as pd

from siting.case import Case
from siting.case_ledger import SCHOOLS
from siting.evaluation.quality_balance import School, load_quality_standard
from siting.grouping.solve import Groups

RESOURCES = ("teachers_above_degree", "backbone_teachers", "arts_sports_teachers")


def teachers_to_share(case: Case, groups: Groups) -> pd.DataFrame | None:
    """What each group's schools lack of the standard, and what its lead has beyond it.

    A school needs least / 100 x pupils teachers of a kind, rounded up; whole teachers beyond that can be shared
    without the lead itself falling below.

    Returns:
        One row a group and kind: lead (id), resource, name_zh, name_en, short_members (members below the standard),
        short (teachers they lack), spare (teachers the lead has beyond its own need), shared (the smaller of both),
        left (what they still lack). None where the members are no schools with known resources.
    """
    leads, members = groups.problem.leads, groups.problem.members
    services = {str(name) for name in (*leads["service"], *members["service"])}
    if case.school_resources is None or not services <= set(SCHOOLS):
        return None
    known = set(case.school_resources["id"])
    if not known >= {*leads["id"], *members["id"]}:
        return None
    table = case.school_resources.set_index("id")
    rows = []
    for indicator in load_quality_standard().indicators:
        if indicator.resource not in RESOURCES:
            continue
        spare, short = (
            _beyond(table, frame, indicator.resource, indicator.per_pupils, indicator.least)
            for frame in (leads, members)
        )
        for j, lead in enumerate(leads["id"]):
            lacking = np.maximum(-short[groups.group == j], 0)
            rest = max(int(spare[j]), 0)
            total = int(lacking.sum())
            rows.append(
                {
                    "lead": str(lead), "resource": indicator.resource,
                    "name_zh": indicator.name_zh, "name_en": indicator.name_en,
                    "short_members": int((lacking > 0).sum()), "short": total, "spare": rest,
                    "shared": min(total, rest), "left": max(total - rest, 0),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _beyond(table: pd.DataFrame, schools: pd.DataFrame, resource: str, per: int, least: object) -> np.ndarray:
    """Whole teachers beyond the standard of each school, negative below it; 0 pupils need none."""
    standard = cast("dict[School, object]", least)
    need = [
        np.ceil(standard[service].value * pupils / per - 1e-9)  # type: ignore[attr-defined]
        for service, pupils in zip(schools["service"], schools["enrolment"].fillna(0.0), strict=True)
    ]
    return np.asarray(table.loc[schools["id"], resource].to_numpy() - np.array(need)).astype(np.int64)
