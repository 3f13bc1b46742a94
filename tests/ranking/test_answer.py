"""A ranking of the tiny case that is worked out by hand; rules, back-test, outputs, a clear message for bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from siting import Instance, solve
from siting.cli.main import main
from siting.errors import InfeasibleError, InputError
from siting.ranking import told
from siting.ranking.score import FULL
from siting.ranking.tables import sheets_of
from tests.ranking.small import (
    BACKTEST,
    CRITERIA,
    HEAD,
    LAND,
    PEOPLE,
    PLACES,
    PUPILS,
    SCHOOL,
    TO_SCHOOL,
    make_path,
    rank,
    walk_minutes,
)
from tests.tiny_case import facilities_csv, place

Capture = pytest.CaptureFixture[str]
REAL = BACKTEST.format(lon=place(3, 1)[0], lat=place(3, 1)[1])


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


def criterion(text: str, **more: str) -> str:
    """A criterion by its lines, with a name, a weight and a source."""
    body = "".join(f"{key} = {value}\n" for key, value in more.items())
    return f'[[criteria]]\nname_zh = "指标"\nname_en = "criterion"\nweight = 1\nsource = "示例"\n{text}\n{body}'


def only(folder: Path, text: str, **files: str) -> list[float]:
    """The values of a single criterion at c0, c1, c2."""
    found = rank(folder, HEAD + text, **files)
    assert found.sites["id"].tolist() == list(PLACES)
    return [float(value) for value in found.raw[:, 0]]


def mean_minutes(site: tuple[int, int]) -> float:
    return sum(people * walk_minutes(at, site) for at, people in PEOPLE) / sum(people for _, people in PEOPLE)


# The example by hand


def test_the_scores_are_those_worked_out_by_hand(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + CRITERIA)
    pupils = {name: mean_minutes(at) for name, at in PLACES.items()}
    best, worst = min(pupils.values()), max(pupils.values())
    land = {"c0": 1.0, "c1": 0.75, "c2": 0.25}
    for row, (name, at) in enumerate(PLACES.items()):
        school = walk_minutes(SCHOOL, at)
        assert found.raw[row] == pytest.approx([pupils[name], school, found.sites["site_m2"][row]], abs=0.01)
        near, to_school = (worst - pupils[name]) / (worst - best), max(0.0, 1 - school / 20)
        assert found.scores.score[row] == pytest.approx(0.5 * near + 0.3 * to_school + 0.2 * land[name], abs=1e-3)
    assert found.sites["id"].iloc[found.scores.order].tolist() == ["c1", "c0", "c2"]
    assert found.scores.rank.tolist() == [2, 1, 3]


def test_the_model_that_chooses_one_site_opens_the_first(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + CRITERIA)
    plan = solve(Instance.from_arrays(1 - found.scores.score[None], p=1), "p_median")
    assert plan.outcome.proven
    assert np.flatnonzero(plan.open).tolist() == [found.scores.leader]


def test_the_mean_time_alone_gives_the_median(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + PUPILS)
    minutes = [[walk_minutes(at, site) for site in PLACES.values()] for at, _ in PEOPLE]
    plan = solve(Instance.from_arrays(minutes, [people for _, people in PEOPLE], p=1), "p_median")
    assert np.flatnonzero(plan.open).tolist() == [found.scores.leader]


# Each measure by itself


def test_shares_percentiles_and_people_nearby(tmp_path: Path) -> None:
    base = 'from_age = 6\nto_age = 11\nid = "a"\n'
    travel = base + 'measure = "travel_from_people"\nmode = "walk"\n'
    total = sum(people for _, people in PEOPLE)
    share = only(tmp_path / "1", criterion(travel + 'statistic = "share_within"\nminutes = 12'))
    within = [sum(n for at, n in PEOPLE if walk_minutes(at, site) <= 12) / total for site in PLACES.values()]
    assert share == pytest.approx(within)
    most = only(tmp_path / "2", criterion(travel + 'statistic = "percentile"\npercent = 100'))
    assert most == pytest.approx([max(walk_minutes(at, s) for at, _ in PEOPLE) for s in PLACES.values()], abs=0.01)
    near = only(tmp_path / "3", criterion(base + 'measure = "people_near"\nmetres = 500'))
    assert near == [12 + 14, 13 + 14, 14 + 16]  # a step is 291 m east-west, 333 m north-south


def test_people_of_some_zones_alone(tmp_path: Path) -> None:
    text = 'id = "a"\nmeasure = "people_near"\nmetres = 100000\nfrom_age = 6\nto_age = 11\nzones = ["rest"]'
    assert only(tmp_path, criterion(text)) == [31, 31, 31]


def test_facilities_nearest_mean_weighted_and_farthest(tmp_path: Path) -> None:
    two = facilities_csv() + "f3,二小,primary_school,{},{},core,城关镇,180\n".format(*place(4, 4))
    near, far = ([walk_minutes(at, site) for site in PLACES.values()] for at in (SCHOOL, (4, 4)))
    base = 'id = "a"\nmeasure = "travel_from_facilities"\nservices = ["primary_school"]\nmode = "walk"\n'
    for k, (more, expected) in enumerate(
        (
            ('statistic = "nearest"', np.minimum(near, far)),
            ('statistic = "farthest"', np.maximum(near, far)),
            ('statistic = "mean"', np.add(near, far) / 2),
            ('statistic = "mean"\nweight_by = "capacity"', (60 * np.array(near) + 180 * np.array(far)) / 240),
        )
    ):
        found = only(tmp_path / str(k), criterion(base + more), facilities=two)
        assert found == pytest.approx(expected.tolist(), abs=0.01)


def test_places_of_ones_own_and_distances(tmp_path: Path) -> None:
    lon, lat = place(4, 4)
    own = f'places = [{{ name_zh = "市场", name_en = "market", lon = {lon}, lat = {lat} }}]\n'
    times = only(tmp_path / "1", criterion(f'id = "a"\nmeasure = "travel_from_facilities"\nmode = "walk"\n{own}'))
    assert times == pytest.approx([walk_minutes((4, 4), site) for site in PLACES.values()], abs=0.01)
    metres = only(tmp_path / "2", criterion(f'id = "a"\nmeasure = "distance_to"\nprefer = "high"\n{own}'))
    assert metres[0] == pytest.approx(3 * 333, rel=0.01)
    assert metres[2] == pytest.approx(333, rel=0.01)


def test_what_the_list_of_plots_tells(tmp_path: Path) -> None:
    free = only(tmp_path / "1", criterion('id = "a"\nmeasure = "available_from"\nfrom_year = 2027'))
    assert free == [2027, 2030, 2027]
    assert only(tmp_path / "2", criterion('id = "a"\nmeasure = "existing_building"')) == [0, 1, 0]
    zone = only(tmp_path / "3", criterion('id = "a"\nmeasure = "in_zone"\npreference = { rest = 0.5 }'))
    assert zone == [0, 0, 0.5]


def test_a_site_that_some_cannot_reach_scores_nothing_and_whom_no_site_reaches_is_named(tmp_path: Path) -> None:
    near = PUPILS.replace("weight = 5", "weight = 5\nbest = 0\nworst = 30")
    found = rank(tmp_path, HEAD.replace("draws", "max_travel_minutes = 11\ndraws") + near)
    # Within 11 minutes: c0 and c2 reach some that the others do not, and none reaches everybody who is reached at all.
    assert np.isnan(found.raw[:, 0]).all()
    assert found.scores.score.tolist() == [0, 0, 0]
    assert found.measured.notes
    assert "到不了" in found.measured.notes[0][0]
    assert "村0" in found.measured.notes[0][0]


# Rules and limits


def reasons(found: object) -> dict[str, str]:
    frame = {sheet.key: sheet.frame for sheet in sheets_of(found)}["excluded"]
    return dict(zip(frame["id"], frame["reasons"], strict=True))


RULES = """\
[rules]
zones = ["core"]
available_by = 2029
site_m2 = { value = 15000, source = "示例", verified = false }
"""


def test_sites_are_excluded_with_every_reason(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + RULES + CRITERIA)
    assert found.sites["id"].tolist() == ["c0"]
    said = reasons(found)
    assert set(said) == {"c1", "c2"}
    assert "2030 年才可用" in said["c1"]
    assert "10,000" in said["c2"]
    assert "15,000" in said["c2"]
    assert "分区" in said["c2"]
    counts = {rule.rule: len(rule.sites) for rule in found.excluded}
    assert counts == {"rules.zones": 1, "rules.site_m2": 1, "rules.available_by": 1}


def test_hard_limits_exclude_and_do_not_count_in_the_scale(tmp_path: Path) -> None:
    limited = LAND.replace("best = 25000\nworst = 5000", "at_least = 15000")
    found = rank(tmp_path, HEAD + limited)
    assert found.sites["id"].tolist() == ["c0", "c1"]
    assert (found.scales[0].best, found.scales[0].worst) == (30000, 20000)
    assert "15,000" in reasons(found)["c2"]


def test_a_site_too_near_a_road_is_excluded(tmp_path: Path) -> None:
    from tests.tiny_case import roads_xml

    # The street in the middle row becomes a primary road; c1 stands on it, c0 and c2 are a step away.
    primary = roads_xml().replace('"residential"/><tag k="name" v="街3"', '"primary"/><tag k="name" v="街3"')
    rule = '[rules.separation_m]\ntrunk_road = { value = 80, source = "示例", verified = false }\n'
    found = rank(tmp_path, HEAD + rule + LAND, roads=primary)
    assert found.sites["id"].tolist() == ["c0", "c2"]
    assert "80" in reasons(found)["c1"]


def test_a_distance_of_the_standard_holds_without_being_written(tmp_path: Path) -> None:
    from tests.tiny_case import roads_xml

    primary = roads_xml().replace('"residential"/><tag k="name" v="街3"', '"primary"/><tag k="name" v="街3"')
    found = rank(tmp_path, HEAD.replace("disease_control_centre", "primary_school") + LAND, roads=primary)
    assert found.sites["id"].tolist() == ["c0", "c2"]
    free = HEAD.replace("disease_control_centre", "primary_school") + "[rules.separation_m]\n" + LAND
    assert len(rank(tmp_path / "free", free, roads=primary).sites) == 3


def test_when_all_are_excluded_each_rule_says_how_many_and_what_comes_nearest(tmp_path: Path) -> None:
    rules = RULES.replace("15000", "40000").replace("2029", "2026")
    with pytest.raises(InfeasibleError) as caught:
        rank(tmp_path, HEAD + rules + CRITERIA)
    said = {fault.column: fault for fault in caught.value.faults}
    assert set(said) == {"rules.zones", "rules.site_m2", "rules.available_by"}
    assert "排除 3 块（共 3 块）" in said["rules.site_m2"].zh
    assert "c0 地块c0" in said["rules.site_m2"].zh
    assert "30,000" in said["rules.site_m2"].en
    assert "1 块" in said["rules.site_m2"].remedy_zh  # c0 fails by its area alone
    assert "excludes 1 of 3" in said["rules.zones"].en


def test_a_limit_that_no_site_meets_is_told_likewise(tmp_path: Path) -> None:
    with pytest.raises(InfeasibleError, match=r"criteria\.school\.at_most"):
        rank(tmp_path, HEAD + TO_SCHOOL + "at_most = 1\n")


# The back-test


def test_the_site_really_chosen_is_ranked_among_the_others(tmp_path: Path) -> None:
    without = rank(tmp_path / "1", HEAD + CRITERIA)
    found = rank(tmp_path / "2", HEAD + CRITERIA + REAL)
    assert found.scores.score.tolist() == without.scores.score.tolist()  # it changes nobody's score
    assert found.chosen is not None
    worst, best = max(without.raw[:, 0]), min(without.raw[:, 0])
    near = np.clip((worst - mean_minutes((3, 1))) / (worst - best), 0, 1)
    expected = 0.5 * near + 0.3 * (1 - walk_minutes(SCHOOL, (3, 1)) / 20) + 0.2 * 1
    assert found.chosen.scores.score[-1] == pytest.approx(expected, abs=1e-3)
    assert found.chosen.rank == 1 + int((without.scores.score > expected).sum())
    assert not found.chosen.fails
    frame = {sheet.key: sheet.frame for sheet in sheets_of(found)}["backtest"]
    assert frame["difference"].sum() == pytest.approx(FULL * (expected - without.scores.score.max()), abs=0.1)
    assert set(frame["speaks"]) <= {"有利 for", "不利 against", "相同 alike"}


def test_a_facility_is_not_judged_by_its_distance_from_itself(tmp_path: Path) -> None:
    chosen = '[backtest]\nfacility = "f1"\nsite_m2 = 26000\nsource = "示例"\nverified = false\n'
    two = facilities_csv() + "f3,二小,primary_school,{},{},core,城关镇,180\n".format(*place(4, 4))
    found = rank(tmp_path, HEAD + TO_SCHOOL + LAND + chosen, facilities=two)
    assert found.chosen is not None
    assert found.chosen.raw[0] == pytest.approx(walk_minutes((4, 4), SCHOOL), abs=0.01)
    assert found.measured.read["id"].tolist() == ["f3"]


def test_the_rules_that_the_chosen_site_does_not_meet_are_told(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + RULES + CRITERIA + REAL.replace("26000", "12000"))
    assert found.chosen is not None
    assert [rule.rule for rule in found.chosen.fails] == ["rules.site_m2"]


# Outputs


def test_the_command_writes_map_report_and_tables(tmp_path: Path, capsys: Capture) -> None:
    path, out = make_path(tmp_path / "case", HEAD + CRITERIA + REAL), tmp_path / "runs"
    code, printed, _ = call(capsys, "run", path, "--out", out)
    assert code == 0
    folder = out / "tiny_ranking"
    assert {"map.html", "report.html", "tables.xlsx", "tables", "run.json"} <= {p.name for p in folder.iterdir()}
    assert "第 1 名 c1 地块c1" in printed
    assert "实际选址真址得" in printed
    assert "随机权重" in printed
    record = json.loads((folder / "run.json").read_text("utf-8"))
    assert [row["id"] for row in record["ranking"]] == ["c1", "c0", "c2"]
    assert record["backtest"]["of"] == 4
    for name in ("map.html", "report.html"):
        assert "示例数据" in (folder / name).read_text("utf-8")
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    assert len(book.sheetnames) >= 8
    ranked = pd.read_csv(folder / "tables" / "ranking.csv", encoding="utf-8-sig")
    assert ranked["编号 Id"].tolist() == ["c1", "c0", "c2", "backtest"]


def test_the_parts_of_a_score_add_up_to_it(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + CRITERIA + REAL)
    frame = {sheet.key: sheet.frame for sheet in sheets_of(found)}["breakdown"]
    parts = frame[[name for name in frame.columns if name.startswith("part_")]].sum(axis=1)
    assert parts.tolist() == pytest.approx(frame["score"].tolist(), abs=1e-3)


def test_the_link_times_are_those_of_the_criteria(tmp_path: Path) -> None:
    two = facilities_csv() + "f3,二小,primary_school,{},{},core,城关镇,180\n".format(*place(4, 4))
    farthest = TO_SCHOOL.replace('"school"', '"last"').replace("离小学近", "最远") + 'statistic = "farthest"\n'
    found = rank(tmp_path, HEAD + TO_SCHOOL + farthest + REAL, facilities=two)
    frame = {sheet.key: sheet.frame for sheet in sheets_of(found)}["link_times"]
    assert frame["name"].tolist() == ["一小", "二小"]  # once, though two criteria read them
    assert set(frame["criteria"]) == {"离小学近、最远"}
    for name, site in PLACES.items():
        assert frame[f"to_{name}"].tolist() == pytest.approx(
            [walk_minutes(SCHOOL, site), walk_minutes((4, 4), site)], abs=0.01
        )
    assert frame["to_chosen"].iloc[0] == pytest.approx(walk_minutes(SCHOOL, (3, 1)), abs=0.01)


def test_every_value_that_nobody_checked_is_counted(tmp_path: Path) -> None:
    found = rank(tmp_path, HEAD + RULES + CRITERIA + REAL)
    assert told.count_unverified(found) == 2 + 1 + 1  # two criteria, the area of the rules, the back-test


def test_the_map_shows_ranked_excluded_chosen_and_read(tmp_path: Path) -> None:
    limited = LAND.replace("best = 25000\nworst = 5000", "at_least = 15000")
    (view,) = told.told_of(rank(tmp_path, HEAD + limited + TO_SCHOOL + REAL)).views
    layers = {layer.key: layer.frame for layer in view.layers}
    assert list(layers) == ["excluded", "read", "ranked", "chosen"]
    assert layers["ranked"]["label"].tolist() == ["1", "2"]
    assert layers["ranked"]["category"].tolist() == ["first", "top"]
    assert layers["excluded"]["id"].tolist() == ["c2"]
    assert layers["read"]["id"].tolist() == ["f1"]
    assert len(layers["chosen"]) == 1


# Bad input: one clear message each


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        (HEAD, "criteria", "缺少"),
        (HEAD + LAND.replace("weight = 2", "weight = 0"), "", "权重之和"),
        (HEAD + LAND + LAND, "", "重复"),
        (HEAD + LAND.replace("land_area", "land_aera"), "criteria[1]", "land_area"),
        (HEAD + LAND.replace('measure = "land_area"\n', ""), "criteria[1]", "measure"),
        (HEAD + LAND.replace("best", "bestt"), "criteria[1].land_area.bestt", "best"),
        (HEAD + LAND.replace("worst = 5000", "worst = 50000"), "criteria[1].land_area", "方向"),
        (HEAD + LAND.replace("worst = 5000", "worst = 25000"), "criteria[1].land_area", "不能相同"),
        (HEAD + LAND + "at_least = 9\nat_most = 8\n", "criteria[1].land_area", "at_least"),
        (HEAD + criterion('id = "a"\nmeasure = "distance_to"\nnetwork = "station"'), "criteria[1]", "prefer"),
        (HEAD + criterion('id = "a"\nmeasure = "distance_to"\nprefer = "low"'), "criteria[1]", "只给一个"),
        (HEAD + PUPILS + 'statistic = "share_within"\n', "criteria[1]", "share_within"),
        (HEAD + TO_SCHOOL + 'weight_by = "beds"\n', "criteria[1]", "weight_by"),
        (HEAD + PUPILS.replace("to_age = 11", "to_age = 5"), "criteria[1]", "to_age"),
        (HEAD + PUPILS + 'zones = ["cor"]\n', "criteria.pupils.zones", "core"),
        (HEAD + TO_SCHOOL.replace("primary_school", "primary_scool"), "criteria.school.services", "primary_school"),
        (HEAD + TO_SCHOOL.replace("primary_school", "care_home"), "criteria.school.services", "没有这些服务"),
        (
            HEAD
            + TO_SCHOOL.replace("primary_school", "health_station")
            + 'statistic = "mean"\nweight_by = "capacity"\n',
            "criteria.school.weight_by",
            "f2",
        ),
        (
            HEAD + criterion('id = "a"\nmeasure = "distance_to"\nnetwork = "railway"\nprefer = "high"'),
            "criteria.a.network",
            "没有铁路",
        ),
        (HEAD + criterion('id = "a"\nmeasure = "in_zone"\npreference = { core = 2 }'), "criteria[1]", "0 至 1"),
        (HEAD + '[rules]\nland = ["A5"]\n' + LAND, "rules.land", "A33"),
        (HEAD + '[rules]\nzones = ["north"]\n' + LAND, "rules.zones", "core"),
        (HEAD + LAND + REAL.replace('"core"', '"middle"'), "backtest.zone", "core"),
        (HEAD + LAND + REAL + 'facility = "f1"\n', "backtest", "只能给一样"),
        (HEAD + LAND + '[backtest]\nfacility = "f9"\nsource = "a"\nverified = true\n', "backtest.facility", "没有"),
        (HEAD.replace("disease_control_centre", "disease_control") + LAND, "", "disease_control_centre"),
        (HEAD.replace("draws = 1000", "draws = 10"), "draws", "100"),
    ],
)
def test_bad_input_is_named_with_its_place(tmp_path: Path, text: str, column: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        rank(tmp_path, text)
    assert any((fault.column or "").startswith(column) and word in str(fault) for fault in caught.value.faults), str(
        caught.value
    )


def test_no_candidate_for_the_service_is_told(tmp_path: Path) -> None:
    from tests.ranking.small import plots_csv

    with pytest.raises(InputError, match="没有一块候选用地"):
        rank(tmp_path, HEAD + LAND, candidates=plots_csv().replace("A33,,", "A33,primary_school,"))


def test_a_kind_that_there_is_not_names_the_one_that_is_meant(tmp_path: Path, capsys: Capture) -> None:
    path = make_path(tmp_path, (HEAD + LAND).replace('"ranking"', '"rankin"'))
    code, _, told_so = call(capsys, "run", path, "--out", tmp_path / "runs")
    assert code == 2
    assert "ranking" in told_so


@pytest.mark.parametrize("more", ["", REAL])
def test_one_site_and_one_criterion_are_enough(tmp_path: Path, more: str) -> None:
    found = rank(tmp_path, HEAD + RULES + LAND + more)
    assert found.scores.rank.tolist() == [1]
    shown = told.told_of(found)
    assert found.sensitivity.accepted.first.tolist() == [1]
    assert (found.sensitivity.leads[0].low, found.sensitivity.leads[0].high) == (0, 1)
    assert json.dumps(shown.record, allow_nan=False)
    assert "只有一块地" in shown.sections[1].paragraphs[0][0]
