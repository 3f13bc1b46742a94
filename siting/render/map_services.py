"""Demand points, facilities and figures of each service as the map page's script reads them.

Tables are columns, not records; `null` is unknown (a capacity) or unreachable (minutes). Times are those of the
result, rounded once, here.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from siting.render.encode import coded, encode_points, encode_polygons, flags, minutes_shown, rounded
from siting.render.room import room_m
from siting.render.tables_sites import ranked_new
from siting.results import RunResult, ServiceResult
from siting.solution import Outcome, Status

AREA_TOLERANCE, LEAST_AREA = 8e-5, 2e-7  # degrees (about 8 m), square degrees (about 2,000 square metres)
FIGURES = (
    "demand_persons", "covered_persons", "covered_share", "unreachable_persons",
    "mean_min", "median_min", "p95_min", "worst_min", "gini",
)  # fmt: skip


def demand_points(result: RunResult) -> dict[str, Any]:
    """What all services share of the demand points: id, name, position, place, people."""
    frame = _all_demand(result)
    return {
        "id": frame["id"].astype(str).tolist(),
        "name": _texts(frame["name"]),
        "c": encode_points(frame["lon"], frame["lat"]),
        "zone": coded(frame["zone"]),
        "township": coded(frame["township"]),
        "village": coded(frame["village"]),
        "population": rounded(frame["population"], 0),
        "room": room_m(frame),
    }


def service_layers(result: RunResult) -> list[dict[str, Any]]:
    """Each service with its demand, sites, assignments, areas and figures."""
    ids = pd.Index(_all_demand(result)["id"].astype(str))
    return [_service(service, ids, planned=result.scenario is not None) for service in result.services]


def _all_demand(result: RunResult) -> pd.DataFrame:
    """The demand points of all services, each once."""
    frames = [service.demand for service in result.services]
    if not frames:
        return pd.DataFrame(columns=["id", "name", "lon", "lat", "zone", "township", "village", "population"])
    return pd.concat(frames, ignore_index=True).drop_duplicates("id", ignore_index=True)


def _service(result: ServiceResult, ids: pd.Index, *, planned: bool) -> dict[str, Any]:
    service, sites = result.service, result.sites.reset_index(drop=True)
    question = result.question
    return {
        "id": service.id,
        "name": [service.name_zh, service.name_en],
        "facility": [service.facility_zh, service.facility_en],
        "unit": [service.capacity.unit_zh, service.capacity.unit_en],
        "formulation": [result.formulation_zh, result.formulation_en],
        "outcome": _outcome(result.outcome),
        "limit_min": None if question is None else question.max_travel_minutes,
        "thresholds": [
            {"kind": kind, "mode": mode, "minutes": minutes, "source": source, "verified": bool(verified)}
            for kind, (mode, minutes, source, verified) in result.thresholds.items()
        ],
        "sites": _sites(sites, ranked_new(result)),
        "demand": _demand(result.demand, ids, pd.Index(sites["id"].astype(str)), planned=planned),
        "assigned": _assigned(result.assignments, ids, pd.Index(sites["id"].astype(str))) if planned else None,
        "areas": {
            when: encode_polygons([area], tolerance=AREA_TOLERANCE, least_area=LEAST_AREA)
            for when, area in (("before", result.service_area_before), ("after", result.service_area_after))
            if area is not None and not area.is_empty
        },
        "summary": _summary(result.summary, planned=planned),
        "checks": [[check.name_zh, check.name_en, bool(check.passed), check.detail] for check in result.checks],
        "unverified": [list(texts) for texts in result.unverified],
        "out_of_reach": ids.get_indexer(pd.Index(result.out_of_reach, dtype=ids.dtype)).tolist(),
    }


def _outcome(outcome: Outcome | None) -> dict[str, Any] | None:
    """The result's label, and how sure it is: proven, bounded, limited or none."""
    if outcome is None:
        return None
    if outcome.objective is None:
        sure = "none"
    elif outcome.proven:
        sure = "proven"
    else:
        sure = "limited" if outcome.status is Status.TIME_LIMIT or outcome.gap is None else "bounded"
    return {"label": [outcome.label_zh, outcome.label_en], "sure": sure}


