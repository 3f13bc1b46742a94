"""Every location model through the pipeline on the tiny case, and the keys that a model does not read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InfeasibleError, InputError
from siting.formulation.compose import list_formulations
from siting.instance import Instance
from siting.pipeline import run_scenario
from siting.plan import pose_instance
from siting.prepare import Settings, ask_scenario
from siting.question.checks import FIELD_OF_KEY
from siting.question.keys import ModelNumbers
from siting.render.csv_files import write_csv
from siting.render.tables_gone import gone_table
from siting.results import RunResult, ServiceResult
from tests.tiny_case import SCENARIO, candidates_csv, demand_csv, facilities_csv, place, write_case, write_scenario

HEAD = SCENARIO.split("[[services]]", maxsplit=1)[0]
WIDE = 'threshold = { urban = { max_minutes = 30, mode = "walk" }, rural = { max_minutes = 30, mode = "walk" } }'
MONEY = "travel_yuan_per_person_minute = 500000"
HUFF = 'competitors = ["f9"]\ndecay = { form = "exponential", parameter = 0.1 }\nattraction = "capacity"'

# What a scenario says beside `new = 1` (or nothing, where the model decides), for every model.
ASKED = {
    "backup_covering": f"new = 2\n{WIDE}",
    "backup_set_covering": WIDE,
    "balanced_zones": "new = 1\nzone_spread_minutes = 15",
    "capacitated_fixed_charge": MONEY,
    "capacitated_maximal_covering": "new = 1\nnew_capacity_persons = 20",
    "capacitated_p_median": "new = 1",
    "capacitated_set_covering": WIDE,
    "closest_p_median": "new = 1",
    "contiguous_fixed_charge": MONEY,
    "contiguous_p_median": "new = 1",
    "fixed_charge": MONEY,
    "gradual_covering": "new = 1\nouter_minutes = { urban = 25, rural = 45 }",
    "least_inequality": "new = 1",
    "lexicographic_minimax": "new = 1",
    "market_share": f"new = 1\n{HUFF}",
    "maximal_backup_covering": "new = 1\nbackup_weight = 0.3",
    "maximal_covering": "new = 1",
    "maximal_expected_covering": "vehicles = 4\nbusy_fraction = 0.3",
    "maximum_attendance": 'new = 1\ndecay = { form = "gaussian", parameter = 40 }',
    "minimum_envy": "new = 1\nenvy_weight = 2",
    "ordered_median": "new = 1\nordered_weights = [{ share = 1, weight = 1 }, { share = 0.1, weight = 0.5 }]",
    "p_center": "new = 1",
    "p_dispersion": "new = 2",
    "p_median": "new = 1",
    "partial_set_covering": "cover_share = 0.8",
    "set_covering": WIDE,
    "single_source_fixed_charge": MONEY,
    "single_source_p_median": "new = 1",
    "sized_p_median": "budget_yuan = 320_000_000",
    "target_market_share": f"cover_share = 0.3\n{HUFF}",
    "tiered_covering": "coverage_targets = [{ minutes = 10, share = 0.5 }, { minutes = 20, share = 0.9 }]",
    "weighted_p_center": "new = 1",
    "worst_share_mean": "new = 1\nworst_share = 0.2",
}
LON, LAT = place(4, 0)
RIVAL = f"f9,邻校,primary_school,{LON},{LAT},core,城关镇,40\n"


SHARED: dict[str, Path] = {}


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Roads and travel times are the same in most of these tests."""
    SHARED["cache"] = tmp_path_factory.mktemp("cache")


def asked(model: str, keys: str) -> str:
    return f'{HEAD}\n[[services]]\nservice = "primary_school"\nformulation = "{model}"\n{keys}\n'


def scenario(folder: Path, model: str, keys: str, **files: str) -> Path:
    case = write_case(folder / "tiny", **({"facilities": facilities_csv() + RIVAL} | files))
    return write_scenario(case, asked(model, keys))


def run(folder: Path, model: str, keys: str, **files: str) -> RunResult:
    return run_scenario(scenario(folder, model, keys, **files), Settings(cache=SHARED["cache"], service_areas=False))


def one(folder: Path, model: str, keys: str, **files: str) -> ServiceResult:
    return run(folder, model, keys, **files).services[0]


def posed(folder: Path, model: str, keys: str, **files: str) -> Instance:
    given = ask_scenario(scenario(folder, model, keys, **files), Settings(cache=SHARED["cache"]))
    service = given.services[0]
    return pose_instance(given.case, service.problem, service.formulation, service.times).instance


def status(service: ServiceResult) -> dict[str, str]:
    return dict(zip(service.sites["id"], service.sites["status"], strict=True))


def test_every_model_is_asked_here() -> None:
    regret = {name for name in list_formulations() if "regret" in name}  # asked by futures
    assert set(ASKED) == set(list_formulations()) - regret


