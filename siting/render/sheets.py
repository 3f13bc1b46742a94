"""The tables of a run, made once and written alike as workbook, CSV and report."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from siting.render import tables_futures, tables_people, tables_record, tables_sites
from siting.render.columns import Sheet
from siting.render.tables_balance import balance_sheets
from siting.render.tables_futures import has_futures
from siting.render.tables_gone import gone_facilities
from siting.render.tables_kinds import kind_sheets
from siting.render.tables_notes import notes, sources
from siting.render.tables_vehicles import vehicle_sheets
from siting.render.wording import planned
from siting.results import RunResult

_made: WeakKeyDictionary[RunResult, list[Sheet]] = WeakKeyDictionary()


def all_sheets(result: RunResult) -> list[Sheet]:
    """Every table of a run, in reading order; those about a plan only where there is one."""
    if result not in _made:
        _made[result] = _make(result)
    return _made[result]


def _make(result: RunResult) -> list[Sheet]:
    plan = planned(result)
    sheets = [
        tables_record.overview(result),
        *([tables_sites.new_facilities(result)] if plan else []),
        *([gone_facilities(result)] if any(len(service.gone_sites) for service in result.services) else []),
        tables_sites.facilities(result),
        *vehicle_sheets(result),
        tables_people.coverage(result),
        tables_people.uncovered(result),
        *([tables_sites.assignments(result)] if plan else []),
        tables_people.demand_points(result),
        *([tables_futures.futures(result), tables_futures.futures_places(result)] if has_futures(result) else []),
        *kind_sheets(result),
        *balance_sheets(result),
        *([tables_record.checks(result)] if plan else []),
        tables_record.assumptions(result),
        sources(result.case.sources),
    ]
    return [*sheets, notes(sheets)]
