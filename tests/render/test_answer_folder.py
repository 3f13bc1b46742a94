"""The folder of an answer: its files, their notices, a report that prints."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from siting.errors import InputError
from siting.files.run_folder import ANSWER_FILE
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from tests.render.browser import open_browser, open_page
from tests.render.sample_told import LABEL, NAMES, NOTICES, make_told, table

FILES = {"map.html", "report.html", "tables.xlsx", "tables", "plan.gpkg", "run.json", ANSWER_FILE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("answer") / "run"
    written = write_answer(make_told(), place, Settings())
    assert set(written) == FILES
    assert all(path == place / name and path.exists() for name, path in written.items())
    return place


def test_every_stage_is_told(tmp_path: Path) -> None:
    heard: list[str] = []
    write_answer(make_told(5), tmp_path / "run", Settings(listener=lambda e: heard.append(f"{e.stage} {e.kind}")))
    assert heard == [
        f"write {name} {kind}"
        for name in ("map.html", "report.html", "tables.xlsx", "plan.gpkg", "run.json", ANSWER_FILE)
        for kind in ("start", "done")
    ]


def test_the_record_says_what_it_was_made_from_and_how_sure_it_is(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["kind"] == "sample"
    assert record["label"] == {"zh": LABEL[0], "en": LABEL[1]}
    assert record["notices"] == [{"zh": zh, "en": en} for zh, en in NOTICES]
    assert record["synthetic"] is True
    assert record["versions"]["siting"]


def test_the_workbook_begins_with_the_notices_and_every_sheet_has_the_label(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    assert book.sheetnames == ["声明 Notices", "样例表 Sample table", "数据来源 Sources", "说明 Notes"]
    notices = [row[0] for row in book.worksheets[0].iter_rows(min_row=4, values_only=True)]
    assert notices[:2] == [zh for zh, _ in NOTICES]
    for sheet in book.worksheets:
        assert LABEL[0] in sheet["A2"].value
        assert "含合成数据" in sheet["A2"].value


def test_a_csv_file_is_inert_and_carries_the_caveat_in_each_row(folder: Path) -> None:
    assert {path.name for path in (folder / "tables").iterdir()} == {
        "notices.csv", "sample.csv", "sources.csv", "notes.csv"
    }  # fmt: skip
    with (folder / "tables" / "sample.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[0] for row in rows[1:]] == [NAMES[0], NAMES[1], "'" + NAMES[2]]
    assert [row[1:3] for row in rows[1:]] == [["12345", ""], ["12346", "7"], ["12347", "7"]]
    assert all(LABEL[0] in row[-1] and "synthetic data" in row[-1] for row in rows[1:])


def test_without_notices_there_is_no_sheet_of_them(tmp_path: Path) -> None:
    write_answer(replace(make_told(5), notices=()), tmp_path / "run", Settings())
    found = sorted(path.name for path in (tmp_path / "run" / "tables").iterdir())
    assert found == ["notes.csv", "sample.csv", "sources.csv"]


class Report(HTMLParser):
    """Text of the report, its scripts and pictures, its headings and what its contents point to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        self.links += [given["href"]] if given.get("href") else []

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def report(folder: Path) -> Report:
    return Report((folder / "report.html").read_text(encoding="utf-8"))


def test_the_report_shows_text_as_typed(report: Report) -> None:
    assert not set(report.tags) & {"script", "img", "svg", "link", "iframe"}
    for name in NAMES[:5]:
        assert name in report.text
    assert "49" not in re.findall(r"Sample plan (\S+)", report.text)


def test_the_report_tells_label_notices_sources_and_versions(report: Report) -> None:
    for text in (
        *LABEL,
        *(text for notice in NOTICES for text in notice),
        "贡献者，openstreetmap.org",
        "contributors, openstreetmap.org",
        "highspy",
    ):
        assert text in report.text


def test_the_contents_lead_to_every_section(report: Report) -> None:
    assert report.links == ["#section-1", "#section-2", "#sources", "#versions"]
    assert {link.removeprefix("#") for link in report.links} <= report.ids


def test_a_long_table_is_cut_and_says_where_it_is_whole(report: Report) -> None:
    assert report.text.count("12,345") == 2
    assert "12,404" in report.text
    assert "12,405" not in report.text
    assert "另有 1 行，全部见 tables.xlsx" in report.text


def test_a_table_without_rows_says_so(tmp_path: Path) -> None:
    told = make_told(5)
    empty = replace(table(), frame=table().frame.iloc[:0])
    write_answer(replace(told, sections=(replace(told.sections[0], sheets=(empty,)),)), tmp_path / "run", Settings())
    text = Report((tmp_path / "run" / "report.html").read_text(encoding="utf-8")).text
    assert "没有 none" in re.sub(r"\s+", " ", text)


def test_a_record_that_json_cannot_hold_leaves_the_old_folder(folder: Path) -> None:
    before = (folder / "run.json").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        write_answer(make_told(5, record={"gap": float("nan")}), folder, Settings())
    assert (folder / "run.json").read_bytes() == before
    assert {path.name for path in folder.parent.iterdir()} == {"run"}


def test_two_tables_of_one_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one key"):
        write_answer(replace(make_told(5), sheets=(table(), table(5))), tmp_path / "run", Settings())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="file"):
        write_answer(make_told(5), tmp_path / "file" / "run", Settings())


@pytest.mark.browser
def test_the_report_opens_and_prints_on_portrait_sheets(folder: Path) -> None:
    with open_browser() as browser, open_page(browser, folder / "report.html", size=(390, 844)) as (page, seen):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator(".contents a").first.is_visible()
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") >= 2
        page.locator("#english").uncheck()
        assert not page.locator("h1 .en").is_visible()
        seen.check()