@pytest.mark.parametrize("model", sorted(ASKED))
def test_every_model_runs_to_tables(model: str, tmp_path: Path) -> None:
    result = run(tmp_path, model, ASKED[model])
    service = result.services[0]
    assert service.outcome is not None
    assert service.outcome.proven
    assert all(check.passed for check in service.checks)
    assigned = service.assignments["persons"].sum()
    assert assigned + service.unassigned_persons == pytest.approx(service.demand["demand_persons"].sum())
    write_csv(result, tmp_path / "tables")
    assert "一小" in (tmp_path / "tables" / "facilities.csv").read_text(encoding="utf-8-sig")


def test_every_key_of_single_models_is_held_against_the_model() -> None:
    assert set(ModelNumbers.model_fields) <= set(FIELD_OF_KEY)


@pytest.mark.parametrize(
    ("keys", "key", "reader"),
    [
        ("vehicles = 3", "vehicles", "maximal_expected_covering"),
        ("worst_share = 0.1", "worst_share", "worst_share_mean"),
        ("cover_share = 0.5", "cover_share", "partial_set_covering"),
        ("minimum_persons = 5", "minimum_persons", "capacitated_p_median"),
        ('competitors = ["f9"]', "competitors", "market_share"),
        ("sizes = [{ persons = 5, yuan = 1 }]", "sizes", "sized_p_median"),
        ("zone_spread_minutes = 5", "zone_spread_minutes", "balanced_zones"),
        ("outer_minutes = { urban = 25, rural = 45 }", "outer_minutes", "gradual_covering"),
        ("envy_weight = 2", "envy_weight", "minimum_envy"),
    ],
)
def test_a_key_that_the_model_does_not_read_is_refused_with_the_models_that_do(
    tmp_path: Path, keys: str, key: str, reader: str
) -> None:
    with pytest.raises(InputError, match="has no use for this key") as caught:
        run(tmp_path, "p_median", f"new = 1\n{keys}")
    assert [fault.column for fault in caught.value.faults] == [f"services.primary_school.{key}"]
    assert reader in caught.value.faults[0].remedy_en


