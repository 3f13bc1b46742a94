"""A case's people over time: totals add up at every level, and everything is counted once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import Case, find_case, load_case
from siting.demand import demand_for
from siting.errors import InputError
from siting.people import PeopleOverTime, demand_over_time, people_over_time
from siting.people.of_case import as_variant, planning_years
from siting.people.over_time import GROUPS, PARTITION, rates_by_age
from siting.standards import DemandRule, Service, list_services, load_service
from tests import tiny_case
from tests.people.small import make_case

YEARS = [2020, 2021, 2025, 2030, 2035]


@pytest.fixture(scope="module")
def shengzhou() -> Case:
    return load_case(find_case("shengzhou"))


@pytest.fixture(scope="module")
def people(shengzhou: Case) -> PeopleOverTime:
    return people_over_time(shengzhou)


def test_the_base_year_is_the_demand_table(shengzhou: Case, people: PeopleOverTime) -> None:
    for name, (first, last) in zip(shengzhou.age_columns, people.units.bands, strict=True):
        inside = ((np.arange(101) >= first) & (np.arange(101) <= last)).astype(float)
        at_points = people.at_points(np.array([0]), inside)[0]
        assert at_points[: len(shengzhou.demand)] == pytest.approx(shengzhou.demand[name].to_numpy(float))
        assert not at_points[len(shengzhou.demand) :].any()
    assert people.in_units[0].sum() == pytest.approx(675_226)


def test_points_units_zones_townships_and_the_whole_add_up(shengzhou: Case, people: PeopleOverTime) -> None:
    services = [load_service(name) for name in list_services()]
    demand = demand_over_time(people, services, YEARS)
    whole = people.in_units[people.index(YEARS)]
    assert demand.persons.sum(axis=1) == pytest.approx(whole.sum(axis=(1, 2)))
    assert sum(demand.groups[key] for key in PARTITION) == pytest.approx(demand.persons)
    for level in ("zone", "township"):
        of_units = np.array(getattr(people.units, level), dtype=object)
        for name in set(of_units):
            of_points = (demand.points[level] == name).to_numpy()
            expected = whole[:, of_units == name].sum(axis=1)
            assert demand.persons[:, of_points].sum(axis=1) == pytest.approx(expected.sum(axis=1))
            for group in GROUPS:
                at_points = demand.groups[group.key][:, of_points].sum(axis=1)
                assert at_points == pytest.approx(expected @ group.ages)
    for key, service in demand.services.items():
        weight = rates_by_age(service.service.demand)
        assert service.residents.sum(axis=1) == pytest.approx(whole.sum(axis=1) @ weight), key


def test_the_components_explain_every_unit(people: PeopleOverTime) -> None:
    course = people.course
    parts = people.by_unit(course.births) - people.by_unit(course.deaths).sum(axis=2)
    for name in ("moves", "external", "from_inside", "from_outside"):
        parts = parts + people.by_unit(getattr(course, name)).sum(axis=2)
    assert np.diff(people.in_units.sum(axis=2), axis=0) == pytest.approx(parts, abs=1e-6)
    assert course.moves.sum(axis=(1, 2)) == pytest.approx(0, abs=1e-6)
    assert course.from_inside.sum(axis=(1, 2)) == pytest.approx(0, abs=1e-6)


def test_births_at_points_add_up_to_those_stated(people: PeopleOverTime) -> None:
    births = people.births_at_points(people.index([2020, 2021, 2030]))
    assert np.isnan(births[0]).all()
    assert births[1:].sum(axis=1) == pytest.approx(people.course.births[[0, 9]].sum(axis=1))
    stated = people.given.assumptions.births
    assert stated is not None
    assert births[1].sum() == pytest.approx(stated.middle.values[2021])


def test_the_base_years_demand_is_that_of_a_run(shengzhou: Case, people: PeopleOverTime) -> None:
    services = [load_service(name) for name in list_services()]
    demand = demand_over_time(people, services, [2020])
    for service in services:
        now = demand.services[service.id].residents[0]
        assert now[: len(shengzhou.demand)] == pytest.approx(demand_for(shengzhou, service))


def test_variants_differ_as_their_names_say(shengzhou: Case, people: PeopleOverTime) -> None:
    low, high = (people_over_time(shengzhou, variant=as_variant(v)) for v in ("low", "high"))
    totals = [p.in_units[-1].sum() for p in (low, people, high)]
    assert totals == sorted(totals)
    urban = np.array(people.units.kind) == "urban"
    city = [p.in_units[-1, urban].sum() for p in (low, people, high)]
    assert city == sorted(city)
    with pytest.raises(InputError, match="low, middle, high"):
        as_variant("mid")


def test_people_of_plots_are_counted_once(tmp_path: Path) -> None:
    with_plots = people_over_time(make_case(tmp_path / "a"), last_year=2030)
    without = people_over_time(make_case(tmp_path / "b", plots=None), last_year=2030)
    # h1: 10 dwellings x 2.5 x (0.4, 0.8), h2: 5 x 2 x (0.5, 1); of h1 40 % and of h2 all are new to the county.
    came = with_plots.course.from_outside.sum(axis=(1, 2))
    assert came[:6] == pytest.approx([0, 4, 4, 5, 5, 0])
    inside = with_plots.course.from_inside
    U = len(with_plots.units.zone)
    assert inside[:, U:].sum(axis=(1, 2))[:4] == pytest.approx([0, 6, 6, 0])
    assert inside[:, :U].sum(axis=(1, 2))[:4] == pytest.approx([0, -6, -6, 0])
    # The plots lie in the core, so that those from inside leave the villages.
    rest = with_plots.units.zone.index("rest")
    assert inside[:, rest].sum(axis=1)[1:3] == pytest.approx([-6, -6])
    more = with_plots.in_units.sum(axis=(1, 2)) - without.in_units.sum(axis=(1, 2))
    assert more[:3] == pytest.approx([0, 0, 4])
    assert more[-1] == pytest.approx(18, abs=0.5)  # but for the few who die


def test_plots_are_points_after_those_of_the_case(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    people = people_over_time(case, last_year=2030)
    demand = demand_over_time(people, [load_service("primary_school")], [2025])
    assert people.point_ids == [*case.demand["id"], "h1", "h2"]
    assert demand.points["is_plot"].tolist() == [False] * 7 + [True] * 2
    assert demand.persons[0, 7:] == pytest.approx(people.course.people[5, 2:].sum(axis=1))
    assert (demand.services["primary_school"].residents[0, 7:] > 0).all()


def test_migrant_children_and_people_from_over_the_border_are_apart(tmp_path: Path) -> None:
    people = people_over_time(make_case(tmp_path), last_year=2030)
    demand = demand_over_time(people, [load_service("primary_school"), load_service("health_station")], [2020, 2025])
    school, health = demand.services["primary_school"], demand.services["health_station"]
    core = (demand.points["zone"] == "core").to_numpy()
    assert school.migrant_children == pytest.approx(school.residents * core * 0.1)
    assert school.cross_boundary.sum(axis=1) == pytest.approx([0, 10])  # half-way from 0 to 20
    assert not school.cross_boundary[:, ~core].any()
    share = school.cross_boundary[1] / 10
    assert share[core] == pytest.approx(school.residents[1, core] / school.residents[1, core].sum())
    assert health.cross_boundary == pytest.approx(health.residents * ~core * 0.5)
    children = people.at_points(people.index([2020, 2025]), GROUPS[2].ages)
    assert health.migrant_children == pytest.approx(children * core * 0.1)
    total = school.residents + school.migrant_children + school.cross_boundary
    assert school.total == pytest.approx(total)
    assert demand.persons.sum(axis=1) == pytest.approx(people.in_units[[0, 5]].sum(axis=(1, 2)))


def test_a_case_without_assumptions_works_and_says_what_is_assumed(tmp_path: Path) -> None:
    people = people_over_time(make_case(tmp_path, plots=None, people=None))
    said = " ".join(zh for zh, _ in people.notes)
    for words in ("没有 people.toml", "没有出生数", "没有 plots.csv", "未经核实", "不是预测", "示例数据"):
        assert words in said
    births = people.course.births.sum(axis=1)
    assert births == pytest.approx(births[0])  # 56 children aged 0-5 are about 56 / 6 a year
    assert births[0] == pytest.approx(56 / 6, rel=0.1)
    assert people.course.births.shape[0] == 15
    assert not people.course.moves.any()
    low = people_over_time(people.case, variant="low").course.births.sum(axis=1)
    assert low == pytest.approx(0.8 * births)


def test_a_case_from_openstreetmap_works() -> None:
    people = people_over_time(load_case(find_case("monaco")))
    assert (people.years[0], people.years[-1]) == (2023, 2035)
    assert people.in_units[0].sum() == pytest.approx(38_000)


def test_a_case_must_say_when_and_of_all_ages(tmp_path: Path) -> None:
    undated = tiny_case.CASE.replace('data_date = "2020-11-01"\n', "")
    with pytest.raises(InputError, match="缺少数据日期"):
        people_over_time(make_case(tmp_path / "a", case=undated))
    gaps = tiny_case.demand_csv().replace("age_12_64", "age_15_60")
    with pytest.raises(InputError) as caught:
        people_over_time(make_case(tmp_path / "b", demand=gaps))
    assert [fault.column for fault in caught.value.faults] == ["age_12_14", "age_61_64"]
    closed = tiny_case.demand_csv().replace("age_65_plus", "age_65_79")
    with pytest.raises(InputError, match="age_80_plus"):
        people_over_time(make_case(tmp_path / "c", demand=closed))


def test_years_lie_within_the_projection(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    people = people_over_time(case, last_year=2025)
    with pytest.raises(InputError, match="2020 至 2025"):
        demand_over_time(people, [], [2026])
    assert people_over_time(case, last_year=2020).years.tolist() == [2020, 2021]
    with pytest.raises(InputError, match="最后一年"):
        people_over_time(case, last_year=2019)
    assert planning_years(case) == [2025, 2030, 2035]
    later = make_case(tmp_path / "later", case=tiny_case.CASE.replace("2020-11-01", "2041"))
    assert planning_years(later) == [2046, 2051, 2056]


def test_demand_by_age_rates_is_the_same_in_a_run_and_in_a_projection(tmp_path: Path) -> None:
    case = make_case(tmp_path)
    model = load_service("elderly_care_station").model_dump()
    rate = {"value": 1.0, "source": "测试 test", "verified": False}
    spans = [(65, 79, 0.05), (80, None, 0.25)]
    by_age = [{"from_age": a, "to_age": b, "rate": rate | {"value": v}} for a, b, v in spans]
    model["demand"] = {"from_age": 65, "rate": rate | {"value": 0.5}, "by_age": by_age}
    service = Service.model_validate(model)
    now = demand_for(case, service)
    demand = demand_over_time(people_over_time(case), [service], [2020, 2035])
    assert demand.services[service.id].residents[0, :7] == pytest.approx(now)
    old = case.demand["age_65_plus"].to_numpy(float)
    assert ((now > 0.5 * 0.05 * old) & (now < 0.5 * 0.25 * old)).all()
    assert [key for key, _ in service.unverified()][:3] == [
        "demand.rate",
        "demand.by_age.1.rate",
        "demand.by_age.2.rate",
    ]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([(65, 79), (81, None)], "逐段相接"),
        ([(60, 79), (80, None)], "逐段相接"),
        ([(65, 79), (75, None)], "逐段相接"),
        ([(65, 79)], "应止于 to_age"),
        ([(65, None), (80, None)], "逐段相接"),
    ],
)
def test_rates_by_age_cover_the_ages_of_the_service_once(spans: list[tuple[int, int | None]], words: str) -> None:
    rate = {"value": 0.5, "source": "测试 test", "verified": False}
    by_age = [{"from_age": a, "to_age": b, "rate": rate} for a, b in spans]
    with pytest.raises(ValueError, match=words):
        DemandRule.model_validate({"from_age": 65, "rate": rate, "by_age": by_age})
