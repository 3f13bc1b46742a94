"""The shipped scenarios answer their sentences of the five-year plan."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from siting.grouping.run import GroupingAnswer, answer
from siting.grouping.tables import member_frame, member_minutes
from siting.grouping.teachers import teachers_to_share
from siting.kinds import kind_of
from siting.prepare import Settings
from siting.scenario import find_scenario
from tests.grouping.small import hangs_together


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def alliances(cache: Settings) -> GroupingAnswer:
    return answer(find_scenario("shengzhou/medical_alliances"), cache)


@pytest.fixture(scope="module")
def communities(cache: Settings) -> GroupingAnswer:
    return answer(find_scenario("shengzhou/education_communities"), cache)


def test_every_health_centre_is_in_one_of_two_balanced_alliances(alliances: GroupingAnswer) -> None:
    """县域医共体：15 家卫生院归两家牵头医院，人口均衡，路程不超限。"""
    groups, p = alliances.groups, alliances.groups.problem
    assert kind_of(find_scenario("shengzhou/medical_alliances")) == "grouping"
    assert sorted(p.leads["name"]) == ["嵊州市中医院", "嵊州市人民医院"]
    assert len(groups.group) == 15
    assert p.load.sum() == pytest.approx(alliances.case.population.sum())
    people = p.loads(groups.group)
    assert (np.abs(people / people.mean() - 1) <= 0.10).all()
    assert member_minutes(groups).max() <= 60
    assert groups.outcome.proven
    assert all(check.passed for check in groups.checks)


def test_the_townships_of_an_alliance_hang_together(alliances: GroupingAnswer) -> None:
    group = alliances.groups.group
    for lead in range(2):
        assert hangs_together(alliances.groups.problem, lead, np.flatnonzero(group == lead).tolist())


def test_every_small_village_school_has_a_lead_in_the_core(communities: GroupingAnswer) -> None:
    """教共体：每所村小与主城区强校结对，每校 3 至 5 所，学生数均衡。"""
    groups, p, case = communities.groups, communities.groups.problem, communities.case
    schools = case.facilities[
        (case.facilities["service"] == "primary_school") & (case.facilities["zone"] == "villages")
    ]
    small = schools[schools["enrolment"] <= 500]
    assert sorted(p.members["id"]) == sorted(small["id"])
    assert set(p.leads["zone"]) == {"urban_core"}
    count = np.bincount(groups.group, minlength=8)
    assert count.min() >= 3
    assert count.max() <= 5
    pupils = p.loads(groups.group)
    assert (np.abs(pupils / pupils.mean() - 1) <= 0.15).all()
    assert member_minutes(groups).max() <= 85
    assert groups.outcome.proven


def test_no_lead_shares_teachers_that_it_needs_itself(communities: GroupingAnswer) -> None:
    teachers = teachers_to_share(communities.case, communities.groups)
    assert teachers is not None
    assert len(teachers) == 8 * 3
    assert ((teachers["shared"] <= teachers["spare"]) & (teachers["shared"] <= teachers["short"])).all()
    assert (teachers["left"] == teachers["short"] - teachers["shared"]).all()
    backbone = teachers[(teachers["resource"] == "backbone_teachers") & (teachers["lead"] == "f001")].iloc[0]
    table = communities.case.school_resources
    assert table is not None
    have = int(table.set_index("id").loc["f001", "backbone_teachers"])
    pupils = communities.case.facilities.set_index("id").loc["f001", "enrolment"]
    assert backbone["spare"] == have - int(np.ceil(pupils / 100))


def test_the_folder_says_all_of_it(alliances: GroupingAnswer, cache: Settings, tmp_path: Path) -> None:
    outputs = alliances.write(tmp_path / "run", cache)
    assert {"map.html", "report.html", "tables.xlsx", "run.json"} <= set(outputs)
    record = json.loads(outputs["run.json"].read_text("utf-8"))
    members = member_frame(alliances.groups)
    assert record["members"] == dict(zip(members["id"], members["lead"], strict=True))
    assert record["synthetic"] is True
    assert record["verified"] is True
    for name in ("map.html", "report.html"):
        assert "合成演示数据" in outputs[name].read_text("utf-8")
    table = (tmp_path / "run" / "tables" / "members.csv").read_text("utf-8-sig")
    assert all(name in table for name in members["name"])
    lines = "\n".join(text for text, _ in alliances.lines())
    assert "嵊州市人民医院" in lines
    assert "proven optimal" in lines
    json.dumps(alliances.record(), allow_nan=False)
