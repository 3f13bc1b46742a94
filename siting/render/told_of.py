"""A run of one period, or an evaluation, in the words of `siting.render.views`: what every other answer speaks."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from siting.render.catchments import catchment_layer
from siting.render.cell_text import number_text
from siting.render.cells import cells_of
from siting.render.columns import Sheet, narrowed
from siting.render.layers_people import Labels, line_layer, people_layers
from siting.render.layers_sites import area_layers, site_layers
from siting.render.map_page import base_of
from siting.render.map_style import Style, load_labels, load_style
from siting.render.sections_run import rows_of, run_sections
from siting.render.sheets import all_sheets
from siting.render.views import Told, View, place_of
from siting.render.wording import label_of, labels_text, minutes_text, persons_text, share_text
from siting.results import RunResult, ServiceResult

BRIEF = {  # tables beside the map, and their columns there
    "new_facilities": ("number", "name", "newly_covered_persons", "load_persons"),
    "gone_facilities": ("name", "status"),
    "uncovered_villages": ("township", "village", "uncovered_persons", "nearest_min"),
}


def told_of(result: RunResult) -> Told:
    """A view for each service, the workbook's tables as they are, and the sections of a report.

    Raises:
        InputError: when the files of the map's look or its words are malformed.
    """
    style, labels, sheets = load_style(), load_labels(), tuple(all_sheets(result))
    inputs = result.provenance.get("inputs_sha256")
    planned = any(service.question is not None for service in result.services)
    cells = pd.Series(cells_of(result.case), index=result.case.demand["id"]) if planned else None
    return Told(
        place=place_of(result.case),
        title=(result.title_zh, result.title_en),
        label=labels_text(result),
        notices=result.notices,
        views=tuple(_view(service, sheets, style, labels, cells) for service in result.services),
        sections=run_sections(result, sheets),
        sheets=sheets,
        base=base_of(result),
        inputs=dict(inputs) if isinstance(inputs, dict) else {},
        record={key: value for key, value in result.provenance.items() if key != "inputs_sha256"},
    )


def _view(
    service: ServiceResult, sheets: tuple[Sheet, ...], style: Style, labels: Labels, cells: pd.Series | None
) -> View:
    lines = (line_layer(service, style, labels),) if service.question is not None else ()
    served = catchment_layer(service, cells, style) if service.question is not None and cells is not None else None
    tables = [
        replace(narrowed(rows_of(service, sheet), BRIEF[sheet.key]), notes=()) for sheet in sheets if sheet.key in BRIEF
    ]
    return View(
        subject=service.service.id,
        subject_zh=service.service.name_zh,
        subject_en=service.service.name_en,
        layers=(
            *area_layers(service, style, labels), *(() if served is None else (served,)),
            *people_layers(service, style, labels), *lines, *site_layers(service, style),
        ),
        figures=_figures(service),
        sheets=tuple(sheet for sheet in tables if len(sheet.frame)),
    )  # fmt: skip


def _figures(service: ServiceResult) -> tuple[tuple[str, str, str], ...]:
    """How sure it is, and how people fare before and, for a plan, after."""
    before, after = service.headline("before"), service.headline("after")
    plan, label = service.question is not None, label_of(service)

    def change(one: str, other: str) -> str:
        return one if one == other or not plan else f"{one} → {other}"

    def both_times(key: str) -> str:
        return change(minutes_text(before[key]), minutes_text(after[key]))

    covered = change(persons_text(before["covered_persons"]), persons_text(after["covered_persons"]))
    share = change(share_text(before["covered_share"]), share_text(after["covered_share"]))
    cut_off = change(persons_text(before["unreachable_persons"]), persons_text(after["unreachable_persons"]))
    found = [
        ("结果", "Result", f"{label.zh} {label.en}"),
        ("需要的人", "People who need it", persons_text(before["demand_persons"])),
        ("标准之内的比例", "Share within the standard", share),
        ("标准之内（人）", "Within the standard, persons", covered),
        ("到最近设施平均（分钟）", "Mean minutes to the nearest", both_times("mean_min")),
        ("95% 的人不超过（分钟）", "95 % within, minutes", both_times("p95_min")),
        ("到不了任何设施（人）", "No facility in reach, persons", cut_off),
    ]
    if plan:
        counts = (
            ("new", "新建（处）", "New"),
            ("closed", "关闭（处）", "Closed"),
            ("moved", "迁出（处）", "Moved away"),
        )
        for status, zh, en in counts:
            count = int((service.sites["status"] == status).sum())
            if count:
                found.append((zh, en, number_text(count, "count")))
        if service.opening_yuan > 0:
            money = number_text(service.opening_yuan / 1e4, "value")
            found.append(("新建投资（万元）", "Cost of what is new, 10,000 yuan", money))
    return tuple(found)
