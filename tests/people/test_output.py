"""The files of a projection, and the command that writes them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from siting.cli.main import main
from siting.people import DemandOverTime, PeopleOverTime, demand_over_time, people_over_time
from siting.people.draw import Line, chart, pyramid
from siting.people.output import FILES, write_people
from siting.people.tables import sheets_of
from siting.standards import load_service
from tests.people.small import make_case
from tests.render.browser import open_browser, open_page

Capture = pytest.CaptureFixture[str]
YEARS = [2025, 2030]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PeopleOverTime, DemandOverTime]:
    case = make_case(tmp_path_factory.mktemp("case"))
    people = people_over_time(case, last_year=2030)
    return people, demand_over_time(people, [load_service("primary_school"), load_service("health_station")], YEARS)


@pytest.fixture(scope="module")
def folder(made: tuple[PeopleOverTime, DemandOverTime], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "people"
    write_people(*made, out)
    return out


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(word) for word in words])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


def frames(made: tuple[PeopleOverTime, DemandOverTime]) -> dict[str, pd.DataFrame]:
    return {sheet.key: sheet.frame for sheet in sheets_of(*made)}


def test_the_folder_is_whole(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == set(FILES)
    tables = {path.stem for path in (folder / "tables").iterdir()}
    assert tables == {
        "people_by_place", "people_by_age", "components", "demand_by_place", "demand_points", "plots", "assumptions",
        "notes",
    }  # fmt: skip


def test_places_of_a_level_add_up_to_the_whole(made: tuple[PeopleOverTime, DemandOverTime]) -> None:
    for key in ("people_by_place", "components", "demand_by_place"):
        frame = frames(made)[key]
        numbers = [name for name in frame.columns[4:] if name not in ("year", "zone", "township", "name", "share_60")]
        by = ["year", *(["service"] if "service" in frame.columns else [])]
        sums = frame.groupby(["level", *by])[numbers].sum()
        assert sums.loc["分区 zone"].to_numpy(float) == pytest.approx(sums.loc["全部 all"].to_numpy(float), abs=0.02)


def test_the_components_of_every_row_explain_its_change(made: tuple[PeopleOverTime, DemandOverTime]) -> None:
    frame = frames(made)["components"]
    moved = frame[["moves", "external", "from_inside", "from_outside"]].sum(axis=1)
    end = frame["start"] + frame["births"] - frame["deaths"] + moved
    assert end.to_numpy() == pytest.approx(frame["end"].to_numpy(), abs=0.01)


def test_points_of_a_period_add_up_to_the_table_by_place(made: tuple[PeopleOverTime, DemandOverTime]) -> None:
    found = frames(made)
    points, places = found["demand_points"], found["demand_by_place"]
    whole = places[(places["level"] == "全部 all") & places["service"].str.startswith("小学")]
    assert points.groupby("year")["need_primary_school"].sum().to_numpy() == pytest.approx(
        whole["total"].to_numpy(), abs=0.01
    )
    assert points["plot"].eq("是 yes").sum() == 2 * len(YEARS)


def test_every_sheet_says_that_it_is_a_projection_of_synthetic_data(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "people.xlsx", read_only=True)
    assert len(book.sheetnames) == 8
    for name in book.sheetnames:
        (words,) = [row[0].value for row in book[name].iter_rows(min_row=2, max_row=2, max_col=1)]
        assert "不是预测" in words, name
        assert "含合成数据" in words
        assert "not a forecast" in words
    for path in (folder / "tables").iterdir():
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str)
        assert frame.iloc[:, -1].str.contains("不是预测").all(), path.name


def test_the_workbook_shows_what_is_unverified_first(folder: Path) -> None:
    frame = pd.read_csv(folder / "tables" / "assumptions.csv", encoding="utf-8-sig", dtype=str)
    verified = frame["已核实 Verified"].tolist()
    assert verified == sorted(verified, key=lambda word: word != "否 no")
    assert verified[-1] == "是 yes"
    assert frame.set_index("假设 Assumption").loc["births.middle", "写在 Stated in"] == "people.toml"
    assert "rural → urban" in frame.set_index("假设 Assumption").loc["moves.1", "数值 Value"]


def test_the_page_needs_nothing_from_outside_and_names_method_and_sources(folder: Path) -> None:
    page = (folder / "people.html").read_text(encoding="utf-8")
    assert not re.search(r"<(script|link|img|iframe)\b", page)
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) <= {"http://www.w3.org/2000/svg"}
    for words in ("不是预测", "not a forecast", "PCHIP", "Fritsch", "示例数据", "births.middle", "年龄金字塔"):
        assert words in page
    assert page.count("<svg") >= 7  # four charts, the whole, two zones


def test_names_on_the_page_are_text(tmp_path: Path) -> None:
    evil = "<b>&新区"
    case = make_case(
        tmp_path / "case", zones=f"id,name_zh,name_en,kind\ncore,{evil},Core,urban\nrest,乡村,Rest,rural\n"
    )
    people = people_over_time(case, last_year=2022)
    write_people(people, demand_over_time(people, [], [2022]), tmp_path / "out")
    page = (tmp_path / "out" / "people.html").read_text(encoding="utf-8")
    assert evil not in page
    assert "&lt;b&gt;&amp;新区" in page


def test_the_record_tells_what_it_was_made_from(folder: Path) -> None:
    record = json.loads((folder / "people.json").read_text(encoding="utf-8"))
    assert record["base_year"] == 2020
    assert record["years"] == YEARS
    assert {"demand.csv", "plots.csv", "people.toml", "data/people.toml"} <= set(record["inputs"])


def test_the_command_writes_and_tells(tmp_path: Path, capsys: Capture) -> None:
    case = make_case(tmp_path / "tiny").folder
    code, printed, _ = call(capsys, "people", case, "--years", "2025,2030", "--out", tmp_path / "runs")
    assert code == 0
    assert "小镇 2020-2030 年人口推算（中方案）" in printed
    assert "不是预测" in printed
    assert "示例数据" in printed
    out = tmp_path / "runs" / "tiny_people_middle"
    assert str(out / "people.html") in printed.replace("\n", "")
    assert {path.name for path in out.iterdir()} == set(FILES)


def test_json_has_the_figures_and_quiet_the_page_alone(tmp_path: Path, capsys: Capture) -> None:
    case = make_case(tmp_path / "tiny").folder
    words = ("people", case, "--variant", "high", "--service", "primary_school", "--out", tmp_path / "runs")
    code, printed, err = call(capsys, *words, "--json")
    assert (code, err) == (0, "")
    result = json.loads(printed.splitlines()[-1])
    assert result["years"] == [2020, 2025, 2030, 2035]
    assert len(result["residents"]) == 4
    assert list(result["demand"]) == ["primary_school"]
    people = people_over_time(make_case(tmp_path / "again"), variant="high")
    assert result["residents"] == pytest.approx(people.in_units[[0, 5, 10, 15]].sum(axis=(1, 2)), abs=0.001)
    code, printed, err = call(capsys, *words, "--quiet")
    assert (code, err) == (0, "")
    assert printed.strip() == str((tmp_path / "runs" / "tiny_people_high" / "people.html").resolve())


def test_a_file_changes_assumptions(tmp_path: Path, capsys: Capture) -> None:
    case = make_case(tmp_path / "tiny").folder
    change = tmp_path / "more.toml"
    change.write_text(
        '[births.middle]\nvalues = { 2021 = 50 }\nsource = "另一假设 other"\nverified = false\n', encoding="utf-8"
    )
    words = ("people", case, "--years", "2025", "--out", tmp_path / "runs", "--json")
    _, before, _ = call(capsys, *words)
    _, after, _ = call(capsys, *words, "--assumptions", change)
    young = [json.loads(text.splitlines()[-1])["age_0_2"][1] for text in (before, after)]
    assert young[1] > 4 * young[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--variant", "mid"), "low（低）"),
        (("--years", "2025;2030"), "年份应以逗号分隔"),
        (("--years", "2019"), "2020 至 2100"),
        (("--service", "primary_scool"), "没有这种服务"),
        (("--assumptions", "absent.toml"), "找不到文件"),
    ],
)
def test_what_cannot_be_asked_is_said_clearly(
    tmp_path: Path, capsys: Capture, words: tuple[str, ...], told: str
) -> None:
    case = make_case(tmp_path / "tiny").folder
    code, _, err = call(capsys, "people", case, "--out", tmp_path / "runs", *words)
    assert code == 2
    assert told in err


def test_bars_are_as_long_as_their_people() -> None:
    before, after = np.zeros(101), np.zeros(101)
    before[[0, 4]], after[[50, 100]] = 50, [200, 50]
    drawing = pyramid(before, after, labels=("2020", "2035"))
    bars = [(float(x), colour) for x, colour in re.findall(r'<rect[^>]*width="([\d.]+)"[^>]*fill="(#\w+)"', drawing)]
    left = [x for x, colour in bars if colour == "#a9bccb"]
    right = [x for x, colour in bars if colour == "#0b3c8c"]
    assert len(left) == len(right) == 21
    assert left[0] == pytest.approx(right[10] / 2, abs=0.1)
    assert right[20] == pytest.approx(right[10] / 4, abs=0.1)
    assert sum(x > 0 for x in left) == 1


def test_a_chart_writes_the_ends_of_its_lines() -> None:
    rising = Line("甲 & 乙", "#123456", np.array([np.nan, 1200.0, 15_000.0]))
    falling = Line("丙", "#654321", np.array([0.0, -3.0, -450.0]))
    drawing = chart([2020, 2021, 2022], [rising, falling], marks=[2021])
    texts = re.findall(r">([^<]+)</text>", drawing)
    assert {"1,200", "15.0k", "0", "-450", "2020", "2021", "2022"} <= set(texts)
    assert "甲 &amp; 乙" in drawing
    assert "nan" not in drawing


@pytest.mark.browser
def test_in_a_browser_the_page_asks_for_nothing_and_fits_a_telephone(folder: Path) -> None:
    with open_browser() as browser, open_page(browser, folder / "people.html", size=(390, 800)) as (tab, seen):
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390  # type: ignore[attr-defined]
        body = tab.inner_text("body")  # type: ignore[attr-defined]
        assert "not a forecast" in body
        assert "年龄金字塔" in body
        tab.uncheck("#english")  # type: ignore[attr-defined]
        assert "not a forecast" not in tab.inner_text("main")  # type: ignore[attr-defined]
        seen.check()
