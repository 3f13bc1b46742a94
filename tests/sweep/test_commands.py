"""`siting sweep` of many scenarios and places: words, summary, exit codes."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

import openpyxl
import pytest

from siting.sweep.choose import ask_of_cases, find_cases, find_scenarios
from siting.sweep.inputs import read_scenario
from siting.sweep.task import Backend
from siting.sweep.work import Bench
from tests.cli.test_main import Capture, call
from tests.sweep.counties import InProcess, one_service, write_county
from tests.tiny_case import SCENARIO


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Workers of their own are for `test_workers`."""

    def begin(how: object, count: int) -> Backend:
        return InProcess(Bench(tmp_path / "bench", None))

    monkeypatch.setattr("siting.sweep.run.How.begin", begin)


@pytest.fixture
def province(tmp_path: Path) -> Path:
    """Two counties that can be answered, one whose scenario is wrong, one that no plan can serve."""
    folder = tmp_path / "province"
    write_county(folder, "county0", one_service())
    write_county(folder, "county1", one_service())
    write_county(folder, "county2", one_service().replace("p_median", "p_medan"))
    full = one_service().replace('"p_median"', '"capacitated_p_median"\nnew_capacity_persons = 11')
    write_county(folder, "county3", full)
    return folder


def test_a_province_is_summed_up(province: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ("sweep", province, "--out", tmp_path / "runs", "--no-areas")
    code, printed, told = call(capsys, *words)
    assert code == 2
    assert "2 done, 2 failed" in printed
    assert "did you mean" not in printed  # the one clear error, in one line
    assert "there is no such location model" in printed
    assert "示例数据" in printed
    assert told.count("✓") == 2
    folder = tmp_path / "runs" / "sweep"
    with (folder / "sweep.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert [row["状态 State"].split()[-1] for row in rows] == ["done", "done", "failed", "failed"]
    assert rows[0]["结论 Result"] == "已证明最优 proven optimal"
    assert float(rows[0]["规划后达标率 Within standard after"]) > float(rows[0]["现状达标率 Within standard before"])
    assert rows[0]["结果文件夹 Folder"] == "county0/tiny_plan"
    assert float(rows[0]["秒 Seconds"]) > 0
    assert "infeasible" in rows[3]["结论 Result"]
    assert "synthetic data" in rows[0]["数据声明 Notice"]
    book = openpyxl.load_workbook(folder / "sweep.xlsx")
    assert book.worksheets[0].max_row >= 6
    (total,) = [row for row in book.worksheets[1].values if row[0] == "小学 Primary school"]
    assert total[1:4] == (2, 182, pytest.approx(float(rows[0]["现状达标率 Within standard before"])))
    page = (folder / "index.html").read_text("utf-8")
    assert 'href="county0/tiny_plan/map.html"' in page
    assert (folder / "county0/tiny_plan/map.html").is_file()
    assert "示例数据" in page


def test_json_ends_in_the_rows_and_quiet_in_the_table(province: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ("sweep", province / "county0", province / "county1", "--out", tmp_path / "runs", "--no-areas")
    code, printed, told = call(capsys, *words, "--json")
    assert (code, told) == (0, "")
    lines = [json.loads(line) for line in printed.splitlines()]
    assert {line["event"] for line in lines} == {"start", "progress", "done", "result"}
    assert [row["state"] for row in lines[-1]["rows"]] == ["done", "done"]
    assert lines[-1]["done"] == 2
    code, printed, told = call(capsys, *words, "--quiet")
    assert (code, told) == (0, "")
    assert printed.strip() == str((tmp_path / "runs/sweep/sweep.csv").resolve())


def test_cases_are_evaluated_as_they_stand(province: Path, tmp_path: Path, capsys: Capture) -> None:
    places = (province / "county0", province / "county2")
    code, printed, _ = call(capsys, "sweep", *places, "--gaps", "--out", tmp_path / "runs", "--no-areas", "--json")
    assert code == 0
    rows = json.loads(printed.splitlines()[-1])["rows"]
    assert {row["task"] for row in rows} == {"county0/gaps", "county2/gaps"}
    assert len(rows) == 4  # two services each
    assert (tmp_path / "runs/sweep/county0/gaps/map.html").is_file()
    assert all("covered_after" not in row for row in rows)


def test_one_scenario_is_asked_of_every_case(province: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = tmp_path / "asked.toml"
    scenario.write_text(one_service().replace('"tiny_plan"', '"asked"').replace('".."', '"none"'), encoding="utf-8")
    out = tmp_path / "runs"
    places = ("--cases", province / "county0", "--cases", province / "county3")
    words = ("sweep", scenario, *places, "--out", out, "--name", "all", "--no-areas")
    code, printed, _ = call(capsys, *words, "--json")
    assert code == 0
    assert json.loads(printed.splitlines()[-1])["done"] == 2
    folder = out / "all" / "county3" / "asked"
    code, _, _ = call(capsys, "explain", folder, "--quiet")  # its scenario's file is there
    assert code == 0
    code, printed, _ = call(capsys, *words, "--json")
    assert all(json.loads(line)["event"] != "start" for line in printed.splitlines())


def test_a_scenario_of_its_own_model_is_asked_of_cases(province: Path, tmp_path: Path) -> None:
    model = tmp_path / "own.toml"
    model.write_text("", encoding="utf-8")
    scenario = tmp_path / "asked.toml"
    scenario.write_text(SCENARIO.replace('"p_median"', '"own.toml"'), encoding="utf-8")
    (first, *_) = ask_of_cases(scenario, [province / "county0"], tmp_path / "there")
    assert tomllib.loads(first.read_text("utf-8"))["services"][0]["formulation"] == model.resolve().as_posix()


def test_words_stand_for_scenarios_and_cases(province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = [province / f"county{k}/scenarios/plan.toml" for k in range(4)]
    (province / ".hidden").mkdir()
    (province / ".hidden" / "x.toml").write_text(SCENARIO, encoding="utf-8")
    assert find_scenarios([str(province)]) == plans
    assert find_scenarios([str(province / "county[12]")]) == plans[1:3]
    assert find_scenarios([str(province / "*" / "scenarios" / "*.toml")]) == plans
    assert find_scenarios([str(plans[0]), str(plans[0])]) == plans[:1]
    assert len(find_scenarios(["shengzhou/three_services"])) == 1
    assert {path.parents[1].name for path in find_scenarios(["monaco"])} == {"monaco"}
    assert find_cases([str(province)]) == [province / f"county{k}" for k in range(4)]
    assert find_cases([str(province / "county[12]")]) == [province / f"county{k}" for k in (1, 2)]
    assert [case.name for case in find_cases(["monaco", str(province / "county1")])] == ["monaco", "county1"]
    names = "scenario\ncounty2/scenarios/plan.toml\nshengzhou/three_services\n"
    (province / "list.csv").write_text(names, encoding="utf-8")
    found = find_scenarios([str(province / "list.csv")])
    assert found[0] == plans[2]
    assert found[1].stem == "three_services"
    (province / "cases.csv").write_text("name,case\n甲,county3\n", encoding="utf-8")
    assert find_cases([str(province / "cases.csv")]) == [province / "county3"]
    monkeypatch.chdir(province)
    assert find_scenarios(["*/scenarios/plan.toml"]) == [path.relative_to(province) for path in plans]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere/*.toml",), "there is no scenario here"),
        (("shengzou",), "did you mean"),
        (("shengzhou/three_services", "monaco/clinics", "--p", "1-2"), "for one scenario"),
        (("shengzhou/three_services", "--p", "1", "--gaps"), "for one scenario"),
        (("monaco", "--gaps", "--cases", "monaco"), "takes the cases as words"),
        (("a", "b", "--cases", "monaco"), "--cases is for one scenario"),
    ],
)
def test_wrong_words_are_explained(words: tuple[str, ...], message: str, tmp_path: Path, capsys: Capture) -> None:
    code, _, told = call(capsys, "sweep", *words, "--out", tmp_path / "runs")
    assert code == 2
    assert message in told


def test_two_places_of_one_name_are_refused(tmp_path: Path, capsys: Capture) -> None:
    for side in ("east", "west"):
        write_county(tmp_path / side, "county")
    code, _, told = call(capsys, "sweep", tmp_path / "east", tmp_path / "west", "--out", tmp_path / "runs")
    assert code == 2
    assert "both would write the same folder" in told


def test_amounts_are_kept_one_by_one(province: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = province / "county0/scenarios/plan.toml"
    for asked, started in (("1", 1), ("1-3", 2), ("1-3", 0)):
        code, printed, _ = call(capsys, "sweep", scenario, "--p", asked, "--out", tmp_path / "runs", "--json")
        assert code == 0
        assert [json.loads(line)["event"] for line in printed.splitlines()].count("start") == started
    rows = json.loads(printed.splitlines()[-1])["rows"]
    assert [row["amount"] for row in rows] == [1, 2, 3]
    assert rows[1]["gain"] == pytest.approx(rows[0]["objective"] - rows[1]["objective"])


def test_an_answer_that_no_amount_has_is_an_error(province: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = province / "county0/scenarios/plan.toml"
    scenario.write_text(one_service().replace("new = 1", "new = 1\nmax_travel_minutes = 1"), encoding="utf-8")
    code, _, told = call(capsys, "sweep", scenario, "--p", "1-2", "--out", tmp_path / "runs")
    assert code == 2
    assert "max_travel_minutes" in told


def test_a_key_is_in_the_summary(province: Path, tmp_path: Path, capsys: Capture) -> None:
    scenario = province / "county0/scenarios/plan.toml"
    _, printed, _ = call(capsys, "sweep", scenario, "--out", tmp_path / "runs", "--no-areas", "--json")
    row = json.loads(printed.splitlines()[-1])["rows"][0]
    record = json.loads((tmp_path / "runs/sweep/county0/tiny_plan/task.json").read_text("utf-8"))
    assert row["key"] == record["key"]
    assert read_scenario(scenario).name == row["task"]


def test_budgets_of_a_layout_plan_are_left_to_its_scenario(tmp_path: Path, capsys: Capture) -> None:
    code, _, err = call(capsys, "sweep", "county_plan", "--budget", "1000000", "--out", tmp_path)
    assert code == 2
    assert "布局规划的预算比较写在方案里" in err
    assert "sweep = [0.5, 0.75, 1.25, 1.5]" in err
