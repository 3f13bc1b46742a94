from __future__ import annotations

import csv

import pandas as pd
import pytest

from siting.render.columns import KINDS
from siting.render.csv_files import inert, write_csv
from siting.render.sheets import all_sheets
from tests.render.sample_run import HOSTILE, sample_run


@pytest.fixture(scope="module")
def run():
    return sample_run()


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("csv") / "tables"
    write_csv(run, path)
    return path


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_one_ascii_named_file_a_table_with_a_byte_order_mark(run, folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{sheet.key}.csv" for sheet in all_sheets(run)}
    assert "new_facilities.csv" in names
    for path in folder.iterdir():
        assert path.name.isascii()
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_values_equal_the_frames(run, folder):
    for sheet in all_sheets(run):
        header, *body = rows(folder / f"{sheet.key}.csv")
        assert header == [c.header for c in sheet.columns] + ["结果状态 Result", "数据声明 Notice"]
        assert len(body) == len(sheet.frame)
        for k, column in enumerate(sheet.columns):
            found = [row[k] for row in body]
            if KINDS[column.kind] is None and sheet.row_kinds is None:
                assert found == [inert(text) for text in sheet.frame[column.name]]
            elif sheet.row_kinds is None:
                numbers = pd.to_numeric(pd.Series(found, dtype=object).replace("", None))
                pd.testing.assert_series_equal(
                    numbers.astype(float), sheet.frame[column.name], check_names=False, check_index_type=False
                )


def test_every_row_carries_the_label_of_its_service_and_the_notice(folder):
    _, *body = rows(folder / "uncovered_villages.csv")
    labels = {row[0]: row[-2] for row in body}
    assert labels["小学"] == "已证明最优 proven optimal"
    assert labels["居家养老服务照料中心"].startswith("限时求解")
    assert all("合成数据" in row[-1] and "未经核实" in row[-1] for row in body)


def test_no_cell_is_a_formula(folder):
    texts = set()
    for path in folder.iterdir():
        for row in rows(path):
            for cell in row:
                if cell.lstrip()[:1] in tuple("=+@\uff1d\uff0b\uff0d\uff20") and cell.strip():
                    pytest.fail(f"{path.name}: {cell}")
                if cell.startswith("-"):
                    float(cell)  # a number below 0 is no text
                texts.add(cell)
    assert {f"'{name}" for name in HOSTILE[:4]} <= texts


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1+2", "@a", "\t=1", " =1", "\r\n=1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\tx", "\n1"],
)
def test_what_a_spreadsheet_might_run_is_quoted(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "甘霖镇", "a=b", "1-2", "'=1", "（甲）"])
def test_plain_text_stays_as_typed(text):
    assert inert(text) == text


def test_the_same_run_gives_the_same_files(run, folder, tmp_path):
    write_csv(run, tmp_path)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_an_evaluation_has_no_file_about_a_plan(tmp_path):
    write_csv(sample_run(plan=False), tmp_path)
    assert not (tmp_path / "new_facilities.csv").exists()
    assert "after" not in rows(tmp_path / "demand_points.csv")[0]
