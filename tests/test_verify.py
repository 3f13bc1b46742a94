"""Each check is shown to fail on a plan that is wrong in just that way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from siting.errors import VerificationError
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import load_formulation
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.solution import Assignment, Solution, Status
from siting.solving.optimise import solve
from siting.verify import CHECKS, OBJECTIVES, require_verified, verify
from tests.formulation.small import MODELS, prepared, random_instance, six_points

ZONES = ["west", "west", "west", "east", "east", "east"]
Tamper = Callable[[Solution], Solution]


def reopened(solution: Solution, *sites: int) -> Solution:
    mask = np.zeros(solution.open.size, bool)
    mask[list(sites)] = True
    return replace(solution, open=mask)


def assigned(solution: Solution, pairs: list[tuple[int, int, float]]) -> Solution:
    i, j, share = (np.array(part) for part in zip(*pairs, strict=True))
    return replace(solution, assignment=Assignment(i, j, share.astype(float)))


def worth(solution: Solution, **changes: Any) -> Solution:
    return replace(solution, outcome=replace(solution.outcome, **changes))


def failures(model: str | Formulation, instance: Instance, tamper: Tamper) -> str:
    formulation = load_formulation(model) if isinstance(model, str) else model
    solution = solve(instance, formulation)
    assert verify(instance, formulation, solution).ok
    verification = verify(instance, formulation, tamper(solution))
    assert not verification.ok
    with pytest.raises(VerificationError):
        require_verified(verification)
    return "; ".join(check.name_en for check in verification.failed)


BASE = {"p": 2, "existing": [True, False, False, False, False, False]}
TO_TWO = [(0, 0, 1.0), (1, 0, 1.0), (2, 0, 1.0), (3, 4, 1.0), (4, 4, 1.0)]

TAMPERED: list[tuple[str, dict[str, Any], Tamper, str]] = [
    ("p_median", BASE, lambda s: reopened(s, 2, 4, 5), "people go to open sites only"),
    ("maximal_covering", BASE | {"standard": 1.0}, lambda s: _nobody(reopened(s, 2, 4, 5)), "existing facilities stay"),
    (
        "maximal_covering",
        {"p": 2, "standard": 1.0, "required": [False, False, True, False, False, False]},
        lambda s: _nobody(reopened(s, 1, 4)),
        "required sites are open",
    ),
    (
        "maximal_covering",
        {"p": 2, "standard": 1.0, "forbidden": [False, False, True, False, False, False]},
        lambda s: _nobody(reopened(s, 2, 4)),
        "no forbidden site is open",
    ),
    ("maximal_covering", {"p": 2, "standard": 1.0}, lambda s: _nobody(reopened(s, 1, 3, 4)), "exactly p"),
    (
        "maximal_covering",
        {"budget": 5.0, "fixed_cost": 2.0, "standard": 1.0},
        lambda s: _nobody(reopened(s, 1, 3, 4)),
        "cost within the budget",
    ),
    (
        "maximal_covering",
        {"p": 2, "standard": 1.0, "site_zone": ZONES, "zone_minimum": {"west": 1, "east": 1}},
        lambda s: _nobody(reopened(s, 3, 4)),
        "every zone has its minimum",
    ),
    ("p_median", {"p": 2}, lambda s: assigned(reopened(s, 0, 4), TO_TWO), "everybody is assigned"),
    (
        "p_median",
        {"p": 2},
        lambda s: assigned(reopened(s, 0, 4), [*TO_TWO, (5, 0, 1.0)]),
        "everybody goes to the nearest open site",
    ),
    (
        "p_median",
        {"p": 2},
        lambda s: assigned(reopened(s, 0, 4), [*TO_TWO, (5, 4, 0.5)]),
        "the shares of a demand point add up to 1",
    ),
    (
        "p_median",
        {"p": 2},
        lambda s: assigned(reopened(s, 0, 4), [*TO_TWO, (5, 4, 1.5), (5, 0, -0.5)]),
        "shares lie between 0 and 1",
    ),
    ("set_covering", {"standard": 1.0}, lambda s: _to_nearest(reopened(s, 0, 4)), "within the standard"),
    (
        "capacitated_p_median",
        {"p": 2, "capacity": 6.0},
        lambda s: assigned(
            reopened(s, 1, 4), [(0, 1, 1.0), (1, 1, 1.0), (2, 1, 1.0), (3, 1, 1.0), (4, 4, 1.0), (5, 4, 1.0)]
        ),
        "no facility is overfull",
    ),
    ("p_median", {"p": 2}, lambda s: worth(s, objective=7.99), "the objective is derived anew"),
    ("p_median", {"p": 2}, lambda s: worth(s, objective=None), "the objective is derived anew"),
    ("p_center", {"p": 2}, lambda s: worth(s, objective=1.01), "the objective is derived anew"),
    ("maximal_covering", {"p": 1, "standard": 1.0}, lambda s: worth(s, objective=7.0), "the objective is derived anew"),
    ("set_covering", {"standard": 1.0}, lambda s: worth(s, objective=1.0), "the objective is derived anew"),
    ("p_median", {"p": 2}, lambda s: worth(s, bound=8.1), "the bound fits the objective"),
    ("maximal_covering", {"p": 1, "standard": 1.0}, lambda s: worth(s, bound=5.0), "the bound fits the objective"),
    ("p_median", {"p": 2}, lambda s: worth(s, sense="maximize"), "status and sense fit"),
    ("p_median", {"p": 2}, lambda s: worth(s, status=Status.ERROR), "status and sense fit"),
    ("p_median", {"p": 2}, lambda s: worth(s, bound=None), "status and sense fit"),
    ("p_median", {"p": 2}, lambda s: replace(s, formulation="p_center"), "the solution belongs to the instance"),
    ("p_median", {"p": 2}, lambda s: replace(s, open=s.open.astype(float)), "the solution belongs to the instance"),  # type: ignore[arg-type]
    ("p_median", {"p": 2}, lambda s: assigned(s, [(0, 99, 1.0)]), "the solution belongs to the instance"),
    ("p_median", {"p": 2}, lambda s: assigned(s, [(0, 0, float("nan"))]), "the solution belongs to the instance"),
]


def _nobody(solution: Solution) -> Solution:
    empty = np.zeros(0, np.int64)
    return replace(solution, assignment=Assignment(empty, empty, np.zeros(0)))


def _to_nearest(solution: Solution) -> Solution:
    nearest, _ = six_points().impedance.nearest(solution.open)
    return replace(solution, assignment=Assignment.nearest(nearest))


@pytest.mark.parametrize(("model", "numbers", "tamper", "message"), TAMPERED)
def test_a_wrong_plan_is_caught(model: str, numbers: dict[str, Any], tamper: Tamper, message: str) -> None:
    assert message in failures(model, six_points(**numbers), tamper)


def test_a_pair_that_is_not_admissible_is_caught() -> None:
    instance = Instance.from_arrays([[1.0, np.inf], [2.0, 1.0]], p=2)
    tamper: Tamper = lambda s: assigned(s, [(0, 1, 1.0), (1, 1, 1.0)])  # noqa: E731
    assert "only admissible pairs are used" in failures("p_median", instance, tamper)


def test_a_split_where_none_is_allowed_is_caught() -> None:
    split = load_formulation("capacitated_p_median")
    whole = split.model_copy(update={"variables": ("open_site", "assign_whole")})
    tamper: Tamper = lambda s: assigned(  # noqa: E731
        reopened(s, 1, 4), [(0, 1, 1.0), (1, 1, 1.0), (2, 1, 0.5), (2, 4, 0.5), (3, 4, 1.0), (4, 4, 1.0), (5, 4, 1.0)]
    )
    found = failures(whole, six_points(p=2, capacity=8.0), tamper)
    assert "every demand point is assigned as a whole" in found


def test_both_or_neither_of_p_and_budget_is_caught() -> None:
    instance, formulation = six_points(p=2), load_formulation("p_median")
    solution = solve(instance, formulation)
    verification = verify(replace(instance, p=None), formulation, solution)
    assert [c.name_en for c in verification.failed] == ["exactly one of the model's alternatives holds"]


def test_a_condition_that_the_model_ignores_is_caught() -> None:
    formulation = load_formulation("p_median")
    careless = formulation.model_copy(
        update={"constraints": tuple(c for c in formulation.constraints if c != "forbid_sites")}
    )
    solution = solve(six_points(p=2), careless)
    closed = ~solution.open
    verification = verify(replace(six_points(p=2), forbidden=closed), careless, solution)
    assert [c.name_en for c in verification.failed] == ["no condition was ignored"]
    assert verification.failed[0].detail == "forbid_sites"


def test_a_block_without_a_check_is_refused() -> None:
    formulation = load_formulation("p_median")
    solution = solve(six_points(p=2), formulation)
    for update in ({"objective": "unknown_goal"}, {"constraints": (*formulation.constraints, "unknown_rule")}):
        with pytest.raises(VerificationError, match=r"unknown_.* has no independent check"):
            verify(six_points(p=2), formulation.model_copy(update=update), solution)


def test_every_block_has_a_check() -> None:
    assert {b.name for b in REGISTER.values() if b.kind != "objective"} == set(CHECKS)
    goals = {b.name: b.sense for b in REGISTER.values() if b.kind == "objective"}
    assert {name: sense for name, (sense, _) in OBJECTIVES.items()} == goals


@pytest.mark.parametrize("model", MODELS)
def test_every_single_tampering_with_the_open_sites_is_caught(model: str) -> None:
    """Close an open site or open a closed one: something must not fit any more."""
    instance = prepared(model, random_instance(1, capacity=model.startswith("cap"), standard=6.0))
    formulation = load_formulation(model)
    solution = solve(instance, formulation)
    for j in range(instance.site_count):
        mask = solution.open.copy()
        mask[j] = ~mask[j]
        assert not verify(instance, formulation, replace(solution, open=mask)).ok


@pytest.mark.parametrize("model", ["maximal_covering", "set_covering"])
def test_an_infinite_standard_does_not_cover_who_reaches_nothing(model: str) -> None:
    instance = Instance.from_arrays([[1.0, np.inf], [np.inf, 2.0]], [3, 5], standard=np.inf)
    if model == "maximal_covering":
        assert solve(replace(instance, p=1), model).outcome.objective == 5
    else:
        assert solve(instance, model).outcome.objective == 2


def test_verify_needs_neither_pyomo_nor_the_builder() -> None:
    code = "import sys, siting.verify; print([m for m in sys.modules if m.split('.')[0] in ('pyomo', 'highspy')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
