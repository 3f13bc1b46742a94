from __future__ import annotations

import numpy as np
import openpyxl
import pandas as pd
import pytest

from siting.render import workbook
from siting.render.columns import KINDS, Column, make_sheet
from siting.render.csv_files import write_csv
from siting.render.sheets import all_sheets
from siting.render.workbook import write_sheets, write_workbook
from tests.render.sample_run import HOSTILE, NOTICE, sample_run


@pytest.fixture(scope="module", params=[True, False], ids=["plan", "evaluation"])
def run(request):
    return sample_run(plan=request.param)


@pytest.fixture(scope="module")
def book(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "tables.xlsx"
    write_workbook(run, path)
    return openpyxl.load_workbook(path)


def header_row(page):
    return int("".join(filter(str.isdigit, page.freeze_panes))) - 1


def test_sheets_follow_the_tables(run, book):
    assert book.sheetnames == [f"{sheet.zh} {sheet.en}" for sheet in all_sheets(run)]


def test_the_label_and_the_notices_stand_on_every_sheet(run, book):
    first = book.worksheets[0]
    top = [first.cell(k, 1).value for k in range(1, header_row(first))]
    assert run.title_zh in top[0]
    assert set(NOTICE) <= set(top)
    for page in book.worksheets:
        label = page.cell(2, 1).value
        assert ("已证明最优" in label) == (run.scenario is not None)
        assert ("现状评估" in label) == (run.scenario is None)
        if page is not first:
            assert "合成数据" in label
            assert "未经核实" in label


def test_headers_are_frozen_and_carry_units(run, book):
    for sheet, page in zip(all_sheets(run), book.worksheets, strict=True):
        row = header_row(page)
        headers = [page.cell(row, k).value for k in range(1, len(sheet.columns) + 1)]
        assert headers == ["\n".join(t for t in (c.zh, c.en) if t) for c in sheet.columns]
        assert page.auto_filter.ref.startswith(f"A{row}:")
        assert page.print_title_rows == f"$1:${row}"


def test_values_equal_the_frames(run, book):
    for sheet, page in zip(all_sheets(run), book.worksheets, strict=True):
        first = header_row(page) + 1
        for r, values in enumerate(sheet.frame.itertuples(index=False)):
            for k, expected in enumerate(values):
                found = page.cell(first + r, k + 1).value
                if expected == "" or expected != expected:
                    assert found is None
                elif isinstance(expected, str):
                    assert found == expected
                else:
                    assert found == pytest.approx(expected, abs=1e-9)
        assert page.cell(first + len(sheet.frame), 1).value is None


def test_numbers_are_numbers_with_their_format(run, book):
    pages = dict(zip([sheet.key for sheet in all_sheets(run)], book.worksheets, strict=True))
    sheet = next(sheet for sheet in all_sheets(run) if sheet.key == "coverage")
    page = pages["coverage"]
    for k, column in enumerate(sheet.columns, start=1):
        cell = page.cell(header_row(page) + 1, k)
        if KINDS[column.kind] is not None and cell.value is not None:
            assert cell.data_type == "n"
            assert cell.number_format == KINDS[column.kind][0]


def test_no_text_is_a_formula(run, book):
    seen = set()
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell.coordinate
                assert cell.hyperlink is None
                if isinstance(cell.value, str) and cell.value[0] in "=+-@":
                    assert cell.quotePrefix, cell.coordinate
                    seen.add(cell.value)
    assert set(HOSTILE[1:4]) <= seen | {"@SUM(A1:A9)"}
    assert seen


def test_columns_are_wide_enough_for_chinese_headers(run, book):
    for sheet, page in zip(all_sheets(run), book.worksheets, strict=True):
        widths = {k: group.width for group in page.column_dimensions.values() for k in range(group.min, group.max + 1)}
        for k, column in enumerate(sheet.columns, start=1):
            assert 2 * widths[k] >= 2 * len(column.zh), column.header  # two lines; a character takes two units
            assert 2 * widths[k] >= len(column.en), column.header
        assert page.row_dimensions[header_row(page)].height >= 4 * 13


def test_the_same_run_gives_the_same_file(run, tmp_path):
    write_workbook(run, tmp_path / "a.xlsx")
    write_workbook(run, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_file_that_cannot_be_written_is_an_os_error(run, tmp_path):
    with pytest.raises(OSError, match="tables"):
        write_workbook(run, tmp_path / "absent" / "tables.xlsx")


def test_missing_numbers_stay_empty():
    frame = next(sheet for sheet in all_sheets(sample_run()) if sheet.key == "demand_points").frame
    assert np.isnan(frame["nearest_before_min"]).any()


def test_any_text_comes_back_as_it_was(tmp_path):
    texts = [
        "a < b & c > d",
        ' "quoted" ',
        "two\nlines",
        "tab\there",
        "_x000D_",
        "<r>bold</r>",
        "\U0001f3eb" * 9000,
        "甲村\r",
    ]
    sheet = make_sheet("texts", ("文字", "Texts"), [Column("text", "文字", "Text")], pd.DataFrame({"text": texts}))
    write_sheets(tmp_path / "tables.xlsx", ("文字", "Texts"), [(sheet, ["文字"])])
    page = openpyxl.load_workbook(tmp_path / "tables.xlsx").worksheets[0]
    found = [openpyxl.utils.escape.unescape(row[0].value) for row in page.iter_rows(min_row=3)]
    assert found[:6] + found[7:] == texts[:6] + texts[7:]
    assert found[6] == "\U0001f3eb" * 9000


def test_many_rows_are_written_in_their_order(tmp_path):
    numbers = np.arange(10_001, dtype=np.float64)
    numbers[[3, 9_000]] = np.nan
    frame = pd.DataFrame({"number": numbers, "text": [f"甲{k}" for k in range(numbers.size)]})
    columns = [Column("number", "数", "Number", "count"), Column("text", "文字", "Text")]
    sheet = make_sheet("many", ("许多", "Many"), columns, frame)
    write_sheets(tmp_path / "tables.xlsx", ("许多", "Many"), [(sheet, ["许多"])])
    page = openpyxl.load_workbook(tmp_path / "tables.xlsx", read_only=True).worksheets[0]
    assert page.calculate_dimension() == "A1:B10003"
    rows = list(page.iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == [None if n != n else n for n in numbers.tolist()]
    assert [row[1] for row in rows] == frame["text"].tolist()


def test_a_table_longer_than_a_sheet_says_where_the_rest_is(run, tmp_path, monkeypatch):
    whole = {sheet.key: len(sheet.frame) for sheet in all_sheets(run)}
    most = 10
    monkeypatch.setattr(workbook, "MOST_ROWS", most)
    write_workbook(run, tmp_path / "tables.xlsx")
    write_csv(run, tmp_path / "tables")
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    cut = 0
    for sheet, page in zip(all_sheets(run), book.worksheets, strict=True):
        assert page.max_row <= most
        first = header_row(page) + 1
        told = [value for row in page.iter_rows(max_row=first - 2, max_col=1, values_only=True) for value in row]
        shown = page.max_row - first + 1
        if shown < whole[sheet.key]:
            cut += 1
            assert f"{sheet.key}.csv" in told[-1]
            assert f"{whole[sheet.key]:,} rows" in told[-1]
            assert f"{shown:,}" in told[-1]
            assert page.cell(page.max_row, 1).value == sheet.frame.iloc[shown - 1, 0]
        else:
            assert not any(".csv" in line for line in told)
        lines = (tmp_path / "tables" / f"{sheet.key}.csv").read_text(encoding="utf-8-sig")
        assert pd.read_csv(tmp_path / "tables" / f"{sheet.key}.csv").shape[0] == whole[sheet.key], lines
    assert cut


def test_names_of_tabs_are_such_as_excel_takes_and_differ(tmp_path):
    column = Column("name", "名称", "Name")
    names = [
        ("新建/改建: 一览", "New"),
        ("小学", "Where new primary schools go in each year"),
        ("小学", "Where new primary schools close in each year"),
        ("很" * 40, "Long"),
        ("很" * 40, "Longer"),
        ("Plan", "A"),
        ("plan", "a"),
    ]
    sheets = [make_sheet(f"s{k}", both, [column], pd.DataFrame({"name": ["甲"]})) for k, both in enumerate(names)]
    write_sheets(tmp_path / "tables.xlsx", ("标题", "Title"), [(sheet, [sheet.key]) for sheet in sheets])
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == [
        "新建 改建  一览 New",
        "小学",
        "小学 2",
        "很" * 31,
        "很" * 29 + " 2",
        "Plan A",
        "plan a 2",
    ]
    assert [page["A1"].value for page in book.worksheets] == [sheet.key for sheet in sheets]