@pytest.mark.parametrize(
    ("model", "keys", "said"),
    [
        ("worst_share_mean", "new = 1", "needs worst_share or ordered_weights"),
        ("market_share", "new = 1", "needs decay"),
        ("fixed_charge", "", "needs travel_yuan_per_person_minute"),
        ("maximal_expected_covering", "vehicles = 3", "needs busy_fraction"),
        ("p_median", "", "give new"),
        ("p_median", 'new = 1\nmay_close = ["f9"]\nclose_count = 2', "only 1 may"),
        ("p_median", 'new = 1\nmay_close = ["f8"]', "no such id"),
        ("p_median", 'new = 1\nmay_close = "all"\nclose = ["f1", "f9"]', "no existing facility is left"),
        ("p_median", 'new = 1\nkeep = ["f9"]\nmay_move = ["f9"]', "kept, and free to close or move"),
        ("p_median", 'new = 1\nmay_close = ["f9"]\nmay_move = ["f9"]', "free to close and to move at once"),
        ("p_median", "new = 1\nzone_maximum = { cor = 1 }", "no such zone"),
        ("p_median", 'new = 1\nland = ["A34"]', "no candidate site has this land use"),
        ("gradual_covering", "new = 1\nouter_minutes = { urban = 5, rural = 45 }", "must lie between the standard"),
        ("tiered_covering", "coverage_targets = [{ minutes = 90, share = 0.5 }]", "beyond max_travel_minutes"),
        ("sized_p_median", "new = 1\nnew_capacity_persons = 5", "remove new_capacity_persons"),
        ("market_share", f"new = 1\n{HUFF}".replace('"capacity"', '"column"'), "a facility without an attraction"),
    ],
)
def test_a_question_that_does_not_fit_its_model_is_refused(tmp_path: Path, model: str, keys: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        run(tmp_path, model, keys)


def test_a_closing_is_chosen_costed_and_told(tmp_path: Path) -> None:
    service = one(tmp_path, "p_median", 'new = 0\nmay_close = "all"\nclose_count = 1\nclosing_yuan = 7000')
    found = status(service)
    assert sorted((found["f1"], found["f9"])) == ["closed", "existing"]
    assert service.closing_yuan == 7000
    assert service.opening_yuan == 0
    gone = gone_table(service)
    lost = service.demand["nearest_before_id"].isin(gone["id"])
    persons = service.demand.loc[lost, "demand_persons"]
    assert gone["load_before_persons"].sum() == pytest.approx(persons.sum())
    assert gone["after_min"].iloc[0] == pytest.approx(
        np.average(service.demand.loc[lost, "assigned_min"], weights=persons)
    )


def beside_the_first() -> str:
    lon, lat = place(0, 1.02)
    return facilities_csv() + f"f9,隔壁,primary_school,{lon},{lat},core,城关镇,40\n"


def test_a_facility_that_moves_opens_one_more(tmp_path: Path) -> None:
    keys = 'new = 1\nmay_move = ["f9"]\nclosing_yuan = 7000'
    service = one(tmp_path, "p_median", keys, facilities=beside_the_first())
    assert status(service)["f9"] == "moved"
    assert len(service.new_sites) == 2
    assert service.closing_yuan == 7000
    assert len(service.in_use("before")) == 2
    assert len(service.in_use("after")) == 3


def test_least_use_holds_for_those_asked(tmp_path: Path) -> None:
    free = one(tmp_path / "a", "capacitated_p_median", "new = 1")
    load = free.sites.set_index("id")["load_after_persons"]
    new = free.new_sites["id"].iloc[0]
    least = float(load[new]) + 5
    held = one(tmp_path / "b", "capacitated_p_median", f"new = 1\nminimum_persons = {least}")
    assert held.new_sites["load_after_persons"].min() >= least - 1e-6
    instance = posed(
        tmp_path / "c",
        "capacitated_p_median",
        'new = 1\nmay_close = ["f9"]\nminimum_persons = 9\nminimum_applies_to = "new_and_leaving"',
    )
    assert instance.minimum_load is not None
    assert dict(zip(instance.site_ids, instance.minimum_load.tolist(), strict=True)) == {
        "f1": 0, "f9": 9, "c0": 9, "c1": 9, "c2": 9,
    }  # fmt: skip


def test_a_facility_that_can_never_have_the_least_use_is_named(tmp_path: Path) -> None:
    with pytest.raises(InfeasibleError, match="can never have 50 users") as caught:
        run(tmp_path, "capacitated_p_median", 'new = 1\nminimum_persons = 50\nminimum_applies_to = "all"')
    assert [fault.value for fault in caught.value.faults] == ["f9 邻校: 40"]


def test_a_least_use_that_no_plan_meets_comes_with_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(InfeasibleError, match="lower the minimum use by 12 people") as caught:
        run(tmp_path, "capacitated_p_median", 'new = 3\nminimum_persons = 30\nminimum_applies_to = "all"')
    assert any("open only 1 new facility" in fault.remedy_en for fault in caught.value.faults)


def test_full_schools_are_explained_where_facilities_may_close(tmp_path: Path) -> None:
    keys = 'new = 0\nmay_close = ["f9"]\nclosing_yuan = 1\nclose_count = 1\nzone_maximum = { core = 1 }'
    with pytest.raises(InfeasibleError, match="close no facility instead of 1"):
        run(tmp_path, "capacitated_p_median", keys)


def test_people_without_a_place_are_counted_and_in_no_mean(tmp_path: Path) -> None:
    service = one(tmp_path, "capacitated_maximal_covering", "new = 1\nnew_capacity_persons = 11")
    demand = service.demand.set_index("id")
    trips = service.assignments
    placed = trips.groupby("demand_id")["persons"].sum().reindex(demand.index, fill_value=0.0)
    np.testing.assert_allclose(demand["unassigned_persons"], demand["demand_persons"] - placed, atol=1e-9)
    assert service.unassigned_persons > 1
    work = (trips["persons"] * trips["travel_time_min"]).groupby(trips["demand_id"]).sum()
    np.testing.assert_allclose(demand.loc[work.index, "assigned_min"], work / placed[work.index])
    partly = demand[(demand["unassigned_persons"] > 1e-6) & (demand["unassigned_persons"] < demand["demand_persons"])]
    assert len(partly)


def test_a_size_is_chosen_with_its_places_and_its_cost(tmp_path: Path) -> None:
    sizes = 'sizes = [{ name = "大", persons = 60, yuan = 900 }, { name = "小", persons = 12 }]'
    service = one(tmp_path, "sized_p_median", f"new = 2\nopen_yuan = 1080\n{sizes}")
    new = service.new_sites.set_index("id")
    assert set(new["size_class"]) <= {"大", "小"}
    for site in new.itertuples():
        assert (site.capacity_persons, site.cost_yuan) == {"大": (60, 900), "小": (12, 12)}[site.size_class]
        assert site.load_after_persons <= site.capacity_persons + 1e-6
    others = service.sites[service.sites["status"] == "candidate"]
    assert others[["capacity_persons", "cost_yuan"]].isna().all(axis=None)
    listed = [120, 270, 540, 810, 1080, 1350, 1620]  # all the sizes of the standard, where the question lists none
    assert posed(tmp_path / "b", "sized_p_median", "new = 1").size_capacity.tolist() == listed  # type: ignore[union-attr]


def test_vehicles_are_told_by_site(tmp_path: Path) -> None:
    service = one(tmp_path, "maximal_expected_covering", "new = 1\nvehicles = 5\nbusy_fraction = 0.3")
    standing = service.sites.set_index("id")["vehicles"]
    assert standing.sum() == 5
    assert (standing[["f1", "f9", *service.new_sites["id"]]] >= 1).all()


def test_people_choose_by_attraction_among_one_s_own_and_others(tmp_path: Path) -> None:
    service = one(tmp_path, "market_share", f"new = 1\n{HUFF}")
    sites = service.sites.set_index("id")
    assert sites["competitor"].to_dict() == {"f1": False, "f9": True, "c0": False, "c1": False, "c2": False}
    rows = service.assignments[service.assignments["demand_id"] == "d1"].set_index("site_id")
    pull = sites.loc[rows.index, "capacity_persons"] * np.exp(-0.1 * rows["travel_time_min"])
    np.testing.assert_allclose(rows["share"], pull / pull.sum())
    own = service.assignments[service.assignments["site_id"] != "f9"]["persons"].sum()
    assert service.captured_persons == pytest.approx(own)
    assert service.outcome is not None
    assert service.outcome.objective == pytest.approx(own)


def test_an_attraction_column_is_read(tmp_path: Path) -> None:
    files = {"candidates": candidates_csv().replace("services\n", "services,attraction\n").replace(",A33,", ",A33,,3")}
    old = facilities_csv().replace("capacity\n", "capacity,attraction\n").replace(",60\n", ",60,2\n") + RIVAL.strip()
    files["facilities"] = old.replace("城关镇,\n", "城关镇,,\n") + ",5\n"
    keys = f"new = 1\n{HUFF}".replace('"capacity"', '"column"')
    instance = posed(tmp_path, "market_share", keys, **files)
    assert instance.attraction is not None
    assert instance.attraction.tolist() == [2, 5, 3, 3, 3]


def test_separation_looks_at_no_two_facilities_that_stay(tmp_path: Path) -> None:
    instance = posed(tmp_path, "p_dispersion", "new = 1")
    matrix = instance.site_impedance
    assert matrix is not None
    kept = instance.kept
    assert not (kept[matrix.rows] & kept[matrix.indices]).any()
    assert matrix.pair_count == 5 * 5 - 2 * 2


def test_existing_and_required_sites_lie_in_demand_points_of_their_own(tmp_path: Path) -> None:
    twin = beside_the_first()
    instance = posed(tmp_path, "contiguous_p_median", 'new = 1\nrequired = ["c1"]', facilities=twin)
    assert instance.site_unit is not None
    unit = dict(zip(instance.site_ids, instance.site_unit.tolist(), strict=True))
    assert len({unit[site] for site in ("f1", "f9", "c1")}) == 3
    assert {unit["c0"], unit["c2"]}.isdisjoint({unit["f1"], unit["f9"], unit["c1"]})
    assert one(tmp_path / "b", "contiguous_p_median", "new = 1", facilities=twin).outcome is not None


def test_new_facilities_keep_to_the_land_uses_asked_for(tmp_path: Path) -> None:
    other = candidates_csv().replace("A33", "R2").replace("R2", "A33", 1)
    service = one(tmp_path, "p_median", 'new = 1\nland = ["A33"]', candidates=other)
    assert list(service.new_sites["id"]) == ["c0"]
    assert len(service.sites[service.sites["status"] == "candidate"]) == 0


def test_the_value_of_the_objective_is_told_in_words(tmp_path: Path) -> None:
    service = one(tmp_path / "a", "maximal_expected_covering", ASKED["maximal_expected_covering"])
    assert service.outcome is not None
    assert service.outcome.objective is not None
    assert f"{service.outcome.objective:.2f}".rstrip("0") in service.objective_zh
    assert "can expect a free vehicle" in service.objective_en
    keys = f'{MONEY}\nmay_close = ["f9"]\nclose_count = 1\nclosing_yuan = 7000'
    words = one(tmp_path / "b", "fixed_charge", keys).objective_en
    assert "7,000 for closing and moving" in words


def test_a_share_of_some_of_the_people_is_not_told_as_one_of_all(tmp_path: Path) -> None:
    """People who can reach nothing are no part of the model's sums."""
    lon, lat = place(30, 2)
    demand = demand_csv() + f"far,远村,{lon},{lat},rest,深山镇,远村,1,2,3,4\n"
    service = one(tmp_path, "maximal_covering", 'new = 1\nout_of_reach = "list"', demand=demand)
    assert service.objective_zh == "标准之内的人口最多"


@pytest.mark.parametrize("model", ["minimax_regret", "maximal_covering_regret", "capacitated_minimax_regret"])
def test_a_model_of_regret_is_asked_by_its_futures(model: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it follows from the futures"):
        run(tmp_path, model, "new = 1")
