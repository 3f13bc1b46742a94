"""What `run.json` keeps of a layout plan, for those who compare plans."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from siting.layout.tables.facts import WHEN, Facts
from siting.layout.tables.fates import STATUS, fates_of
from siting.solution import Outcome

FORMAT = "layout_plan"
VERSION = 1
FIGURES = (
    "placed", "within", "without", "beyond", "share", "places", "short", "mean_min", "median_min", "p95_min",
    "longest_min", "within_30",
)  # fmt: skip


def record_of_facts(
    facts: Facts, frame: pd.DataFrame, projects: pd.DataFrame, education: pd.DataFrame
) -> dict[str, Any]:
    """The record: values that JSON holds; a number that there is not is null.

    Keys: format, version, scenario, outcome, services (by id: names, groups, status, years), money (by year),
    coverage (a row a service, group, year, level and unit).
    """
    posed, outcome = facts.plan.posed, facts.plan.outcome
    scenario, info = posed.scenario, posed.case.info
    return {
        "format": FORMAT,
        "version": VERSION,
        "scenario": {
            "id": scenario.id, "title_zh": scenario.title_zh, "title_en": scenario.title_en,
            "sentence": scenario.sentence, "case": info.id, "synthetic": info.synthetic,
            "years": list(scenario.years), "variant": scenario.people.variant,
            "services": [service.id for service in facts.services],
            "objectives": ["generalised_cost"] if scenario.worth is not None else list(scenario.objectives),
        },
        "outcome": _outcome(outcome),
        "services": _services(facts, frame, education),
        "money": [
            {
                "year": year,
                "yuan": float(facts.changes.loc[facts.changes["period"] == t, "yuan"].sum()),
                "gained": float(projects.loc[projects["period"] == t, "gained"].sum()),
            }
            for t, year in enumerate(facts.years)
        ],
        "coverage": _coverage(frame),
    }  # fmt: skip


def _outcome(outcome: Outcome) -> dict[str, Any]:
    """How sure the plan is; money in the unit of the objective (ten thousand yuan) is left as the solver has it."""
    return {
        "status": str(outcome.status), "label_zh": outcome.label_zh, "label_en": outcome.label_en,
        "objective": _json(outcome.objective), "bound": _json(outcome.bound), "gap": _json(outcome.gap),
        "proven": outcome.proven, "seconds": _json(outcome.seconds), "sense": outcome.sense,
        "then": [_outcome(part) for part in outcome.then],
    }  # fmt: skip


def _services(facts: Facts, frame: pd.DataFrame, education: pd.DataFrame) -> dict[str, Any]:
    county = frame[frame["level_id"] == "county"]
    fates = fates_of(facts)
    found = {}
    for s, service in enumerate(facts.services):
        mine = [fate for fate in fates if facts.service_of_place[fate.place] == s]
        years = {}
        for year in facts.years:
            part = county[(county["service_id"] == service.id) & (county["year"] == year)]
            whole = part[part["group_id"] == "all"].iloc[0]
            years[str(year)] = {
                "need": _json(whole["need"]),
                **{when: {name: _json(whole[f"{name}_{when}"]) for name in FIGURES} for when in WHEN},
            }
            told = education[(education["service_id"] == service.id) & (education["year"] == year)]
            for _, row in told.iterrows():
                more = row.drop(["service_id", "year", "when"]).to_dict()
                years[str(year)][row["when"]] |= {
                    str(key): _json(value) for key, value in more.items() if key not in years[str(year)][row["when"]]
                }
        found[service.id] = {
            "name_zh": service.name_zh,
            "name_en": service.name_en,
            "groups": [
                {"id": d.group.id, "name_zh": d.group.name_zh, "name_en": d.group.name_en}
                for d in facts.plan.posed.needs.groups[s]
            ],
            "status": {key: sum(fate.status == key for fate in mine) for key in STATUS},
            "yuan": float(sum(fate.yuan for fate in mine)),
            "years": years,
        }
    return found


def _coverage(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """One row a service, group, year, level and unit with people."""
    names = {"service_id": "service", "group_id": "group", "level_id": "level", "unit_id": "unit", "unit": "name"}
    numbers = ["need", *(f"{name}_{when}" for name in FIGURES for when in WHEN)]
    part = frame[frame["need"] > 0]
    kept = part[[*names, "year", *numbers]].rename(columns=names)
    return [{key: _json(value) for key, value in row.items()} for row in _rows(kept)]


def _rows(frame: pd.DataFrame) -> list[Mapping[str, Any]]:
    return list(frame.to_dict(orient="records"))  # type: ignore[arg-type]


def _json(value: Any) -> Any:
    """A value that JSON holds: no NaN, no infinity, six decimals."""
    if value is None or isinstance(value, str | bool):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else round(number, 6)


def budgets_record(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of `budgets.budgets_of` but for the services' names; empty without a sweep."""
    rows = frame.drop(columns="service").to_dict("records")
    return [{str(key): _json(value) for key, value in row.items()} for row in rows]
