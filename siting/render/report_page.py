"""`report.html`: the run as a document that prints, Chinese first and English second.

One file with nothing outside it and no script: the template is `maps/report.html.j2`, its look `maps/report.css`.
All text reaches the page through the template's autoescape.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from siting.render.certificate import certainty, gap_text, objective_text
from siting.render.page import page_environment, page_style
from siting.render.report_sentences import plan_sentences, today_sentences
from siting.render.sketch import dense_extent, make_base, make_dots, whole_extent
from siting.render.tables_futures import RULE
from siting.render.tables_gone import gone_table
from siting.render.tables_people import TODAY, WORDS, uncovered_by_village
from siting.render.tables_record import NOTICE_KIND, QUESTION_KIND, assumptions, ordered_thresholds, question_texts
from siting.render.tables_sites import new_facilities
from siting.render.tables_vehicles import WORST, arrival_sentences, stations_table, townships_table, villages_table
from siting.render.wording import (
    MODE,
    STATUS,
    UNNAMED,
    ZONE_KIND,
    beyond_text,
    both,
    caveat,
    gini_text,
    group_name,
    joined,
    label_of,
    places_text,
    planned,
    zone_names,
)
from siting.results import RunResult, ServiceResult, over_capacity

VILLAGES_SHOWN = 50
FACILITIES_SHOWN = 25
SHOWN_ABOVE = (NOTICE_KIND, QUESTION_KIND)
Values = dict[str, object]


def write_report(result: RunResult, path: Path) -> None:
    """Write the report.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the program's own templates are missing.
    """
    environment = page_environment(beyond=beyond_text, places=places_text, gini=gini_text)
    page = environment.get_template("report.html.j2").render(css=page_style(), **report_values(result))
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def report_values(result: RunResult) -> Values:
    """What the template shows."""
    plan = planned(result)
    zones = zone_names(result.case)
    opened = new_facilities(result).frame if plan else pd.DataFrame()
    bases = [make_base(result, whole_extent(result))]
    dense = dense_extent(result)
    if dense is not None:
        bases.append(make_base(result, dense, small_roads=True))
    services = []
    for service in result.services:
        site_zones = dict(zip(service.sites["id"], service.sites["zone"], strict=True))
        mine = opened[opened["service"] == service.service.name_zh] if plan else opened
        numbers = dict(zip(mine["id"], mine["number"].astype(int), strict=True)) if plan else {}
        services.append(
            {
                "zh": service.service.name_zh,
                "en": service.service.name_en,
                "label": label_of(service),
                "headline": _headline(service),
                "sentences": plan_sentences(service) if plan else today_sentences(service),
                "question": _question(service, zones),
                "new": [
                    row | {"zone_name": zones.get(site_zones[row["id"]], UNNAMED)} for row in mine.to_dict("records")
                ],
                "new_cost": service.opening_yuan,
                "gone": _gone(service, zones),
                "sizes": service.has_sizes,
                "vehicles": service.has_vehicles,
                "arrival": _arrival(service),
                "sketches": [(base, make_dots(service, base, numbers)) for base in bases],
                "groups": _groups(service, zones),
                "accessibility": _accessibility(service, plan),
                "uncovered": _uncovered(service, "after" if plan else "before"),
                "loads": _loads(service, plan),
                "certificate": _certificate(service),
                "checks": service.checks,
                "outlook": _outlook(service, result),
                "unverified": [both(text) for text in service.unverified],
                "off_network": int(service.demand["off_network"].sum()),
            }
        )
    return {
        "title_zh": result.title_zh,
        "title_en": result.title_en,
        "case": result.case.info,
        "plan": plan,
        "caveat": both(caveat(result)),  # the program's own words: nothing in them could leave a CSS string
        "notices": result.notices,
        "notes": result.notes,
        "services": services,
        "futures": [
            {
                "names": (future.name_zh, future.name_en),
                "probability": future.probability,
                "changes": joined(future),
                "source": future.source,
            }
            for future in result.futures
        ],
        "assumptions": [row for row in assumptions(result).frame.to_dict("records") if row["kind"] not in SHOWN_ABOVE],
        "sources": result.case.sources,
        "program": _program(result),
    }


def _outlook(service: ServiceResult, result: RunResult) -> Values | None:
    """The plan in each future, and the villages that a future cuts off."""
    outlook = service.outlook
    if outlook is None:
        return None
    texts = {future.id: future for future in result.futures}
    places = outlook.places[outlook.places["cut_off_persons"] > 0]
    cut = []
    for key in dict.fromkeys(places["future"]):
        mine = places[places["future"] == key]
        cut.append(
            {
                "zh": texts[key].name_zh,
                "en": texts[key].name_en,
                "persons": float(mine["cut_off_persons"].sum()),
                "places": mine.head(VILLAGES_SHOWN).to_dict("records"),
                "more": max(len(mine) - VILLAGES_SHOWN, 0),
            }
        )
    return {
        "rule": RULE[outlook.rule],
        "rows": outlook.table.to_dict("records"),
        "cut": cut,
    }


def _headline(service: ServiceResult) -> Values:
    return {when: service.headline(when).to_dict() for when in ("before", "after")}


def _gone(service: ServiceResult, zones: dict[str, tuple[str, str]]) -> Values:
    """The facilities that close or move, and what becomes of the people who went there."""
    rows = gone_table(service)
    return {
        "rows": [
            row | {"status_text": STATUS[row["status"]], "zone_name": zones.get(row["zone"], UNNAMED)}
            for row in rows.to_dict("records")
        ],
        "cost": service.closing_yuan,
    }


def _arrival(service: ServiceResult) -> Values | None:
    """Vehicles by station, arrival by township, and the worst villages; None where no vehicles are placed."""
    if not service.has_vehicles:
        return None
    villages = villages_table(service)
    return {
        "sentences": arrival_sentences(service),
        "stations": [
            row | {"status_text": STATUS[row["status"]]} for row in stations_table(service).to_dict("records")
        ],
        "townships": townships_table(service).to_dict("records"),
        "worst": villages.head(WORST).to_dict("records"),
        "more": max(len(villages) - WORST, 0),
    }


def _question(service: ServiceResult, zones: dict[str, tuple[str, str]]) -> Values:
    rules = service.service.demand
    ages = f"{rules.from_age} 岁及以上" if rules.to_age is None else f"{rules.from_age}-{rules.to_age} 岁"
    ages_en = f"{rules.from_age} and over" if rules.to_age is None else f"{rules.from_age}-{rules.to_age}"
    standards = [
        {"kind": ZONE_KIND[kind], "mode": MODE[mode], "minutes": minutes, "source": source, "verified": verified}
        for kind, (mode, minutes, source, verified) in ordered_thresholds(service)
    ]
    return {
        "persons": float(service.headline("before")["demand_persons"]),
        "ages_zh": ages,
        "ages_en": ages_en,
        "standards": standards,
        "asked": question_texts(service, zones),
    }


def _groups(service: ServiceResult, zones: dict[str, tuple[str, str]]) -> list[Values]:
    """Coverage by zone, township and age: one block each, those with people."""
    summary = service.summary
    before = summary[summary["when"] == "before"].set_index(["group_kind", "group"])
    after = summary[summary["when"] == "after"].set_index(["group_kind", "group"])
    blocks: list[Values] = []
    titles = (("zone", "按分区", "By zone"), ("township", "按乡镇街道", "By township"), ("age", "按年龄", "By age"))
    for kind, zh, en in titles:
        rows = []
        for key in [key for key in before.index if key[0] == kind]:
            b, a = before.loc[key], after.loc[key]
            if b["demand_persons"] > 0:
                rows.append({"name": group_name(kind, str(key[1]), zones), "before": b.to_dict(), "after": a.to_dict()})
        if len(rows) > 1 or (rows and kind == "zone"):
            blocks.append({"zh": zh, "en": en, "rows": rows})
    return blocks


def _accessibility(service: ServiceResult, plan: bool) -> Values:
    """What the places within the standard come to, and what could not be counted."""
    shown = ("before", "after") if plan else ("before",)
    left_zh, left_en = [], []
    for when in shown:
        unknown, in_use = service.without_capacity(when), len(service.in_use(when))
        if unknown:
            zh, en = WORDS[when] if plan else TODAY[when]
            left_zh.append(f"{zh} {in_use} 处中的 {unknown} 处")
            left_en.append(f"{unknown} of the {in_use} facilities {en}")
    left = (
        f"规模未知或不设上限、未计入的设施：{'，'.join(left_zh)}。" if left_zh else "",
        f"Of unknown or unlimited capacity and not counted: {', '.join(left_en)}." if left_en else "",
    )
    if not service.has_accessibility:
        return {
            "there": False,
            "sentence": (
                f"现有设施没有一处规模已知，不计算可达性。{left[0]}",
                f"No capacity is known of today's facilities: accessibility is not computed. {left[1]}",
            ),
        }
    before, after = service.headline("before"), service.headline("after")
    mean = [places_text(row["accessibility_mean_per_1000"]) for row in (before, after)]
    inequality = [gini_text(row["accessibility_gini"]) for row in (before, after)]
    if plan:
        zh = (
            f"每千名需要服务的人在标准时间内平均能用到的位数由 {mean[0]} 变为 {mean[1]}，"
            f"基尼系数由 {inequality[0]} 变为 {inequality[1]}。"
        )
        en = (
            f"Places within the standard for each 1,000 people who need the service go from {mean[0]} to {mean[1]},"
            f" their Gini coefficient from {inequality[0]} to {inequality[1]}."
        )
    else:
        zh = f"每千名需要服务的人在标准时间内平均能用到 {mean[0]} 位，基尼系数 {inequality[0]}。"
        en = (
            f"Within the standard there are {mean[0]} places for each 1,000 people who need the service;"
            f" their Gini coefficient is {inequality[0]}."
        )
    mixed = service.demand["mode"].nunique() > 1
    return {"there": True, "mixed": mixed, "sentence": (f"{zh}{left[0]}", f"{en} {left[1]}".strip())}


def _uncovered(service: ServiceResult, when: str) -> Values:
    found = uncovered_by_village(service, when)
    names = service.sites.set_index("id")["name"].to_dict()
    shown = found.head(VILLAGES_SHOWN)
    rows = [
        row
        | {
            "township": row["township"] or UNNAMED[0],
            "mode_zh": MODE[row["mode"]][0],
            "nearest_name": names.get(row["nearest_id"]) or row["nearest_id"],
        }
        for row in shown.to_dict("records")
    ]
    return {
        "rows": rows,
        "more": len(found) - len(shown),
        "villages": len(found[["township", "village"]].drop_duplicates()),
        "persons": float(found["uncovered_persons"].sum()),
        "unreachable": float(found["unreachable_persons"].sum()),
        "lost": float(found["lost_persons"].sum()),
    }


def _loads(service: ServiceResult, plan: bool) -> Values:
    """The fullest facilities, new ones among them, and the totals."""
    when = "after" if plan else "before"
    sites = service.in_use(when).copy()
    sites["load"] = sites[f"load_{when}_persons"]
    sites["use"] = sites["load"] / sites["capacity_persons"].where(sites["capacity_persons"] > 0)
    over = over_capacity(sites["load"].to_numpy(dtype=np.float64), sites["capacity_persons"].to_numpy(dtype=np.float64))
    known = sites["capacity_persons"].notna()
    order = sites.assign(over=over).sort_values(["use", "load"], ascending=False, na_position="last", kind="stable")
    keep = order[order["use"].notna() & (order["over"] | (order["status"] == "new"))]
    if len(keep) < 10:
        keep = order[order["use"].notna()].head(10).combine_first(keep).sort_values("use", ascending=False)
    rows = [row | {"status_text": STATUS[row["status"]]} for row in keep.head(FACILITIES_SHOWN).to_dict("records")]
    return {
        "rows": rows,
        "more": max(len(keep) - FACILITIES_SHOWN, 0),
        "count": len(sites),
        "over": int(over.sum()),
        "over_persons": float((sites["load"] - sites["capacity_persons"])[over].sum()),
        "light": int((sites["use"] < 0.3).sum()),
        "unknown": int((~known).sum()),
        "capacity": float(sites.loc[known, "capacity_persons"].sum()),
        "load": float(sites.loc[known, "load"].sum()),
    }


def _certificate(service: ServiceResult) -> Values | None:
    outcome = service.outcome
    if outcome is None:
        return None
    return {
        "words": certainty(outcome),
        "formulation": both((service.formulation_zh, service.formulation_en)),
        "meaning": (service.objective_zh, service.objective_en),
        "sense": ("最小化", "minimise") if outcome.sense == "minimize" else ("最大化", "maximise"),
        "objective": objective_text(outcome.objective),
        "bound": objective_text(outcome.bound),
        "gap": gap_text(outcome),
        "solver": f"{outcome.solver} {outcome.version}",
        "seed": outcome.seed,
        "threads": outcome.threads,
        "seconds": f"{outcome.seconds:.1f}",
        "passed": sum(check.passed for check in service.checks),
    }


def _program(result: RunResult) -> str:
    versions = result.provenance.get("versions")
    return f"siting {versions.get('siting', '')}".strip() if isinstance(versions, dict) else "siting"
