"""A run of one period, or an evaluation, in the words of `siting.render.views`: what every other answer speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from siting.render.catchments import catchment_layer
from siting.render.cell_text import number_text
from siting.render.cells import cells_of
from siting.render.columns import Sheet, narrowed
from siting.render.layers_people import line_layer, people_layers
from siting.render.layers_sites import area_layers, site_layers
from siting.render.map_style import Style, load_style
from siting.render.panel_run import panel_bars, panel_groups, panel_notes
from siting.render.sections_run import rows_of, run_sections
from siting.render.sheets import all_sheets
from siting.render.views import Base, Share, Told, View, place_of
from siting.render.wording import (
    Text,
    label_of,
    labels_text,
    minutes_text,
    persons_text,
    share_text,
    zone_names,
)
from siting.results import RunResult, ServiceResult

BRIEF = {  # tables beside the map, and their columns there
    "new_facilities": ("number", "name", "capacity_persons", "load_persons", "newly_covered_persons"),
    "gone_facilities": ("name", "status"),
    "vehicles": ("name", "vehicles_before", "vehicles"),
    "uncovered_villages": ("township", "village", "uncovered_persons", "nearest_min"),
}
CHECKS = {"checks": ("check", "passed", "detail")}
WITHIN: Text = ("标准之内的比例", "Share within the standard")


def told_of(result: RunResult) -> Told:
    """A view for each service, the workbook's tables as they are, and the sections of a report.

    Raises:
        InputError: when the file of the map's look is malformed.
    """
    style, sheets, zones = load_style(), tuple(all_sheets(result)), zone_names(result.case)
    inputs = result.provenance.get("inputs_sha256")
    planned = any(service.question is not None for service in result.services)
    cells = pd.Series(cells_of(result.case), index=result.case.demand["id"]) if planned else None
    return Told(
        place=place_of(result.case),
        title=(result.title_zh, result.title_en),
        label=labels_text(result),
        notices=result.notices,
        views=tuple(_view(service, sheets, zones, style, cells) for service in result.services),
        sections=run_sections(result, sheets),
        sheets=sheets,
        base=base_of(result),
        inputs=dict(inputs) if isinstance(inputs, dict) else {},
        record={key: value for key, value in result.provenance.items() if key != "inputs_sha256"},
        notes=result.notes,
    )


def base_of(result: RunResult) -> Base:
    """The base map that a run found."""
    return Base(result.roads, result.water, result.rail, result.places, result.green, result.stations)


def _view(
    service: ServiceResult, sheets: tuple[Sheet, ...], zones: Mapping[str, Text], style: Style, cells: pd.Series | None
) -> View:
    plan = service.question is not None
    lines = (line_layer(service, style),) if plan else ()
    served = catchment_layer(service, cells, style) if plan and cells is not None else None
    return View(
        subject=service.service.id,
        subject_zh=service.service.name_zh,
        subject_en=service.service.name_en,
        layers=(
            *area_layers(service, style), *(() if served is None else (served,)),
            *people_layers(service, zones, style), *lines, *site_layers(service, zones, style),
        ),
        figures=_figures(service),
        sheets=(*_brief(service, sheets, BRIEF), *panel_groups(service, zones), *_brief(service, sheets, CHECKS)),
        bars=panel_bars(service, style),
        label=label_of(service),
        share=_share(service),
        notes=panel_notes(service),
    )  # fmt: skip


def _brief(service: ServiceResult, sheets: tuple[Sheet, ...], wanted: Mapping[str, tuple[str, ...]]) -> list[Sheet]:
    """Those of the tables that have something of the service, with some of their columns."""
    found = {sheet.key: sheet for sheet in sheets}
    told = [
        replace(narrowed(rows_of(service, found[key]), names), notes=())
        for key, names in wanted.items()
        if key in found
    ]
    return [sheet for sheet in told if len(sheet.frame)]


def _share(service: ServiceResult) -> Share | None:
    """Who is within the standard; None where nobody needs the service."""
    before, after = (float(service.headline(when)["covered_share"]) for when in ("before", "after"))
    if before != before:
        return None
    return Share(*WITHIN, before, after if service.question is not None else None)


def _figures(service: ServiceResult) -> tuple[tuple[str, str, str], ...]:
    """How people fare before and, for a plan, after, and what it does."""
    before, after = service.headline("before"), service.headline("after")
    plan = service.question is not None

    def change(one: str, other: str) -> str:
        return one if one == other or not plan else f"{one} → {other}"

    def both_times(key: str) -> str:
        return change(minutes_text(before[key]), minutes_text(after[key]))

    covered = change(persons_text(before["covered_persons"]), persons_text(after["covered_persons"]))
    share = change(share_text(before["covered_share"]), share_text(after["covered_share"]))
    cut_off = change(persons_text(before["unreachable_persons"]), persons_text(after["unreachable_persons"]))
    found = [
        ("需要的人", "People who need it", persons_text(before["demand_persons"])),
        (*WITHIN, share),
        ("标准之内（人）", "Within the standard, persons", covered),
        ("到最近设施平均（分钟）", "Mean minutes to the nearest", both_times("mean_min")),
        ("95% 的人不超过（分钟）", "95 % within, minutes", both_times("p95_min")),
        ("最远（分钟）", "Farthest, minutes", both_times("worst_min")),
        ("到不了任何设施（人）", "No facility in reach, persons", cut_off),
    ]
    counts = (
        ("new", "新建（处）", "New"),
        ("closed", "关闭（处）", "Closed"),
        ("moved", "迁出（处）", "Moved away"),
        ("existing", "保留现有（处）", "Existing, kept"),
    )
    for status, zh, en in counts if plan else ():
        count = int((service.sites["status"] == status).sum())
        if count:
            found.append((zh, en, number_text(count, "count")))
    if plan and service.opening_yuan > 0:
        money = number_text(service.opening_yuan / 1e4, "value")
        found.append(("新建投资（万元）", "Cost of what is new, 10,000 yuan", money))
    return tuple(found)
