"""What all changes of a plan together must keep: budgets, numbers of openings and closings, minima, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import coo_array, csr_array

from siting.doctor.rules import Rule
from siting.impedance import FloatArray, IntArray
from siting.layout.places import Arc, Place, full_name
from siting.layout.scenario import LayoutScenario, Near, Reuse, ServicePlan, SharePlot, Within

MONEY = 1e4  # yuan of one unit of money in an instance: solvers like numbers of a middle size


@dataclass(frozen=True)
class Row(Rule):
    """One row: what it says, and between which bounds it lies."""

    least: float = -np.inf
    most: float = np.inf

    @classmethod
    def of_money(cls, key: str, of_zh: str, of_en: str, yuan: float) -> Row:
        """At most so many yuan."""
        zh, en = f"{of_zh}不超过 {yuan:,.0f} 元", f"{of_en}: at most {yuan:,.0f} yuan"
        return cls(key, zh, en, of_zh, of_en, "元", "yuan", MONEY, most=yuan / MONEY)

    def times(self, factor: float) -> Row:
        """A row of money for so many times as much; others as they are."""
        if self.unit_zh != "元":
            return self
        return Row.of_money(self.id, self.of_zh, self.of_en, self.most * self.scale * factor)


@dataclass
class Rows:
    """Rows as they are gathered."""

    texts: list[Row] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, text: Row, terms: Iterable[tuple[int, float]]) -> None:
        """A row of (change, coefficient); coefficients of 0 are left out."""
        number = len(self.texts)
        self.texts.append(text)
        for column, value in terms:
            if value:
                self.row.append(number)
                self.column.append(column)
                self.value.append(value)

    def matrix(self, changes: int) -> csr_array:
        """(R, A)."""
        data = (
            np.array(self.value, dtype=np.float64),
            (np.array(self.row, dtype=np.int64), np.array(self.column, dtype=np.int64)),
        )
        return csr_array(coo_array(data, shape=(len(self.texts), changes)))

    @property
    def bounds(self) -> tuple[FloatArray, FloatArray]:
        """(R,) least and most."""
        return np.array([t.least for t in self.texts]), np.array([t.most for t in self.texts])


@dataclass(frozen=True, eq=False)
class ArcTable:
    """All changes of all places, one after the other.

    Attributes:
        place, period: (A,); arcs: A of them.
        first: (P + 1,) changes of each place.
    """

    places: Sequence[Place]
    place: IntArray
    period: IntArray
    arcs: Sequence[Arc]
    first: IntArray

    @classmethod
    def of(cls, places: Sequence[Place]) -> ArcTable:
        """The table of these places."""
        count = [len(place.arcs) for place in places]
        arcs = [arc for place in places for arc in place.arcs]
        return cls(
            places,
            np.repeat(np.arange(len(places)), count),
            np.array([arc.period for arc in arcs], dtype=np.int64),
            arcs,
            np.r_[0, np.cumsum(count)],
        )

    def numbers(
        self, places: Iterable[int], *, period: int | None = None, until: int | None = None, kind: str | None = None
    ) -> list[int]:
        """The changes of these places: of one period or of all up to one, of one kind or of all."""
        return [
            a
            for p in places
            for a in range(self.first[p], self.first[p + 1])
            if (period is None or self.arcs[a].period == period)
            and (until is None or self.arcs[a].period <= until)
            and (kind is None or self.arcs[a].kind == kind)
        ]

    def of_service(self, name: str, *origins: str) -> list[int]:
        """Places of a service, of these origins only where any are named."""
        return [
            p for p, place in enumerate(self.places)
            if place.service == name and (not origins or place.origin in origins)
        ]  # fmt: skip


def service_rows(
    rows: Rows,
    table: ArcTable,
    scenario: LayoutScenario,
    plan: ServicePlan,
    names: tuple[str, str],
    townships: Sequence[str],
    zone_names: dict[str, tuple[str, str]],
) -> None:
    """What one service's changes must keep."""
    zh, en = names
    own = table.of_service(plan.service)
    real = [p for p in own if table.places[p].origin != "counts_as"]
    years = scenario.years
    for t, year in enumerate(years):
        for key, kind, words in (
            ("most_openings", "open", ("新建数量", "openings")),
            ("most_closings", "close", ("关闭数量", "closings")),
        ):
            limit = getattr(plan, key)
            if limit is not None:
                text = Row(
                    f"{plan.service}.{key}.{year}",
                    f"{zh} {year} 年{words[0]}不超过 {limit[t]}",
                    f"{en} {year}: at most {limit[t]} {words[1][:-1] if limit[t] == 1 else words[1]}",
                    f"{zh} {year} 年{words[0]}",
                    f"{words[1]} of {en} {year}",
                    most=limit[t],
                )
                rows.add(
                    text,
                    [(a, 1.0) for a in table.numbers(real, period=t, kind=kind)],
                )
    if plan.budget_yuan is not None:
        add_budget(
            rows,
            table,
            real,
            plan.budget_yuan,
            years,
            f"{plan.service}.budget_yuan",
            (f"{zh}预算", f"budget of {en}"),
            carry=True,
        )
    last = len(years) - 1
    for zone, least in plan.zone_minimum.items():
        there = [p for p in real if table.places[p].row["zone"] == zone and table.places[p].initial < 0]
        named = zone_names[zone]
        text = Row(
            f"{plan.service}.zone_minimum.{zone}",
            f"{named[0]}至少新建 {least} 处{zh}",
            f"at least {least} new {en} in {named[1]}",
            f"{named[0]}新建{zh}",
            f"new {en} in {named[1]}",
            "处",
            least=least,
        )
        rows.add(text, in_use(table, there, last))
    if plan.township_minimum:
        for name in townships:
            there = [p for p in own if table.places[p].row["township"] == name]
            text = Row(
                f"{plan.service}.township_minimum.{name}",
                f"{name}至少有 {plan.township_minimum} 处{zh}",
                f"at least {plan.township_minimum} {en} in {name}",
                f"{name}在用的{zh}",
                f"{en} in use in {name}",
                "处",
                least=plan.township_minimum,
            )
            rows.add(text, in_use(table, there, last))
    by_id = {table.places[p].id: p for p in real if table.places[p].origin in ("existing", "candidate")}
    for name in plan.required:
        own_name = full_name(table.places[by_id[name]])
        rows.add(
            Row(f"{plan.service}.required.{name}", f"{own_name}须新建{zh}", f"{en}: {own_name} must open", least=1),
            in_use(table, [by_id[name]], last),
        )
    for name in plan.must_close:
        own_name = full_name(table.places[by_id[name]])
        rows.add(
            Row(f"{plan.service}.must_close.{name}", f"{zh} {own_name}须关闭", f"{en}: {own_name} must close", most=0),
            in_use(table, [by_id[name]], last),
        )
    if plan.move != "none":
        _move_rows(rows, table, plan, real, names, years)


