"""Every kind of page that the program writes, of texts that mean harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from siting.compare.output import write_comparison
from siting.consultation.notice import Notice
from siting.consultation.rules import Extras, load_rules
from siting.explain import answers as a
from siting.explain.page import write_page as write_explanation
from siting.opinions.asked import Asked, Facility
from siting.opinions.form import write_form
from siting.opinions.log import HANDLED, Row, facility_text
from siting.opinions.public_log import public_page, public_rows
from siting.opinions.summary import summary_of
from siting.opinions.words import ABOUT, STANCE, WAY
from siting.people import demand_over_time, people_over_time
from siting.people.output import write_people
from siting.publish.notice_files import notice_page
from siting.publish.public import public_told
from siting.publish.review import review_page
from siting.render.answer_report import write_answer_report
from siting.render.report_page import write_report
from siting.render.sweep_tables import write_summary
from siting.render.told_of import told_of
from siting.render.view_map import render_views
from siting.render.wording import both
from siting.report.build import build
from siting.report.html_writer import html_text
from siting.standards import load_service
from tests.compare.samples import make_run
from tests.consultation.a_notice import a_notice
from tests.hostile.names import HOSTILE
from tests.hostile.sample import hostile_answer
from tests.people.small import make_case
from tests.render.make_result import make_result
from tests.tiny_case import place

Writer = Callable[[Path], object]


def hostile_notice() -> Notice:
    """A notice of which the planner typed every text from the list."""
    t = HOSTILE
    return a_notice(
        title_zh=t[2], title_en=t[3], version=t[4], drafting_unit=t[5], publishing_unit=t[6], scope=t[7], period=t[8],
        purpose=t[9], content=list(t), indicators=[{"name": text, "value": text} for text in t], handling=t[10],
        feedback={"address": t[0], "phone": t[1], "email": t[2], "web": t[13], "contact": t[16]},
        note=t[12],
    )  # fmt: skip


def demand_table() -> str:
    """A place for each text, which is its name, its township and its village."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        ["id", "name", "lon", "lat", "zone", "township", "village", "age_0_5", "age_6_11", "age_12_64", "age_65_plus"]
    )
    for k, name in enumerate(HOSTILE):
        spot = place(k % 5, k // 5 % 5)
        rows.writerow([f"d{k}", name, *spot, "core" if k % 2 else "rest", name, name, 5, 10, 100, 30])
    return text.getvalue()


def people(folder: Path) -> None:
    """The page of a projection, and its tables."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerows([["id", "name_zh", "name_en", "kind"], ["core", HOSTILE[2], HOSTILE[3], "urban"]])
    rows.writerow(["rest", HOSTILE[0], HOSTILE[1], "rural"])
    case = make_case(folder / "case", plots=None, demand=demand_table(), zones=text.getvalue())
    found = people_over_time(case, last_year=2022)
    write_people(found, demand_over_time(found, [load_service("primary_school")], [2022]), folder / "people")


def explanation() -> a.Explanation:
    """An explanation of which every text is hostile."""
    pair = (HOSTILE[2], HOSTILE[3])
    measures = a.Measures((1.0,), 10.0, 3.0, 0.0, 1, 0.0)
    found = []
    for text in HOSTILE:
        site = a.Site(text, text, text)
        change = a.Change(
            measures, (site,), (site,), 2.0, 1.0, 3.0, 1.0, 4.0, (a.TownshipChange(text, 2.0, 1.0, 3.0, 1.0, 5.0),)
        )
        verdict = a.Verdict(a.Sure.EXACT, 1.0, 1.0, label=(text, text), reason=(text, text))
        found.append(a.Answer(site, verdict, change, freely=True, note=(text, text)))
    legs = tuple(a.Leg(answer.site, 2.0, 0.5) for answer in found[:2])
    point = a.PointAnswer(
        HOSTILE[4], HOSTILE[4], 5.0, "walk", 10.0, False, legs, legs[0], legs[1], legs[0], legs[0], (HOSTILE[5],) * 2
    )
    own = a.ServiceExplanation(
        HOSTILE[6], pair, pair, ("total_weighted_impedance",), "minimize", pair, True, 0.0, 100.0, measures, 3,
        losses=tuple(found), rivals=tuple(found[:3]), rivals_tried=3, sites=tuple(found[:2]),
        place=a.PlaceAnswer(HOSTILE[3], (point,)),
        notes=tuple((text, text) for text in HOSTILE),
    )  # fmt: skip
    notices = tuple((text, text) for text in HOSTILE)
    seconds, limit, by = 1.0, 2.0, HOSTILE[0]
    return a.Explanation(
        Path("run"), pair, pair, (own,), notices, pair, seconds, limit, interrupted=False, asked=pair, program=by
    )


def sweep(folder: Path) -> None:
    """The summary of many tasks."""
    rows: list[dict[str, Any]] = []
    for text in HOSTILE:
        row: dict[str, Any] = {"task": text, "state": "done", "folder": "run", "sites": text, "where": text, "key": "0"}
        for name in ("place", "title", "service", "label", "notice"):
            row |= {f"{name}_zh": text, f"{name}_en": text}
        rows.append(row | dict.fromkeys(("persons", "covered_before", "covered_after", "new", "cost_yuan"), 1.0))
    write_summary(rows, {"done": ("完成", "done")}, folder)


def review(path: Path) -> None:
    """What a publication would disclose."""
    rules = load_rules()
    extras = Extras(costs=True, candidates=True)
    public, found = public_told(hostile_answer(), rules, extras)
    command = " ".join(HOSTILE)
    path.write_text(
        review_page(public, found, hostile_notice(), rules, extras, code="ABC", command=command), encoding="utf-8"
    )


def compare(folder: Path) -> None:
    """The three pages of a comparison."""
    told = hostile_answer()
    runs = [make_run(k, replace(told, title=(HOSTILE[k], HOSTILE[k + 2]))) for k in range(2)]
    write_comparison(runs, folder)


def opinions(folder: Path) -> None:
    """The public page of a log whose staff wrote the names into everything that is published."""
    facilities = tuple(Facility(k, name, name, name, name, name, name, name, name) for k, name in enumerate(HOSTILE))
    asked = Asked("plan", ("", ""), "", None, None, "", (), facilities, ())
    handled = dict.fromkeys(HANDLED, " ".join(HOSTILE))
    rows = [
        Row(
            k, "", "2026-11-20", both(WAY["form"]), both(ABOUT["facility"]), *facility_text(one),
            both(STANCE["oppose"]), "", handled, (),
        )
        for k, one in enumerate(facilities)
    ]  # fmt: skip
    title = (HOSTILE[0], " ".join(HOSTILE))
    page = public_page(public_rows(rows, asked), title, summary_of(rows, asked))
    (folder / "opinions.html").write_text(page, encoding="utf-8")


def write_pages(folder: Path) -> dict[str, Path]:
    """All of them: the path of each by its name."""
    result, told = make_result(demand_points=60, sites=45, roads=45), hostile_answer()
    render_views(told_of(result), folder / "plan.html")
    write_report(result, folder / "run_report.html")
    render_views(told, folder / "views.html")
    write_answer_report(told, folder / "answer_report.html")
    (folder / "planning_report.html").write_text(html_text(build(told, None, language="both")), encoding="utf-8")
    write_form(told, hostile_notice(), load_rules(), folder)
    (folder / "notice.html").write_text(notice_page(hostile_notice(), told), encoding="utf-8")
    opinions(folder)
    write_explanation(explanation(), folder / "explain.html")
    review(folder / "review.html")
    sweep(folder / "sweep")
    compare(folder / "compare")
    people(folder)
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.html"))}
