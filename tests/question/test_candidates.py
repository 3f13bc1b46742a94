"""New facilities inside those of other services, and one in each township: by hand and against every plan."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from siting.assemble import pose
from siting.case import load_case
from siting.errors import InfeasibleError, InputError
from siting.pipeline import run_scenario
from siting.prepare import Settings, ask_scenario
from siting.render.sheets import all_sheets
from siting.results import RunResult
from siting.scenario import ServiceQuestion
from siting.standards import load_service
from tests.tiny_case import candidates_csv, demand_csv, place, write_case, write_scenario

HEADER = "id,name,service,lon,lat,zone,township,capacity"
HOSTS = (  # id, service, column and row of the grid, township
    ("f1", "primary_school", 0, 1, "东镇"),
    ("f2", "health_station", 2, 1, "东镇"),
    ("f3", "health_station", 4, 4, "西镇"),
    ("f4", "primary_school", 1, 3, "东镇"),
    ("f5", "nursery", 3, 3, "东镇"),
)
HOSTED = ("primary_school", "health_station")
SETTINGS = Settings(service_areas=False)


def facility(key: str, service: str, column: float, row: float, township: str) -> str:
    lon, lat = place(column, row)
    return f"{key},设施{key},{service},{lon},{lat},core,{township},60"


def facilities(*more: str) -> str:
    return "\n".join([HEADER, *(facility(*host) for host in HOSTS), *more]) + "\n"


def demand() -> str:
    """The people of the tiny town in two townships: the last two points lie in the west."""
    rows = demand_csv().split("\n")
    return "\n".join(row.replace("城关镇", "西镇" if row[:2] in ("d5", "d6") else "东镇") for row in rows)


def scenario(keys: str, formulation: str = "maximal_covering") -> str:
    return (
        'schema = 1\nid = "aeds"\ntitle_zh = "甲"\ntitle_en = "A"\ncase = ".."\n\n[[services]]\n'
        f'service = "aed_point"\nformulation = "{formulation}"\nhosts = {list(HOSTED)}\n{keys}\n'
    )


def written(folder: Path, keys: str, *more: str) -> Path:
    return write_scenario(write_case(folder, facilities=facilities(*more), demand=demand()), scenario(keys))


def candidates_of(folder: Path, *more: str, **keys: object) -> dict[str, str]:
    """Id and land of each candidate site of an AED question."""
    case = load_case(write_case(folder, facilities=facilities(*more)))
    question = ServiceQuestion.model_validate({"service": "aed_point", "formulation": "maximal_covering", **keys})
    sites = pose(case, load_service("aed_point"), question).sites
    new = sites[sites["origin"] == "candidate"]
    return dict(zip(new["id"], new["land"], strict=True))


def test_only_the_facilities_of_the_hosts_are_candidates(tmp_path: Path) -> None:
    found = candidates_of(tmp_path, hosts=HOSTED)
    assert sorted(found) == ["f1", "f2", "f3", "f4"]
    assert found["f1"] == "附设于小学 within a primary school"


def test_plots_join_the_hosts_where_their_land_is_named(tmp_path: Path) -> None:
    assert sorted(candidates_of(tmp_path, hosts=HOSTED, land=("A33",))) == ["c0", "c1", "c2", "f1", "f2", "f3", "f4"]


def test_a_host_that_has_the_service_already_is_no_candidate(tmp_path: Path) -> None:
    there = facility("a1", "aed_point", 2, 1, "东镇")
    assert sorted(candidates_of(tmp_path, there, hosts=HOSTED)) == ["f1", "f3", "f4"]


@pytest.mark.parametrize(
    ("hosts", "says"),
    [
        (("aed_point",), "a service cannot be hosted by its own facilities"),
        (("helth_station",), "did you mean 'health_station'?"),
        (("care_home",), "no facility of this service to be a host"),
    ],
)
def test_hosts_that_cannot_be_are_refused(tmp_path: Path, hosts: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError) as caught:
        candidates_of(tmp_path, hosts=hosts)
    (fault,) = caught.value.faults
    assert says in f"{fault.en} {fault.remedy_en}"
    assert (fault.column, fault.value) == ("services.aed_point.hosts", hosts[0])


def test_every_wrong_host_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        candidates_of(tmp_path, hosts=("aed_point", "care_home"))
    assert [fault.value for fault in caught.value.faults] == ["aed_point", "care_home"]


def test_a_host_and_a_plot_of_one_id_are_refused(tmp_path: Path) -> None:
    case = load_case(
        write_case(tmp_path, facilities=facilities(), candidates=candidates_csv().replace("\nc1,", "\nf4,"))
    )
    question = ServiceQuestion(service="aed_point", formulation="maximal_covering", hosts=HOSTED, land=("A33",))
    with pytest.raises(InputError) as caught:
        pose(case, load_service("aed_point"), question)
    assert [fault.value for fault in caught.value.faults] == ["f4"]


def best_by_hand(path: Path, count: int, townships: set[str], there: set[str]) -> float:
    """Most people within the standard over every choice of `count` candidates that leaves no township without."""
    (asked,) = ask_scenario(path, SETTINGS).services
    sites, minutes = asked.problem.sites, asked.times.impedance.dense()
    near = minutes <= asked.problem.standard_min[:, None]
    existing = list(np.flatnonzero(sites["origin"] == "existing"))
    best = -1.0
    for chosen in combinations(np.flatnonzero(sites["origin"] == "candidate"), count):
        if townships <= there | set(sites["township"].iloc[list(chosen)]):
            covered = near[:, [*existing, *chosen]].any(axis=1)
            best = max(best, float(asked.problem.demand_persons @ covered))
    return best


def outcome(path: Path) -> RunResult:
    return run_scenario(path, SETTINGS)


@pytest.mark.parametrize(("count", "least"), [(1, None), (2, None), (3, None), (2, 1), (3, 1)])
def test_the_plan_is_the_best_of_all(tmp_path: Path, count: int, least: int | None) -> None:
    townships = {"东镇", "西镇"} if least else set()
    path = written(tmp_path, f"new = {count}" + (f"\ntownship_minimum = {least}" if least else ""))
    (service,) = outcome(path).services
    assert service.outcome is not None
    assert service.outcome.objective == best_by_hand(path, count, townships, set())
    assert townships <= set(service.new_sites["township"])


def test_a_facility_that_is_there_counts_for_its_township(tmp_path: Path) -> None:
    there = facility("a1", "aed_point", 4, 4, "西镇")
    path = written(tmp_path, "new = 1\ntownship_minimum = 1", there)
    (service,) = outcome(path).services
    assert service.outcome is not None
    assert list(service.new_sites["township"]) == ["东镇"]
    assert service.outcome.objective == best_by_hand(path, 1, {"东镇", "西镇"}, {"西镇"})


def test_a_facility_that_closes_or_may_close_does_not_count(tmp_path: Path) -> None:
    there = facility("a1", "aed_point", 4, 2, "西镇")
    for k, key in enumerate(('close = ["a1"]', 'may_close = ["a1"]')):
        path = written(tmp_path / str(k), f"new = 2\ntownship_minimum = 1\n{key}", there)
        (service,) = outcome(path).services
        assert set(service.new_sites["township"]) == {"东镇", "西镇"}, key


def test_a_township_without_a_place_to_build_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, 'new = 3\ntownship_minimum = 1\nforbidden = ["f3"]')
    with pytest.raises(InfeasibleError) as caught:
        outcome(path)
    assert any("西镇" in fault.zh and "0" in fault.zh for fault in caught.value.faults)


def test_minima_by_township_and_by_zone_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="township_minimum cannot be used with zone_minimum"):
        ServiceQuestion(
            service="aed_point", formulation="maximal_covering", new=2, township_minimum=1, zone_minimum={"core": 1}
        )


def test_a_case_without_townships_cannot_ask_for_one_in_each(tmp_path: Path) -> None:
    blank = demand_csv().replace("城关镇", "")
    folder = write_case(tmp_path, facilities=facilities(), demand=blank)
    path = write_scenario(folder, scenario("new = 2\ntownship_minimum = 1"))
    with pytest.raises(InputError) as caught:
        ask_scenario(path, SETTINGS)
    assert [fault.column for fault in caught.value.faults] == ["services.aed_point.township_minimum"]


def test_the_record_says_what_was_asked(tmp_path: Path) -> None:
    result = outcome(written(tmp_path, "new = 2\ntownship_minimum = 1"))
    sheets = {sheet.key: sheet.frame for sheet in all_sheets(result)}
    said = " ".join(sheets["assumptions"].astype(str).to_numpy().ravel())
    assert "附设在现有设施里：小学、社区卫生服务站（村卫生室）" in said
    assert "每个乡镇（街道）至少 1 处在用" in said
