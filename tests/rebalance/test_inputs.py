from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import Case, find_case, load_case
from siting.errors import InfeasibleError, InputError
from siting.rebalance.inputs import check_limits, choose, limits, totals
from siting.rebalance.scenario import Rebalance, load_rebalance

BASE = """
schema = 1
kind = "rebalance"
id = "asked"
title_zh = "再平衡"
title_en = "Rebalance"
case = "shengzhou"
amount = "beds"
{top}
[[levels]]
service = "county_hospital"
minutes = 60
{first}
[[levels]]
service = "{second_service}"
minutes = 30
{second}
"""


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(find_case("shengzhou"))


def asked(
    folder: Path, *, top: str = "", first: str = "", second: str = "", service: str = "township_health_centre"
) -> tuple[Path, Rebalance]:
    path = folder / "asked.toml"
    text = BASE.format(top=top, first=first, second=second, second_service=service)
    path.write_text(text, encoding="utf-8")
    return path, load_rebalance(path)


def posed(case: Case, path: Path, scenario: Rebalance) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    facilities, level = choose(case, scenario, path)
    least, most = limits(scenario, facilities, level, path)
    now = facilities["beds"].to_numpy(dtype=np.float64)
    group, total = totals(scenario, now, level, path)
    check_limits(scenario, now, least, most, group, total, path)
    return now, total, np.bincount(level, weights=now)


def test_an_amount_that_is_not_known_is_named(case: Case, tmp_path: Path) -> None:
    path, scenario = asked(tmp_path, service="health_station")
    with pytest.raises(InputError, match="has no beds"):
        choose(case, scenario, path)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"first": "least = { f999 = 3 }"}, "levels[1].least.f999"),
        ({"first": "most = { f513 = -3 }"}, "at least 0"),
        ({"first": "least = { f513 = 1200 }"}, "above the largest"),
        ({"top": "additional = -9000"}, "taken away"),
        ({"top": "additional = 0.5"}, "not a whole number"),
    ],
)
def test_limits_that_cannot_be_are_named(keys: dict[str, str], says: str, case: Case, tmp_path: Path) -> None:
    path, scenario = asked(tmp_path, **keys)
    with pytest.raises(InputError) as caught:
        posed(case, path, scenario)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"top": "additional = -100"}, "by 100"),  # everything is to be kept, and a hundred to go
        ({"top": "additional = 40", "second": "most_share = 1.05"}, "by 3.65"),  # room for 36.35 more
    ],
)
def test_totals_outside_the_limits_are_explained(keys: dict[str, str], says: str, case: Case, tmp_path: Path) -> None:
    path, scenario = asked(tmp_path, **keys)
    with pytest.raises(InfeasibleError) as caught:
        posed(case, path, scenario)
    assert says in str(caught.value)


def test_levels_that_keep_their_totals_share_what_is_added(case: Case, tmp_path: Path) -> None:
    path, scenario = asked(
        tmp_path, top="keep_levels = true\nadditional = 101", first="most_share = 2", second="most_share = 2"
    )
    now, total, held = posed(case, path, scenario)
    assert total.sum() == now.sum() + 101
    assert (total == np.round(total)).all()
    assert np.abs(total - held * (1 + 101 / now.sum())).max() < 1


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"top": "objektive = 1"}, "objective"),
        ({"first": "least_share = 1.2"}, "levels"),
        ({"service": "county_hospital"}, "more than once"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        asked(tmp_path, **keys)
    assert says in str(caught.value)
