"""The shipped scenarios answer their sentence of the five-year plan: 优质医疗资源扩容和均衡分布."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from siting.prepare import Settings
from siting.rebalance.run import RebalanceAnswer, answer
from siting.rebalance.tables import by_area, measures, places_frame
from siting.scenario import find_scenario


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def beds(cache: Settings) -> RebalanceAnswer:
    return answer(find_scenario("shengzhou/rebalanced_beds"), cache)


@pytest.fixture(scope="module")
def doctors(cache: Settings) -> RebalanceAnswer:
    return answer(find_scenario("shengzhou/rebalanced_doctors"), cache)


def test_beds_are_as_many_as_before_and_access_is_more_equal(beds: RebalanceAnswer) -> None:
    shared, places = beds.shared, places_frame(beds.case, beds.shared)
    ledger = beds.case.facilities
    known = ledger["service"].isin(["county_hospital", "township_health_centre"])
    assert shared.amount.sum() == shared.problem.now.sum() == ledger.loc[known, "beds"].sum()
    assert (shared.amount == np.round(shared.amount)).all()
    county = (shared.problem.facilities["service"] == "county_hospital").to_numpy()
    assert (shared.amount[county] <= shared.problem.now[county]).all()
    assert (shared.amount >= np.floor(0.7 * shared.problem.now)).all()
    before, after = measures(places, "before"), measures(places, "after")
    for key in ("gini", "variation", "variance"):
        assert after[key] < before[key]
    assert after["mean"] == pytest.approx(before["mean"])
    assert shared.outcome.gap is not None
    assert shared.outcome.gap < 1e-3
    assert shared.exact_value == pytest.approx(shared.outcome.bound, rel=1e-6)


def test_thirty_more_doctors_lift_the_worst_off_township(doctors: RebalanceAnswer) -> None:
    shared = doctors.shared
    assert shared.amount.sum() == shared.problem.now.sum() + 30
    townships = by_area(places_frame(doctors.case, shared), "township")
    assert townships["after"].min() > townships["before"].min()
    assert townships["after"].min() == pytest.approx(shared.outcome.objective)
    assert shared.exact_value == pytest.approx(shared.outcome.bound, rel=1e-6)


def test_supply_is_conserved(beds: RebalanceAnswer) -> None:
    """People times accessibility is the beds, before and after, as everybody's demand counts once."""
    places = places_frame(beds.case, beds.shared)
    for when, amount in (("before", beds.shared.problem.now), ("after", beds.shared.amount)):
        assert places["persons"] @ places[when] / 1000 == pytest.approx(amount.sum())


def test_the_folder_says_all_of_it(beds: RebalanceAnswer, cache: Settings, tmp_path: Path) -> None:
    outputs = beds.write(tmp_path / "run", cache)
    assert {"map.html", "report.html", "tables.xlsx", "run.json"} <= set(outputs)
    record = json.loads(outputs["run.json"].read_text("utf-8"))
    ids = [str(key) for key in beds.shared.problem.facilities["id"]]
    assert {key: row["after"] for key, row in record["facilities"].items()} == dict(
        zip(ids, beds.shared.amount.tolist(), strict=True)
    )
    assert record["after"]["gini"] < record["before"]["gini"]
    for name in ("map.html", "report.html"):
        text = outputs[name].read_text("utf-8")
        assert "合成演示数据" in text
        assert "搜索范围与距离衰减是方案中的假设" in text
    lines = "\n".join(text for text, _ in beds.lines())
    assert "2,177 → 2,177" in lines
    json.dumps(beds.record(), allow_nan=False)
