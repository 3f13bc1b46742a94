from __future__ import annotations

import numpy as np
import openpyxl
import pytest

from siting.render.columns import KINDS
from siting.render.sheets import all_sheets
from siting.render.workbook import write_workbook
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
