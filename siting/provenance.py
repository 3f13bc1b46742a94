"""`run.json`: what a run was made from and with, so that it can be made again."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd

import siting
from siting.case import Case
from siting.files.cache import hash_file
from siting.results import GONE, ServiceResult

PACKAGES = (
    "pyomo", "highspy", "geopandas", "osmnx", "networkx", "folium", "numpy", "scipy", "pandas", "shapely", "osmium",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of this program and of what its results depend on."""
    found = {"siting": siting.__version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def hash_inputs(files: Mapping[str, Path]) -> dict[str, str]:
    """SHA-256 by the name that each input goes by."""
    return {name: hash_file(path) for name, path in files.items()}


def hash_case(case: Case) -> dict[str, str]:
    """SHA-256 of the case's files."""
    return hash_inputs({f"case/{path.name}": path for path in case.input_files})


def certificate(result: ServiceResult) -> dict[str, object]:
    """What one service's plan achieves and how sure it is, as plain JSON values."""
    answer: dict[str, object] = {"service": result.service.id, "formulation": result.formulation_en}
    outcome = result.outcome
    if outcome is not None:
        answer |= {
            "label_zh": outcome.label_zh,
            "label_en": outcome.label_en,
            "status": outcome.status.value,
            "proven": outcome.proven,
            "objective": outcome.objective,
            "bound": outcome.bound,
            "gap": outcome.gap,
            "sense": outcome.sense,
            "solver": outcome.solver,
            "solver_version": outcome.version,
            "seed": outcome.seed,
            "threads": outcome.threads,
            "nodes": outcome.nodes,
            "solver_seconds": round(outcome.seconds, 3),
            "verified": bool(result.checks) and all(check.passed for check in result.checks),
            "then": [
                {"objective": o.objective, "bound": o.bound, "gap": o.gap, "sense": o.sense} for o in outcome.then
            ],
            "open": sorted(result.new_sites["id"]),
            **{status: sorted(result.sites.loc[result.sites["status"] == status, "id"]) for status in GONE},
            "opening_yuan": round(result.opening_yuan, 2),
            "closing_yuan": round(result.closing_yuan, 2),
            "unassigned_persons": round(result.unassigned_persons, 6),
        }
        new = result.new_sites
        if result.has_sizes:
            answer["sizes"] = dict(zip(new["id"], new["size_class"], strict=True))
        if result.has_vehicles:
            standing = result.sites[result.sites["vehicles"] > 0]
            answer["vehicles"] = {key: int(n) for key, n in zip(standing["id"], standing["vehicles"], strict=True)}
        if result.captured_persons is not None:
            answer["captured_persons"] = round(result.captured_persons, 6)
    for when in ("before", "after") if outcome is not None else ("before",):
        row = result.headline(when)
        figures = {
            name: (None if row[name] != row[name] else round(float(row[name]), 6))
            for name in (
                "demand_persons", "covered_persons", "covered_share", "unreachable_persons",
                "mean_min", "median_min", "p95_min", "worst_tenth_min", "worst_min", "gini",
                "accessibility_mean_per_1000", "accessibility_least_per_1000", "accessibility_gini",
            )
        }  # fmt: skip
        in_use, unknown = len(result.in_use(when)), result.without_capacity(when)
        answer[when] = figures | {"facilities_in_use": in_use, "facilities_without_capacity": unknown}
    if result.outlook is not None:
        answer["futures"] = {
            "rule": result.outlook.rule,
            "in_each": _records(result.outlook.table),
            "places": _records(result.outlook.places),
        }
    answer["out_of_reach"] = list(result.out_of_reach)
    answer["unverified_standards"] = [en for _, en in result.unverified]
    return answer


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Rows as plain JSON values; a missing number is null."""
    return [
        {
            str(name): (None if value != value else round(value, 6)) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in frame.to_dict("records")
    ]