def _sites(sites: pd.DataFrame, ranked: list[str]) -> dict[str, Any]:
    """Columns of the sites; `number` is that of the tables for new ones, 0 for the others."""
    return {
        "id": sites["id"].astype(str).tolist(),
        "name": _texts(sites["name"]),
        "c": encode_points(sites["lon"], sites["lat"]),
        "zone": coded(sites["zone"]),
        "township": coded(sites["township"]),
        "land": coded(sites["land"]),
        "status": coded(sites["status"].replace("moved", "closed")),
        "moved": flags(sites["status"] == "moved"),
        "size": coded(sites["size_class"]) if (sites["size_class"] != "").any() else None,
        "vehicles": rounded(sites["vehicles"], 0) if sites["vehicles"].notna().any() else None,
        "number": (pd.Index(ranked, dtype=object).get_indexer(pd.Index(sites["id"].astype(str))) + 1).tolist(),
        "capacity": rounded(sites["capacity_persons"], 1),
        "load_before": rounded(sites["load_before_persons"], 1),
        "load_after": rounded(sites["load_after_persons"], 1),
        "cost": rounded(sites["cost_yuan"], 0),
        "off": flags(sites["off_network"]),
    }


def _demand(frame: pd.DataFrame, ids: pd.Index, site_ids: pd.Index, *, planned: bool) -> dict[str, Any]:
    """One service's columns, in the order of the shared demand points."""
    places = ids.get_indexer(pd.Index(frame["id"].astype(str)))
    rows = frame.assign(_place=places).sort_values("_place")
    kinds = rows[["zone_kind", "mode", "standard_min"]].astype({"standard_min": float})
    distinct = kinds.drop_duplicates().reset_index(drop=True)
    keys = {tuple(row): k for k, row in enumerate(distinct.itertuples(index=False, name=None))}
    columns: dict[str, Any] = {
        "at": None if len(rows) == len(ids) else rows["_place"].tolist(),
        "need": rounded(rows["demand_persons"], 1),
        "standards": [{"kind": kind, "mode": mode, "minutes": minutes} for kind, mode, minutes in keys],
        "standard": [keys[row] for row in kinds.itertuples(index=False, name=None)],
        "off": flags(rows["off_network"]),
    }
    for when in ("before", "after") if planned else ("before",):
        covered = rows[f"covered_{when}"].to_numpy(dtype=bool)
        columns[when] = {
            "minutes": minutes_shown(rows[f"nearest_{when}_min"], rows["standard_min"], covered),
            "site": site_ids.get_indexer(pd.Index(rows[f"nearest_{when}_id"].astype(str))).tolist(),
            "covered": flags(covered),
            "expected": rounded(rows[f"expected_{when}"], 4) if f"expected_{when}" in rows else None,
        }
    return columns


def _assigned(frame: pd.DataFrame, ids: pd.Index, site_ids: pd.Index) -> dict[str, Any]:
    """Who goes where, sorted by demand point; `share` is None when nobody's demand is split."""
    rows = frame.assign(
        d=ids.get_indexer(pd.Index(frame["demand_id"].astype(str))),
        s=site_ids.get_indexer(pd.Index(frame["site_id"].astype(str))),
    ).sort_values(["d", "share"], ascending=[True, False])
    share = rows["share"].to_numpy(dtype=np.float64)
    return {
        "demand": rows["d"].tolist(),
        "site": rows["s"].tolist(),
        "minutes": rounded(rows["travel_time_min"], 1),
        "share": None if (share > 1 - 1e-9).all() else rounded(share, 4),
    }


def _summary(summary: pd.DataFrame, *, planned: bool) -> list[dict[str, Any]]:
    """The figures by group, before and after side by side."""
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for row in summary.to_dict("records"):
        if row["when"] == "after" and not planned:
            continue
        key = (str(row["group_kind"]), str(row["group"]))
        entry = groups.setdefault(key, {"kind": key[0], "group": key[1]})
        entry[str(row["when"])] = [_figure(name, row[name]) for name in FIGURES]
    return list(groups.values())


def _figure(name: str, value: Any) -> float | None:
    number = float(value)
    if not math.isfinite(number):
        return None
    # The page shows shares as per cent with one decimal: rounded to four first, 0.74949 would read 75.0 %.
    return round(number, 8 if name == "covered_share" else 4 if name == "gini" else 1)


def _texts(column: pd.Series) -> list[str]:
    return column.fillna("").astype(str).tolist()
