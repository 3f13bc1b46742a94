from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from siting.errors import Fault, InfeasibleError, InputError, SitingError
from siting.events import Event
from siting.formulation.compose import list_formulations, load_formulation
from siting.instance import Instance
from siting.solution import Solution, Status
from siting.solving import optimise
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import verify
from tests.benchmark_files import read_orlib
from tests.formulation.small import (
    MODELS,
    WITH_RESOURCE,
    best_value,
    plans,
    prepared,
    random_instance,
    six_points,
)
from tests.shared_data import shared_file

BUDGETED = ("set_covering", *WITH_RESOURCE)


# --- the six villages, by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "numbers", "optimum", "new_sites"),
    [
        # At 2: 1*2 + 2*1 + 0 + 3*8 + 2*9 + 1*10 = 56; by symmetry 10 gives 56 too.
        ("p_median", {"p": 1}, 56.0, None),
        # At 1 and 11 each half costs 1 + 0 + 3 = 4; at 2 and 10 each costs 2 + 2 + 0 = 4.
        ("p_median", {"p": 2}, 8.0, None),
        ("p_median", {"p": 6}, 0.0, [0, 1, 2, 3, 4, 5]),
        ("p_center", {"p": 1}, 10.0, None),
        ("p_center", {"p": 2}, 1.0, [1, 4]),
        ("set_covering", {"standard": 1.0}, 2.0, [1, 4]),
        ("set_covering", {"standard": 0.0}, 6.0, [0, 1, 2, 3, 4, 5]),
        # Within 1 of the site at 1: 1 + 2 + 3 = 6 people.
        ("maximal_covering", {"p": 1, "standard": 1.0}, 6.0, None),
        ("maximal_covering", {"p": 2, "standard": 1.0}, 12.0, [1, 4]),
        ("maximal_covering", {"p": 0, "standard": 1.0}, 0.0, []),
        # Each site takes 6 people: each half keeps to itself, 4 + 4.
        ("capacitated_p_median", {"p": 2, "capacity": 6.0}, 8.0, None),
        ("capacitated_p_median", {"p": 6, "capacity": 3.0}, 0.0, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_six_villages(model: str, numbers: dict[str, float], optimum: float, new_sites: list[int] | None) -> None:
    solution = solve(six_points(**numbers), model)
    assert solution.outcome.objective == pytest.approx(optimum)
    assert solution.outcome.proven
    assert solution.outcome.label_en == "proven optimal"
    if new_sites is not None:
        assert np.flatnonzero(solution.open).tolist() == new_sites


def test_existing_facilities_stay_and_do_not_count() -> None:
    existing = np.array([1, 0, 0, 0, 0, 0], bool)
    solution = solve(six_points(p=1, existing=existing), "p_median")
    assert solution.open[0]
    assert np.flatnonzero(solution.open).tolist() in ([0, 3], [0, 4])
    # left half to village 0: 2*1 + 3*2 = 8; right half with one site: 4
    assert solution.outcome.objective == pytest.approx(12.0)


def test_p_may_be_none_at_all() -> None:
    existing = np.array([1, 0, 0, 0, 0, 1], bool)
    solution = solve(six_points(p=0, existing=existing), "p_median")
    assert solution.outcome.objective == pytest.approx(16.0)
    assert np.array_equal(solution.open, existing)


def test_people_are_split_only_where_capacity_asks_for_it() -> None:
    t = [[0.0, 1.0], [0.0, 9.0]]
    instance = Instance.from_arrays(t, [4, 4], p=2, capacity=[6, 100])
    solution = solve(instance, "capacitated_p_median")
    assert solution.outcome.objective == pytest.approx(2.0)
    shares = dict(
        zip(
            zip(solution.assignment.demand_index.tolist(), solution.assignment.site_index.tolist(), strict=True),
            solution.assignment.share.tolist(),
            strict=True,
        )
    )
    assert shares == {(0, 0): pytest.approx(0.5), (0, 1): pytest.approx(0.5), (1, 0): pytest.approx(1.0)}


def test_ties_go_to_the_first_site() -> None:
    solution = solve(Instance.from_arrays([[3.0, 3.0, 3.0]], p=3), "p_median")
    assert solution.assignment.site_index.tolist() == [0]


def test_coverage_models_leave_out_whom_nothing_reaches() -> None:
    t = [[1.0, np.inf], [np.inf, np.inf]]
    solution = solve(Instance.from_arrays(t, [5, 7], p=1, standard=2.0), "maximal_covering")
    assert solution.outcome.objective == 5
    assert solution.assignment.demand_index.tolist() == [0]


# --- every plan tried one by one -----------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "conditions"])
@pytest.mark.parametrize("seed", range(12))
def test_equals_the_best_of_all_plans(model: str, plain: bool, seed: int) -> None:
    capacity = model.startswith("cap")
    instance = random_instance(seed, plain=plain, capacity=capacity, standard=6.0, p=seed % 4)
    _compare(model, prepared(model, instance))


@pytest.mark.parametrize("model", BUDGETED)
@pytest.mark.parametrize("seed", range(8))
def test_equals_the_best_of_all_plans_within_a_budget(model: str, seed: int) -> None:
    _compare(model, random_instance(100 + seed, budget=True, capacity=model.startswith("cap"), standard=6.0))


def _compare(model: str, instance: Instance) -> None:
    best = best_value(model, instance)
    if best is None:
        with pytest.raises(InfeasibleError):
            solve(instance, model)
        return
    solution = solve(instance, model)
    assert solution.outcome.objective == pytest.approx(best, abs=1e-6)
    assert solution.outcome.proven
    assert any(np.array_equal(solution.open, y) for y in plans(instance))


def test_the_random_instances_hold_both_kinds() -> None:
    found = [best_value("p_median", random_instance(seed, p=seed % 4)) is None for seed in range(12)]
    assert any(found)
    assert not all(found)


# --- published optima ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def san_francisco() -> Instance:
    """spopt's case: 205 census tracts, 16 candidate stores, metres."""
    spec = importlib.util.find_spec("spopt")
    if spec is None or spec.origin is None:
        pytest.skip("spopt, which carries the San Francisco case, is not installed")
    folder = Path(spec.origin).parent / "tests" / "test_locate" / "data"
    if not folder.is_dir():
        pytest.skip("this spopt does not carry the San Francisco case")
    pairs = pd.read_csv(folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv")
    table = pairs.pivot_table(values="distance", index="DestinationName", columns="name")
    demand = pd.read_csv(folder / "SF_demand_205_centroid_uniform_weight.csv").set_index("NAME")
    weights = demand.loc[table.index, "POP2000"]
    assert table.shape == (205, 16)
    assert weights.sum() == 955_113
    return Instance.from_arrays(table.to_numpy(), weights.to_numpy(), unit="m")


SF_MEDIAN = [5731159103.6753, 4009098972.1349, 3385565397.5315, 2848268129.7145, 2554123350.1875]
SF_CENTER = [11577.2790, 9130.7587, 7529.9860, 7403.0638, 5985.5001]
SF_COVER = [448255, 671938, 791499, 875247, 927402]


@pytest.mark.parametrize("p", [1, 2, 3, 4, 5])
def test_san_francisco_by_p(san_francisco: Instance, p: int) -> None:
    instance = replace(san_francisco, p=p, standard=np.full(205, 5000.0))
    assert solve(instance, "p_median").outcome.objective == pytest.approx(SF_MEDIAN[p - 1], rel=1e-9)
    assert solve(instance, "p_center").outcome.objective == pytest.approx(SF_CENTER[p - 1], rel=1e-7)
    covering = solve(instance, "maximal_covering")
    assert covering.outcome.objective == pytest.approx(SF_COVER[p - 1], rel=1e-12)
    if p == 4:
        _, nearest = instance.impedance.nearest(covering.open)
        assert (nearest > 5000).sum() == 21


@pytest.mark.parametrize(("metres", "sites"), [(5000, 8), (8000, 3)])
def test_san_francisco_set_covering(san_francisco: Instance, metres: float, sites: int) -> None:
    instance = replace(san_francisco, standard=np.full(205, float(metres)))
    assert solve(instance, "set_covering").outcome.objective == sites


@pytest.mark.parametrize("number", [1, 3, 5, 7, 9, 11, 13, 15, 21])  # benchmarks/published.py has them all
def test_or_library_p_median(number: int) -> None:
    instance, optima = read_orlib(number)
    solution = solve(instance, "p_median")
    assert solution.outcome.objective == optima["p_median"]
    assert solution.outcome.proven


@pytest.mark.parametrize("number", [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 25, 29])
def test_or_library_p_center(number: int) -> None:
    instance, optima = read_orlib(number)
    solution = solve(instance, "p_center")
    assert solution.outcome.objective == optima["p_center"]
    assert solution.outcome.proven


@pytest.mark.parametrize("number", [1])
def test_split_demand_is_never_worse_than_single_source(number: int) -> None:
    words = shared_file("data", "benchmarks", "pmedcap", f"pmedcap{number:02d}.txt").read_text("utf-8").split()
    best_known = float(words[1])
    n, p, capacity = (int(w) for w in words[2:5])
    rows = np.array(words[5 : 5 + 4 * n], dtype=float).reshape(n, 4)
    place = rows[:, 1:3]
    t = np.floor(np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)))
    # Their objective counts distances, not people: a demand of d people at distance t costs t, not d * t. So the
    # impedance is divided by the demand here, and the demand kept for the capacity.
    instance = Instance.from_arrays(t / rows[:, 3:4], rows[:, 3], p=p, capacity=float(capacity))
    solution = solve(instance, "capacitated_p_median")
    assert solution.outcome.proven
    assert solution.outcome.objective <= best_known + 1e-6
    assert solution.outcome.objective >= 0.97 * best_known


# --- laws ----------------------------------------------------------------------------------------------------

LAW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
SEEDS = st.integers(0, 10_000)


def optimum(instance: Instance, model: str) -> float:
    """The optimum, or infinity (minus infinity when maximising) where there is no plan."""
    try:
        value = solve(instance, model, diagnose=False).outcome.objective
    except InfeasibleError:
        return -math.inf if model == "maximal_covering" else math.inf
    assert value is not None
    return value


@LAW
@given(SEEDS, st.sampled_from(WITH_RESOURCE))
def test_more_facilities_are_never_worse(seed: int, model: str) -> None:
    instance = random_instance(seed, plain=True, capacity=model.startswith("cap"))
    values = [optimum(replace(instance, p=p), model) for p in (1, 2, 3)]
    if model == "maximal_covering":
        values = [-v for v in values]
    assert values[0] >= values[1] - 1e-6
    assert values[1] >= values[2] - 1e-6


@LAW
@given(SEEDS, st.floats(0, 10), st.floats(0, 10))
def test_coverage_rises_with_the_standard(seed: int, one: float, other: float) -> None:
    instance = random_instance(seed)
    strict, loose = sorted((one, other))
    small = optimum(replace(instance, standard=np.full(instance.demand_count, strict)), "maximal_covering")
    large = optimum(replace(instance, standard=np.full(instance.demand_count, loose)), "maximal_covering")
    assert small <= large + 1e-9


@LAW
@given(SEEDS, st.floats(2, 9))
def test_set_covering_counts_the_least_p_that_covers_all(seed: int, standard: float) -> None:
    instance = random_instance(seed, plain=True, standard=standard)
    instance = replace(instance, demand=instance.demand + 1)  # a place without people must be covered all the same
    count = optimum(replace(instance, p=None), "set_covering")
    everyone = instance.demand.sum()
    covering = [
        p
        for p in range(instance.site_count + 1)
        if optimum(replace(instance, p=p), "maximal_covering") >= everyone - 1e-9
    ]
    assert count == (covering[0] if covering else math.inf)


@LAW
@given(SEEDS)
def test_removing_a_capacity_never_worsens(seed: int) -> None:
    instance = random_instance(seed, capacity=True)
    assert instance.capacity is not None
    tight = optimum(instance, "capacitated_p_median")
    loose = optimum(replace(instance, capacity=np.r_[np.inf, instance.capacity[1:]]), "capacitated_p_median")
    free = optimum(replace(instance, capacity=None), "p_median")
    assert loose <= tight + 1e-6
    assert free <= loose + 1e-6


@LAW
@given(SEEDS, st.sampled_from(MODELS), st.randoms(use_true_random=False))
def test_relabelling_sites_changes_nothing(seed: int, model: str, random: object) -> None:
    instance = prepared(model, random_instance(seed, capacity=model.startswith("cap"), standard=6.0))
    order = np.random.default_rng(seed).permutation(instance.site_count)
    renamed = replace(
        instance,
        site_ids=tuple(instance.site_ids[j] for j in order),
        impedance=instance.impedance.select(columns=order),
        existing=instance.existing[order],
        required=instance.required[order],
        forbidden=instance.forbidden[order],
        site_zone=instance.site_zone[order],
        capacity=None if instance.capacity is None else instance.capacity[order],
        fixed_cost=None if instance.fixed_cost is None else instance.fixed_cost[order],
    )
    assert optimum(renamed, model) == pytest.approx(optimum(instance, model), abs=1e-6)


@LAW
@given(SEEDS, st.sampled_from(("p_median", "p_center")))
def test_a_required_site_never_helps(seed: int, model: str) -> None:
    instance = random_instance(seed, plain=True)
    required = np.zeros(instance.site_count, bool)
    required[seed % instance.site_count] = True
    assert optimum(replace(instance, required=required), model) >= optimum(instance, model) - 1e-6


# --- limits, progress, models of one's own -------------------------------------------------------------------


def hard_instance(points: int = 150, sites: int = 60) -> Instance:
    rng = np.random.default_rng(5)
    t = rng.random((points, sites)) * 10  # unstructured: the hardest kind
    return Instance.from_arrays(t, rng.integers(1, 9, points), p=8)


def test_a_time_limited_plan_says_so() -> None:
    solution = solve(hard_instance(600, 300), "p_median", SolverOptions(time_limit_s=1.0))
    outcome = solution.outcome
    assert outcome.status is Status.TIME_LIMIT
    assert not outcome.proven
    assert outcome.label_en.startswith("time-limited")
    assert outcome.seconds < 3


def test_no_time_at_all_is_an_error_not_a_plan() -> None:
    with pytest.raises(SitingError, match="no plan within"):
        solve(hard_instance(), "least_inequality", SolverOptions(time_limit_s=1e-9))


def test_the_gap_asked_for_is_kept() -> None:
    solution = solve(hard_instance(), "p_median", SolverOptions(gap=0.5, time_limit_s=30))
    assert solution.outcome.gap is not None
    assert solution.outcome.gap <= 0.5
    assert solution.outcome.status is Status.OPTIMAL


def test_same_seed_same_plan() -> None:
    one, two = (solve(random_instance(3), "p_median") for _ in range(2))
    assert np.array_equal(one.open, two.open)
    assert np.array_equal(one.assignment.site_index, two.assignment.site_index)


def test_progress_is_told() -> None:
    heard: list[Event] = []
    solve(hard_instance(), "p_median", SolverOptions(time_limit_s=1.5), listener=heard.append)
    assert {e.kind for e in heard} >= {"start", "progress", "done"}
    assert all(e.zh and e.en for e in heard)
    assert any("bound" in e.data for e in heard)


def test_a_model_of_ones_own(tmp_path: Path) -> None:
    text = list_formulations()["capacitated_p_median"].read_text("utf-8")
    own = tmp_path / "single_source.toml"
    own.write_text(
        text.replace("assign_share", "assign_whole").replace('"capacitated_p_median"', '"single_source"'), "utf-8"
    )
    formulation = load_formulation(own)
    solved = 0
    for seed in range(8):
        instance = random_instance(seed, capacity=True, plain=True)
        best = best_value("capacitated_p_median", instance, whole=True)
        if best is None:
            with pytest.raises(InfeasibleError):
                solve(instance, formulation)
        else:
            solution = solve(instance, formulation)
            assert solution.outcome.objective == pytest.approx(best, abs=1e-6)
            assert np.array_equal(solution.assignment.share, np.ones(instance.demand_count))
            solved += 1
    assert solved


def test_numbers_that_a_model_lacks_or_ignores_are_refused() -> None:
    with pytest.raises(InputError, match="needs standard"):
        solve(six_points(p=1), "maximal_covering")
    with pytest.raises(InputError, match="exactly one"):
        solve(six_points(), "p_median")
    with pytest.raises(InputError, match="no use for it"):
        solve(six_points(p=1, standard=3.0), "set_covering")


def test_conditions_that_clash_are_infeasible() -> None:
    # Each village passes the check alone, but one site cannot cover both halves.
    with pytest.raises(InfeasibleError, match="at once"):
        solve(six_points(standard=1.0, budget=1.0, fixed_cost=1.0), "set_covering")


def test_a_further_objective_without_a_plan_in_time_leaves_the_one_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = optimise.decide, 0

    def out_of_time(*args: Any, **rest: Any) -> Solution:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise SitingError(Fault("没有时间", "no time"))
        return real(*args, **rest)

    monkeypatch.setattr(optimise, "decide", out_of_time)
    instance = six_points(standard=2.0, capacity=12.0)
    solution = solve(instance, "capacitated_set_covering")
    assert calls == 2
    assert solution.outcome.objective == 2
    assert not solution.outcome.proven
    assert solution.outcome.label_en == "proven optimal; objective 2: time-limited, gap unknown"
    assert verify(instance, load_formulation("capacitated_set_covering"), solution).ok
