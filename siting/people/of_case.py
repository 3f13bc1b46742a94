"""People over time of a case: its demand table, plots and assumptions made into steps, and carried to a last year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from siting.case import Case
from siting.errors import Faults, fail
from siting.impedance import FloatArray, IntArray
from siting.people.ages import AGES, METHOD, single_years
from siting.people.assumption_files import FILE, Changes, Given, read_assumptions
from siting.people.assumptions import VARIANTS, Assumptions, Variant
from siting.people.cohort import Course, Steps, project
from siting.people.life_table import LifeTable, SilerLaw, life_table
from siting.people.plots import FILE as PLOTS
from siting.people.plots import arrivals, no_plots, read_plots
from siting.people.sums import sum_by
from siting.people.units import Units, make_units
from siting.standards import list_services

PLANNING_YEARS = (2025, 2030, 2035)
LONGEST = 80  # years that a projection may reach beyond its data
BIRTHS_RANGE = {"low": 0.8, "middle": 1.0, "high": 1.2}  # where a case states no births
PROJECTION: tuple[str, str] = (
    "本成果是在所列假设下的推算，不是预测，也不是统计数据；假设改变，结果随之改变。",
    "This is a projection under the assumptions listed, neither a forecast nor statistics; other assumptions give "
    "other results.",
)


@dataclass(frozen=True, eq=False)
class PeopleOverTime:
    """A projection of a case.

    Attributes:
        variant: which of the variants of the assumptions.
        base_year: the year of the case's data.
        years: (T + 1,) from the base year to the last, one by one; each stands for the day of the data in that year.
        units: the U units.
        plots: the P plots, whose people are kept apart from those of older housing.
        course: people and components; places are the U units' older housing, then the P plots.
        notes: what was assumed or is missing, and what must be said of the result (zh, en).
    """

    case: Case
    given: Given
    variant: Variant
    base_year: int
    years: IntArray
    units: Units
    plots: pd.DataFrame
    course: Course
    notes: tuple[tuple[str, str], ...]

    @property
    def unit_of_place(self) -> IntArray:
        """(G,) the unit of each place."""
        return np.concatenate([np.arange(len(self.units.zone)), self.units.of_plot])

    @property
    def in_units(self) -> FloatArray:
        """(T + 1, U, A) persons by unit, with its plots."""
        return self.by_unit(self.course.people)

    def by_unit(self, values: FloatArray) -> FloatArray:
        """Sums over the places of each unit: (T, G, ...) to (T, U, ...)."""
        return sum_by(values, self.unit_of_place, len(self.units.zone))

    def index(self, years: Sequence[int]) -> IntArray:
        """Where the years stand in `years`.

        Raises:
            InputError: for a year that the projection does not reach.
        """
        for year in years:
            if not self.years[0] <= year <= self.years[-1]:
                fail(
                    f"年份应在 {self.years[0]} 至 {self.years[-1]} 之间",
                    f"years lie between {self.years[0]} and {self.years[-1]}",
                    column="years",
                    value=year,
                )
        return np.asarray(years, dtype=np.int64) - self.base_year

    @property
    def point_ids(self) -> list[str]:
        """The I demand points, then the P plots."""
        return [*self.case.demand["id"], *self.plots["id"]]

    def at_points(self, steps: IntArray, weight: FloatArray) -> FloatArray:
        """(len(steps), I + P) persons at each point and plot, each age times `weight` (101,)."""
        people = self.course.people[steps]
        U = len(self.units.zone)
        return np.concatenate([self.units.at_points(people[:, :U], weight), people[:, U:] @ weight], axis=1)

    def births_at_points(self, steps: IntArray) -> FloatArray:
        """(len(steps), I + P) births in the year that ends with each step; none are known of the base year (NaN).

        Those of a unit are shared by its people of childbearing age.
        """
        U, weight = len(self.units.zone), self.given.assumptions.fertility.ages
        parents = self.units.at_points(self.course.people[np.maximum(steps - 1, 0), :U], weight)
        births = np.where((steps > 0)[:, None], self.course.births[np.maximum(steps - 1, 0)], np.nan)
        whole, known = sum_by(parents, self.units.of_point, U), self.units.of_point >= 0
        per_parent = births[:, :U] / np.where(whole > 0, whole, 1.0)
        at_points = np.where(
            known, parents * per_parent[:, self.units.of_point], np.where(np.isnan(births[:, :1]), np.nan, 0.0)
        )
        return np.concatenate([at_points, births[:, U:]], axis=1)


def people_over_time(
    case: Case,
    *,
    variant: Variant = "middle",
    last_year: int | None = None,
    changes: Iterable[Changes] = (),
    births: float = 1.0,
) -> PeopleOverTime:
    """Project the people of a case, year by year.

    Args:
        case: the case; its `people.toml` and `plots.csv` are read where they are there.
        variant: low, middle or high births, moves and occupancy.
        last_year: none: the last of the case's `planning_years`. A projection has at least one step.
        changes: files or tables in the form of `people.toml` that replace some of the assumptions.
        births: factor on the births of every year after the base year.

    Raises:
        InputError: when the case cannot be projected, or an assumption or a plot is wrong.
    """
    start = base_year(case)
    last = planning_years(case)[-1] if last_year is None else last_year
    if not start <= last <= start + LONGEST:
        fail(
            f"最后一年应在 {start} 至 {start + LONGEST} 之间",
            f"the last year must lie between {start} and {start + LONGEST}",
            column="years",
            value=last,
        )
    given = read_assumptions(case.folder, changes)
    assumed = given.assumptions
    _check_names(case, assumed)
    plots = read_plots(case, assumed.age_profiles)
    units = make_units(case, plots)
    years = np.arange(start, max(last, start + 1) + 1)
    tables = _life_tables(assumed, years)
    people = single_years(units.counts, units.bands, tables[0].stationary)
    whole = np.concatenate([people, np.zeros((len(plots), AGES))])
    steps = _steps(case, assumed, variant, units, plots, years[1:], tables[1:], people)
    course = project(whole, replace(steps, births=steps.births * births))
    return PeopleOverTime(case, given, variant, start, years, units, plots, course, _notes(case, given, plots, units))


def persons_now(case: Case, weight: FloatArray) -> FloatArray:
    """(I,) persons at each demand point in the year of the data, each single age times `weight` (101,).

    Raises:
        InputError: when the age columns leave ages out, or an assumption is wrong.
    """
    assumed = read_assumptions(case.folder).assumptions
    units = make_units(case, no_plots())
    (table,) = _life_tables(assumed, np.array([_data_year(case) or 0]))
    people = single_years(units.counts, units.bands, table.stationary)
    persons: FloatArray = units.at_points(people[None], weight)[0]
    return persons


def as_variant(text: str) -> Variant:
    """The variant of that name.

    Raises:
        InputError: when there is none.
    """
    for variant in VARIANTS:
        if text == variant:
            return variant
    fail(
        "方案只能是 low（低）、middle（中）或 high（高）",
        f"the variant must be {', '.join(VARIANTS)}",
        column="variant",
        value=text,
    )


def planning_years(case: Case) -> list[int]:
    """Those of `PLANNING_YEARS` after the case's data; where there are none, five, ten and fifteen years on.

    Raises:
        InputError: when `case.toml` has no date.
    """
    start = base_year(case)
    return [year for year in PLANNING_YEARS if year > start] or [start + 5, start + 10, start + 15]


def base_year(case: Case) -> int:
    """The year of the case's data.

    Raises:
        InputError: when `case.toml` has no date.
    """
    year = _data_year(case)
    if year is None:
        fail(
            "缺少数据日期，不知从哪一年推算",
            "the date of the data is missing: a projection does not know where to begin",
            remedy_zh='请在 case.toml 写 data_date，如 data_date = "2020-11-01"',
            remedy_en='write data_date in case.toml, such as data_date = "2020-11-01"',
            file="case.toml",
            column="data_date",
            value=case.info.data_date,
        )
    return year


def _data_year(case: Case) -> int | None:
    match = re.match(r"^(\d{4})(?:\D|$)", case.info.data_date)
    return None if match is None else int(match[1])


def _life_tables(assumed: Assumptions, years: IntArray) -> list[LifeTable]:
    rules = assumed.survival
    law = SilerLaw(
        rules.infant_hazard.value,
        rules.infant_decline.value,
        rules.background_hazard.value,
        rules.senescent_growth.value,
    )
    made: dict[float, LifeTable] = {}
    expectancies = [float(value) for value in rules.life_expectancy.at(years)]
    for value in expectancies:
        if value not in made:
            made[value] = life_table(law, value)
    return [made[value] for value in expectancies]


def _steps(
    case: Case,
    assumed: Assumptions,
    variant: Variant,
    units: Units,
    plots: pd.DataFrame,
    years: IntArray,
    tables: list[LifeTable],
    people: FloatArray,
) -> Steps:
    """The assumptions as arrays."""
    U, P = len(units.zone), len(plots)
    kinds = np.array([*units.kind, *(units.kind[u] for u in units.of_plot)], dtype=object)
    zones = [*units.zone, *(units.zone[u] for u in units.of_plot)]
    settled = np.append(units.counts.sum(axis=1) > 0, np.zeros(P, dtype=bool))
    factor = getattr(assumed.moves_factor, variant).value if assumed.moves_factor is not None else 1.0
    pull = np.array([assumed.pull[zone].value if zone in assumed.pull else 1.0 for zone in zones])
    newcomers = arrivals(plots, years, getattr(assumed.housing.occupancy, variant).value)  # (T, P)
    profile = np.array([assumed.age_profiles[name].shares for name in plots["age_profile"]]).reshape(P, AGES)
    if assumed.births is not None:
        births = getattr(assumed.births, variant).at(years)
    else:
        births = np.full(len(years), BIRTHS_RANGE[variant] * _youngest(people, units, tables))
    relative = assumed.fertility.relative
    external = np.zeros((len(years), AGES))
    weight: dict[str, float] = {}
    if assumed.external is not None:
        ages = assumed.age_profiles[assumed.external.age_profile].shares
        external = np.outer(getattr(assumed.external, variant).at(years), ages)
        weight = {kind: value.value for kind, value in assumed.external.weight.items()}
    taken = list(assumed.housing.taken_from)
    return Steps(
        years=years,
        newborn=np.array([table.newborn for table in tables]),
        survival=np.array([table.survival for table in tables]).reshape(len(years), AGES),
        births=births,
        birth_weight=np.outer([relative[k].value if k in relative else 1.0 for k in kinds], assumed.fertility.ages),
        move_share=np.array([factor * move.shares for move in assumed.moves]).reshape(-1, AGES),
        move_from=np.array([kinds == move.from_kind for move in assumed.moves], dtype=bool).reshape(-1, U + P),
        move_to=np.array(
            [pull * settled * (kinds == move.to_kind) for move in assumed.moves], dtype=np.float64
        ).reshape(-1, U + P),
        external=external,
        external_weight=np.array([weight.get(kind, 1.0) for kind in kinds]) * settled,
        plot_place=np.arange(U, U + P),
        plot_unit=units.of_plot,
        inside=newcomers[:, :, None] * plots["from_inside"].to_numpy(dtype=np.float64)[:, None] * profile,
        outside=newcomers[:, :, None] * plots["from_outside"].to_numpy(dtype=np.float64)[:, None] * profile,
        taken_from=np.array([settled & (kinds == kind) for kind in taken], dtype=bool),
        taken_share=np.array([assumed.housing.taken_from[kind].value for kind in taken]),
    )


def _youngest(people: FloatArray, units: Units, tables: list[LifeTable]) -> float:
    """Births a year that the children of the youngest band stand for."""
    ages = min(units.bands[0][1], 4) + 1  # of a wide first band only the young ones
    table = tables[0] if tables else None
    lived = ages if table is None else table.stationary[:ages].sum()
    return float(people[:, :ages].sum() / lived)


def _check_names(case: Case, assumed: Assumptions) -> None:
    """Zones and services that the assumptions name must be there.

    Raises:
        InputError: naming each that is not.
    """
    faults = Faults(FILE)
    zones, services = list(case.zones.index), list_services()

    def check(value: str, known: Sequence[str], column: str, zh: str, en: str) -> None:
        if value not in known:
            faults.add(
                f"没有这{zh}",
                f"there is no such {en}",
                remedy_zh=f"可用：{'、'.join(known)}",
                remedy_en=f"available: {', '.join(known)}",
                column=column,
                value=value,
            )

    for zone in assumed.pull:
        check(zone, zones, "pull", "个分区", "zone")
    for k, extra in enumerate(assumed.cross_boundary, start=1):
        check(extra.zone, zones, f"cross_boundary.{k}.zone", "个分区", "zone")
        check(extra.service, services, f"cross_boundary.{k}.service", "种服务", "service")
    faults.raise_if_any()


def _notes(case: Case, given: Given, plots: pd.DataFrame, units: Units) -> tuple[tuple[str, str], ...]:
    """What a reader must know before the numbers."""
    assumed = given.assumptions
    notes = [PROJECTION]
    if case.info.synthetic:
        notes.append((case.info.notice_zh, case.info.notice_en))
    if case.info.synthetic and len(plots):
        notes.append(("住房地块（plots.csv）也是虚构的。", "The housing plots (plots.csv) are invented as well."))
    if not given.of_case:
        notes.append(
            (
                f"案例没有 {FILE}：采用程序自带的一般假设（data/{FILE}），不计迁移。",
                f"The case has no {FILE}: the program's general assumptions (data/{FILE}) are used, without moves.",
            )
        )
    if not given.has_births:
        notes.append(
            (
                "没有出生数：假定每年出生数与最低年龄段的每岁人数相当，低、高方案分别减、加五分之一。",
                "No births are stated: as many a year are assumed as the youngest band has in a year of age, a fifth "
                "fewer or more in the low and high variants.",
            )
        )
    if not len(plots):
        notes.append((f"案例没有 {PLOTS}：不计新建住房。", f"The case has no {PLOTS}: no new housing is counted."))
    if not any(case.demand["township"]):
        notes.append(("需求点没有乡镇名：只按分区分单元。", "Points name no township: units are zones only."))
    lacking = sorted({move.to_kind for move in assumed.moves} - set(units.kind))
    if lacking:
        notes.append(
            (
                f"没有这类分区可迁入：{'、'.join(lacking)}，相应的迁移不计。",
                f"No zone is of the kind {', '.join(lacking)}: moves to it do not take place.",
            )
        )
    unverified = sum(not getattr(item, "verified", True) for _, item in assumed.sourced())
    if unverified:
        notes.append(
            (
                f"{unverified} 项假设未经核实，见“假设与来源”。",
                f"{unverified} of the assumptions are not verified; see the table of assumptions.",
            )
        )
    notes.append(METHOD)
    return tuple(notes)
