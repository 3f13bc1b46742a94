"""Everything of a layout plan that a planner hands in, as tables, and the record of it.

sheets = sheets_of(plan)
record = record_of(plan)
sheets, record = sheets_and_record(plan)  # both in less time
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from siting.layout.result import LayoutPlan
from siting.layout.tables.assumptions import assumptions
from siting.layout.tables.balance import school_variation, variation_of
from siting.layout.tables.beyond import beyond_townships, beyond_villages, nearest
from siting.layout.tables.births import births, births_of
from siting.layout.tables.budgets import budget_projects, budget_projects_of, budget_sweep, budgets_of
from siting.layout.tables.catchments import fragments, pieces_of
from siting.layout.tables.circuit import circuit, circuit_centres, circuit_rounds
from siting.layout.tables.education import education, education_of
from siting.layout.tables.facts import COMPULSORY, EDUCATION, HEALTH, Facts
from siting.layout.tables.far import far_villages
from siting.layout.tables.gap_index import gap_index, gaps_of
from siting.layout.tables.grades import grades
from siting.layout.tables.health import density, pairing, referral, use
from siting.layout.tables.inventory import ledger, planned
from siting.layout.tables.needs import coverage, figures, gaps, groups
from siting.layout.tables.private import private, private_of
from siting.layout.tables.projects import investment, projects, projects_of, ranked_projects
from siting.layout.tables.record import budgets_record, record_of_facts
from siting.layout.tables.rules import rules
from siting.layout.tables.running import running, running_of
from siting.layout.tables.schools import far_pupils, hearing, moves, rides, rides_of
from siting.layout.tables.shares import shares
from siting.layout.tables.tracks import tracks_of, tracks_sheet
from siting.layout.tables.visits import visits_of
from siting.layout.trigger_sheet import trigger_sheet
from siting.prepare import Settings
from siting.render.columns import Sheet

__all__ = ["record_of", "sheets_and_record", "sheets_of"]


@dataclass(frozen=True, eq=False)
class Work:
    """What both the tables and the record are made from.

    Attributes:
        figures, projects, rides, variation, budgets, births, pieces, education: as `needs.figures`,
            `projects.projects_of`, `schools.rides_of`, `balance.variation_of`, `budgets.budgets_of`,
            `births.births_of`, `catchments.pieces_of` and `education.education_of` give them.
    """

    facts: Facts
    figures: pd.DataFrame
    projects: pd.DataFrame
    rides: pd.DataFrame
    variation: pd.DataFrame
    budgets: pd.DataFrame
    births: pd.DataFrame
    pieces: pd.DataFrame
    education: pd.DataFrame

    @classmethod
    def of(cls, plan: LayoutPlan, settings: Settings | None) -> Work:
        """All of it computed."""
        facts = Facts(plan, settings or Settings())
        frame, ridden, variation = figures(facts), rides_of(facts), variation_of(facts)
        scaled, apart = births_of(facts), pieces_of(facts)
        told = education_of(facts, frame, ridden, variation, scaled, apart)
        return cls(facts, frame, projects_of(facts), ridden, variation, budgets_of(facts), scaled, apart, told)


def sheets_of(plan: LayoutPlan, settings: Settings | None = None) -> tuple[Sheet, ...]:
    """Every table of a plan, in reading order; those that do not concern its services, or are empty, are left out.

    Args:
        settings: where travel times between facilities are cached; none: they are computed anew.
    """
    return _sheets(Work.of(plan, settings))


def record_of(plan: LayoutPlan) -> dict[str, Any]:
    """What `run.json` keeps of a plan: see `siting.layout.tables.record`."""
    return _record(Work.of(plan, None))


def sheets_and_record(plan: LayoutPlan, settings: Settings | None = None) -> tuple[tuple[Sheet, ...], dict[str, Any]]:
    """`sheets_of` and `record_of`, computed once."""
    work = Work.of(plan, settings)
    return _sheets(work), _record(work)


def _record(work: Work) -> dict[str, Any]:
    record = record_of_facts(work.facts, work.figures, work.projects, work.education)
    return record | {"budgets": budgets_record(work.budgets)}


def _sheets(work: Work) -> tuple[Sheet, ...]:
    facts, frame, found, ridden, variation = work.facts, work.figures, work.projects, work.rides, work.variation
    ids = {service.id for service in facts.services}
    schools, care = bool(ids & set(EDUCATION)), bool(ids & set(HEALTH))
    limited = any(
        d.group.standard_minutes or d.group.max_minutes for part in facts.plan.posed.needs.groups for d in part
    )
    yearly, visits, of_private = running_of(facts), visits_of(facts), private_of(facts)
    apart, tracks = gaps_of(facts, frame), tracks_of(facts, frame)
    sheets = (
        planned(facts),
        projects(facts, found) if len(found) else None,
        ranked_projects(facts, found) if found["gained"].sum() > 0 else None,
        investment(facts, found) if len(found) else None,
        budget_sweep(facts, work.budgets) if len(work.budgets) else None,
        budget_projects(facts, budget_projects_of(facts)) if len(work.budgets) else None,
        running(facts, yearly) if len(yearly) else None,
        gaps(facts, frame),
        tracks_sheet(tracks) if len(tracks) else None,
        coverage(facts, frame),
        gap_index(apart) if len(apart) else None,
        private(facts, of_private) if len(of_private) else None,
        education(facts, work.education) if schools else None,
        births(facts, work.births) if len(work.births) else None,
        fragments(facts, work.pieces) if len(work.pieces) else None,
        school_variation(facts, variation) if len(variation) else None,
        hearing(facts) if ids & set(COMPULSORY) else None,
        trigger_sheet(facts.plan.after) if schools else None,
        moves(facts) if schools else None,
        rides(facts, ridden) if len(ridden) else None,
        far_pupils(facts) if limited else None,
        beyond_townships(facts) if care else None,
        beyond_villages(facts),
        far_villages(facts) if care else None,
        nearest(facts),
        circuit(facts, visits) if len(visits.villages) else None,
        circuit_rounds(facts, visits) if len(visits.rounds) else None,
        circuit_centres(facts, visits) if len(visits.rounds) else None,
        use(facts),
        density(facts) if care else None,
        shares(facts),
        referral(facts),
        pairing(facts),
        ledger(facts),
        groups(facts, frame),
        grades(facts),
        rules(facts, variation),
        assumptions(facts),
    )
    return tuple(sheet for sheet in sheets if sheet is not None and len(sheet.frame))