def _move_rows(
    rows: Rows, table: ArcTable, plan: ServicePlan, real: list[int], names: tuple[str, str], years: Sequence[int]
) -> None:
    """A facility that moves leaves when another opens in its township."""
    moving = [
        p
        for p in real
        if table.places[p].origin == "existing"
        and (plan.move == "all" or table.places[p].id in plan.move)
        and plan.close != "all"
        and table.places[p].id not in plan.close
    ]
    for township in sorted({str(table.places[p].row["township"]) for p in moving}):
        leave = [p for p in moving if table.places[p].row["township"] == township]
        enter = [p for p in real if table.places[p].row["township"] == township and table.places[p].initial < 0]
        for t, year in enumerate(years):
            terms = [(a, 1.0) for a in table.numbers(enter, period=t, kind="open")]
            terms += [(a, -1.0) for a in table.numbers(leave, period=t, kind="close")]
            text = Row(
                f"{plan.service}.move.{township}.{year}", f"{township}{year} 年迁出的{names[0]}须在本地另建",
                f"{names[1]} leaving {township} in {year} need a new place there", least=0,
            )  # fmt: skip
            rows.add(text, terms)


def add_budget(
    rows: Rows,
    table: ArcTable,
    places: Sequence[int],
    yuan: Sequence[float],
    years: Sequence[int],
    key: str,
    names: tuple[str, str],
    *,
    carry: bool,
) -> None:
    """Money for changes, by period; where it may be carried over, of all periods up to each."""
    for t, year in enumerate(years):
        money = float(sum(yuan[: t + 1])) if carry else float(yuan[t])
        until = (f"截至 {year} 年", f"until {year}") if carry else (f"{year} 年", f"of {year}")
        text = Row.of_money(f"{key}.{year}", f"{names[0]}（{until[0]}）", f"{names[1]} {until[1]}", money)
        wanted = table.numbers(places, until=t) if carry else table.numbers(places, period=t)
        rows.add(text, [(a, table.arcs[a].yuan / MONEY) for a in wanted])


def in_use(table: ArcTable, places: Iterable[int], period: int) -> list[tuple[int, float]]:
    """The changes that leave these places in use in a period."""
    return [(a, 1.0) for a in table.numbers(places, period=period) if table.arcs[a].head >= 0]


