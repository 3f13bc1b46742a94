"""The table of need and places by kind: general, nursing and dementia beds."""

from __future__ import annotations

import pandas as pd

from siting.evaluation.kinds import places_by_kind
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.tables_sites import SERVICE
from siting.render.wording import both, planned
from siting.results import RunResult

WHOLE = "全部 All"


def kind_sheets(result: RunResult) -> list[Sheet]:
    """分类供需: the sheet; none for a plan, and where no service has kinds."""
    services = [service.service for service in result.services if service.service.kinds]
    if planned(result) or not services:
        return []
    parts = []
    for service in services:
        found = places_by_kind(result.case, service)
        names = {kind.id: both((kind.name_zh, kind.name_en)) for kind in service.kinds}
        parts.append(
            found.assign(
                service=service.name_zh,
                kind=[names[kind] for kind in found["kind"]],
                township=[name or WHOLE for name in found["township"]],
                short=found["need"] - found["places"],
                share=found["places"] / found["need"].where(found["need"] > 0),
            )
        )
    columns = (
        SERVICE,
        Column("kind", "类型", "Kind", width=28),
        Column("township", "乡镇街道", "Township", width=14),
        Column("need", "需要", "Need", "persons", 10),
        Column("places", "现有", "Places", "persons", 10),
        Column("short", "缺口（负数为富余）", "Short by (negative: to spare)", "persons", 18),
        Column("share", "满足率", "Places for the need", "share", 12),
    )
    notes = (
        (
            "需要：该年龄人数 × 标准中的比例；现有：台账所填（不详按 0）。没有单列的类型为容量减去其他类型。",
            "Need: people of those ages times the standard's rate; places: as the ledger tells, 0 where it does not. A"
            " kind without a column of its own has what the others leave of the capacity.",
        ),
    )
    return [make_sheet("places_by_kind", ("分类供需", "Places by kind"), columns, pd.concat(parts), notes)]
