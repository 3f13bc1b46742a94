"""The list of facilities (设施一览表) of a published answer, from the layers of its public map."""

from __future__ import annotations

import pandas as pd

from siting.consultation.facilities import last_views, layers_of
from siting.consultation.rules import Rules
from siting.render.cell_text import cell_texts
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.views import PointLayer, Told, View
from siting.render.wording import both

FIRST = (
    Column("service", "服务", "Service", width=20),
    Column("id", "编号", "Id", width=12),
    Column("name", "名称", "Name", width=28),
    Column("status", "规划", "Plan", width=16),
)
LAST = (
    Column("period", "截至", "Until", width=10),
    Column("lon", "经度（归格后）", "Longitude, snapped", "degrees", 14),
    Column("lat", "纬度（归格后）", "Latitude, snapped", "degrees", 14),
)
OWN = frozenset(column.name for column in (*FIRST, *LAST)) | {"category"}


def facility_list(told: Told, rules: Rules) -> Sheet:
    """Each facility once, as it is in the last period of its service.

    Args:
        told: the public answer.
        rules: which of its layers are of facilities in the plan.
    """
    parts, columns = [], dict[str, Column]()
    for view in last_views(told):
        for layer in layers_of(view, "facilities", rules):
            part, own = _rows(view, layer)
            parts.append((part, own))
            for column in own:
                known = columns.setdefault(column.name, column)
                if known.kind != column.kind:  # some numbers of one service are suppressed, and so all are texts
                    columns[column.name] = column if column.kind == "text" else known
    frames = [_in_kinds(part, own, columns) for part, own in parts]
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    wanted = (*FIRST, *columns.values(), *LAST)
    for column in wanted:
        if column.name not in table.columns:
            table[column.name] = "" if column.kind == "text" else float("nan")
    return make_sheet("facilities", ("设施一览表", "Facilities"), wanted, table)


def _rows(view: View, layer: PointLayer) -> tuple[pd.DataFrame, list[Column]]:
    names = {category.key: both((category.zh, category.en)) for category in layer.categories}
    columns = [column for column in layer.columns if column.name not in OWN]
    frame = layer.frame.assign(
        service=both((view.subject_zh, view.subject_en)),
        status=layer.frame["category"].map(names),
        period=view.period if view.period.isdigit() else both((view.period_zh, view.period_en)),
    )
    found = []
    for column in columns:
        stem = column.name.removesuffix("_zh")
        if column.language == "zh" and f"{stem}_en" in frame.columns:
            frame[stem] = [both(pair) for pair in zip(frame[column.name], frame[f"{stem}_en"], strict=True)]
            found.append(Column(stem, column.zh, column.en, "text", column.width))
        elif column.language != "en" or f"{column.name.removesuffix('_en')}_zh" not in frame.columns:
            found.append(column)
    return frame, found


def _in_kinds(part: pd.DataFrame, own: list[Column], columns: dict[str, Column]) -> pd.DataFrame:
    """The rows with numbers as texts in the columns that are texts for another service."""
    for column in own:
        if columns[column.name].kind == "text" and column.kind != "text":
            part[column.name] = cell_texts(part[column.name], column.kind)
    return part[[name for name in (*OWN - {"category"}, *(column.name for column in own)) if name in part.columns]]
