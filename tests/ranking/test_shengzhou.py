"""The shipped rankings answer their sentences of the plan."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from siting import Instance, solve
from siting.files.cache import Cache
from siting.network import DECIMALS_MIN
from siting.prepare import Clock, Settings, roads_of
from siting.ranking import sentences
from siting.ranking.rank import Ranking, rank_sites
from siting.ranking.run import RankingAnswer
from siting.ranking.sensitivity import weights_with
from siting.ranking.told import told_of
from siting.scenario import find_scenario, list_scenarios
from siting.service_times import mode_times, placed

NAMES = ("technician_college", "maternity_hospital_site", "disease_control_site")


@cache
def ranked(name: str) -> Ranking:
    return rank_sites(find_scenario(f"shengzhou/{name}"), Settings())


@pytest.mark.parametrize("name", NAMES)
def test_the_first_is_first_and_stays_so_within_its_intervals(name: str) -> None:
    assert f"shengzhou/{name}" in list_scenarios()
    found = ranked(name)
    scores = found.scores
    assert len(found.sites) >= 5
    assert scores.score[scores.leader] == scores.score.max()
    for k, lead in enumerate(found.sensitivity.leads):
        for weight in (lead.low, lead.high):
            then = scores.values @ weights_with(scores.weights, k, weight)
            assert then[scores.leader] >= then.max() - 1e-9
    assert found.sensitivity.accepted.first.sum() == pytest.approx(1)
    assert not found.measured.notes or all(zh and en for zh, en in found.measured.notes)


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_and_rule_tells_its_source_and_none_claims_to_be_checked(name: str) -> None:
    told = told_of(ranked(name))
    assert told.place.info.synthetic
    assert (told.place.info.notice_zh, told.place.info.notice_en) in told.notices
    assert any("未经核实" in zh for zh, _ in told.notices)
    (weights,) = (sheet for sheet in told.sheets if sheet.key == "weights")
    assert all(weights.frame["source"])
    assert set(weights.frame["verified"]) == {"否 no"}


def test_the_technician_college_has_its_land_and_keeps_off_railway_and_trunk_road() -> None:
    found = ranked("technician_college")
    assert (found.sites["site_m2"] >= 100_000).all()
    assert {rule.rule for rule in found.excluded} >= {"rules.site_m2", "rules.separation_m.railway"}
    assert found.chosen is None
    excluded = {row for rule in found.excluded for row in rule.rows}
    assert len(excluded) == len(found.candidates) - len(found.sites)


@pytest.mark.parametrize("name", ["maternity_hospital_site", "disease_control_site"])
def test_the_back_test_says_where_tinghu_stands_and_why(name: str) -> None:
    found = ranked(name)
    chosen = found.chosen
    assert chosen is not None
    assert chosen.site["zone"].iloc[0] == "development_zone"
    ahead = int((found.scores.score > chosen.scores.score[-1] + 1e-9).sum())
    assert chosen.rank == ahead + 1
    told = " ".join(zh for zh, _ in sentences.of_chosen(found))
    assert "艇湖" in told
    assert f"列第 {chosen.rank}" in told
    assert "有利" in told
    assert "合成" in told
    assert chosen.site["site_m2"].iloc[0] == 58340
    lines = " ".join(text for text, _ in RankingAnswer(found).lines())
    assert f"列第 {chosen.rank}" in lines
    assert chosen.site["id"].iloc[0] not in set(found.measured.read["id"])


def test_the_disease_control_centre_has_a_table_of_link_times_to_hospitals_and_all_health_centres() -> None:
    found = ranked("disease_control_site")
    (links,) = (sheet.frame for sheet in told_of(found).sheets if sheet.key == "link_times")
    assert len(links) == 15 + 2
    k = [criterion.id for criterion in found.scenario.criteria].index("farthest")
    first = found.sites["id"].iloc[found.scores.leader]
    assert links.loc[:14, f"to_{first}"].max() == pytest.approx(found.raw[found.scores.leader, k], abs=1e-3)


def test_by_the_health_centres_alone_the_disease_control_centre_stands_at_their_median() -> None:
    found = ranked("disease_control_site")
    k = [criterion.id for criterion in found.scenario.criteria].index("health_centres")
    graph, key = roads_of(found.case, found.scenario.travel, Settings(), Clock())
    centres = found.case.facilities[found.case.facilities["service"] == "township_health_centre"]
    assert len(centres) == 15
    times = mode_times(
        placed(centres), placed(found.sites), graph, "drive", 240, travel=found.scenario.travel,
        cache=Cache(None), graph_key=key, listener=Settings().listener,
    )  # fmt: skip
    plan = solve(Instance.from_arrays(times.impedance.widened(DECIMALS_MIN).dense(), p=1), "p_median")
    assert plan.outcome.proven
    (opened,) = np.flatnonzero(plan.open)
    assert found.raw[opened, k] == pytest.approx(found.raw[:, k].min())
    assert plan.outcome.objective == pytest.approx(15 * found.raw[:, k].min(), abs=1e-3)