def link_rows(
    rows: Rows, table: ArcTable, scenario: LayoutScenario, near: dict[int, tuple[IntArray, list[int]]]
) -> None:
    """What the links between services ask for.

    Args:
        near: of each link of the kind `near`, its number: for each place of the needing service (in the order of the
            table) the places of the others within the minutes: starts (n + 1,) and places.
    """
    periods = range(len(scenario.years))
    by_key = {(place.service, place.origin, place.id): p for p, place in enumerate(table.places)}
    for p, place in enumerate(table.places):
        if place.origin == "counts_as":
            higher = next(
                by_key[service, origin, place.id]
                for service in [
                    link.service for link in scenario.links if link.kind == "counts_as" and link.of == place.service
                ]
                for origin in ("existing", "candidate")
                if (service, origin, place.id) in by_key
            )
            for t in periods:
                terms = in_use(table, [p], t) + [(a, -1.0) for a, _ in in_use(table, [higher], t)]
                rows.add(
                    Row(
                        f"counts_as.{place.service}.{place.id}.{t}",
                        f"{full_name(place)}随上级设施",
                        f"{full_name(place)} as the higher facility",
                        least=0,
                        most=0,
                    ),
                    terms,
                )
    for number, link in enumerate(scenario.links):
        if isinstance(link, Within):
            _tie(rows, table, link.service, link.of, "within", periods, inside=True)
        elif isinstance(link, Reuse):
            _tie(rows, table, link.service, link.of, "reuse", periods, inside=False)
        elif isinstance(link, Near) and link.required:
            starts, others = near[number]
            mine = table.of_service(link.service, "candidate", "within", "reuse")
            for k, p in enumerate(mine):
                there = others[starts[k] : starts[k + 1]]
                for t in periods:
                    terms = in_use(table, there, t) + [(a, -1.0) for a, _ in in_use(table, [p], t)]
                    place = table.places[p]
                    text = Row(
                        f"near.{number}.{place.id}.{t}",
                        f"{full_name(place)}须在 {link.minutes:g} 分钟内有配套设施",
                        f"{full_name(place)} needs one of the others within {link.minutes:g} min", least=0,
                    )  # fmt: skip
                    rows.add(text, terms)
    _plot_rows(rows, table, scenario)


def _tie(rows: Rows, table: ArcTable, service: str, of: str, origin: str, periods: range, *, inside: bool) -> None:
    """In use only while the facility is (`inside`), or only while it is not."""
    hosts = {table.places[p].id: p for p in table.of_service(of, "existing")}
    for p in table.of_service(service, origin):
        name, said = table.places[p].id, full_name(table.places[p])
        if name not in hosts:
            continue
        for t in periods:
            terms = in_use(table, [p], t)
            host = in_use(table, [hosts[name]], t)
            if inside:
                text = Row(f"within.{service}.{name}.{t}", f"{said}在用才能附设", f"{said} must be in use", most=0)
                terms += [(a, -1.0) for a, _ in host]
            else:
                text = Row(f"reuse.{service}.{name}.{t}", f"{said}腾出后才能利用", f"{said} must be empty", most=1)
                terms += host
            rows.add(text, terms)


def _plot_rows(rows: Rows, table: ArcTable, scenario: LayoutScenario) -> None:
    """A plot holds one service, or several that may share it and for which its land is enough."""
    sharing = [set(link.services) for link in scenario.links if isinstance(link, SharePlot)]
    plots: dict[str, list[int]] = {}
    for p, place in enumerate(table.places):
        if place.origin == "candidate":
            plots.setdefault(place.id, []).append(p)
    last = len(scenario.years) - 1
    for name, there in plots.items():
        if len(there) < 2:
            continue
        land, said = float(table.places[there[0]].row["site_m2"]), full_name(table.places[there[0]])
        for k, p in enumerate(there):
            for q in there[k + 1 :]:
                both = {table.places[p].service, table.places[q].service}
                if not any(both <= group for group in sharing):
                    text = Row(
                        f"plot.{name}.{'.'.join(sorted(both))}",
                        f"地块 {said}只能用于一项服务",
                        f"the plot {said} holds one service",
                        most=1,
                    )
                    rows.add(text, in_use(table, [p, q], last))
        if land > 0 and any({table.places[p].service for p in there} & group for group in sharing):
            terms = []
            for p in there:
                for a, _ in in_use(table, [p], last):
                    size = table.places[p].states[table.arcs[a].head].size
                    terms.append((a, 0.0 if size is None or size.site_m2 is None else size.site_m2))
            rows.add(
                Row(
                    f"land.{name}",
                    f"地块 {said}用地不超过 {land:,.0f} m²",
                    f"the land of {said}: at most {land:,.0f} m2",
                    f"地块 {said}的用地",
                    f"the land of {said}",
                    "m²",
                    "m2",
                    most=land,
                ),
                terms,
            )
