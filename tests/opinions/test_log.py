"""The log: counts by hand, what staff wrote is never lost, nobody's data in the public one, formulas inert."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from lxml import html
from openpyxl.utils.escape import unescape

from siting.errors import InputError
from siting.opinions.output import Logged, write_log
from siting.opinions.public_log import masked
from tests.hostile.names import HOSTILE
from tests.opinions.sample import ASKED, SCHOOL, form, put

LOG = "意见采纳情况表.xlsx"
PLACE = {"kind": "place", "name": "水口村", "township": "西乡"}
A, B, C, D = ("AAAAAAAAAAAA", "BBBBBBBBBBBB", "CCCCCCCCCCCC", "DDDDDDDDDDDD")


def table(path: Path, sheet: int = 0) -> list[dict[str, object]]:
    """The rows of a sheet by the first line of their headers."""
    page = openpyxl.load_workbook(path).worksheets[sheet]
    grid = list(page.iter_rows(values_only=True))
    start = next(k for k, row in enumerate(grid) if sum(value is not None for value in row) > 2)
    names = [str(cell).split("\n")[0] for cell in grid[start]]
    rows = [[unescape(v) if isinstance(v, str) else v for v in row] for row in grid[start + 1 :]]
    return [dict(zip(names, row, strict=True)) for row in rows if any(v is not None for v in row)]


def fill(path: Path, number: int, **values: str) -> None:
    """Type into the row of the log with this number; a header that is not there becomes a column."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows() if str(row[0].value).startswith("序号"))
    at = {str(cell.value).split("\n")[0]: cell.column for cell in head if cell.value}
    row = next(cell.row for (cell,) in page.iter_rows(min_row=head[0].row + 1, max_col=1) if cell.value == number)
    for name, value in values.items():
        if name not in at:
            at[name] = max(at.values()) + 1
            page.cell(head[0].row, at[name]).value = name
        page.cell(row, at[name]).value = value
    book.save(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, "1.json", form(A, date="2026-11-21", content="反对关闭"))
    put(tmp_path, "2.json", form(B, date="2026-11-20", stance="support", about=PLACE, content="好"))
    put(tmp_path, "3.json", form(C, date="2026-12-21", contact={"name": "李四", "phone": "13800138000", "email": ""}))
    return tmp_path


def write(folder: Path, **options: bool) -> Logged:
    return write_log(folder, ASKED, **options)


def test_rows_counts_and_summary(folder: Path) -> None:
    logged = write(folder)
    rows = table(folder / LOG)
    assert [(row["序号"], row["意见编号"]) for row in rows] == [(1, B), (2, A), (3, C)]
    assert rows[1]["设施或村（社区）"] == "1 甲小学"
    assert rows[1]["服务"] == "小学 Primary schools"
    assert rows[1]["态度"] == "反对 oppose"
    assert "逾期" in str(rows[2]["备注"])
    assert rows[0]["备注"] is None
    (school,) = table(folder / LOG, 1)
    assert [school[name] for name in ("反对", "支持", "合计", "尚未处理")] == [2, 0, 2, 2]
    (village,) = table(folder / LOG, 2)
    assert [village["设施或村（社区）"], village["支持"], village["合计"]] == ["水口村", 1, 1]
    said = " ".join(zh for zh, _ in logged.summary)
    assert "收到意见 3 条" in said
    assert "支持 1，反对 2，建议 0" in said
    assert "1 条不在公示期内" in said
    contacts = table(folder / LOG, 3)
    assert [(row["姓名（单位）"], row["电话"]) for row in contacts] == [("李四", "13800138000")]


def test_what_staff_wrote_stays_when_forms_come_in(folder: Path) -> None:
    write(folder)
    fill(
        folder / LOG,
        2,
        采纳情况="部分采纳",
        理由或修改情况="保留到 2032 年",
        处理人="王",
        答复日期="2026-12-25",
        会签="已会签",
        **{"意见摘要（公开用）": "保留学校"},
    )
    put(folder, "0.json", form(D, date="2026-11-11"))
    write(folder)
    rows = table(folder / LOG)
    assert [(row["序号"], row["意见编号"]) for row in rows] == [(1, B), (2, A), (3, C), (4, D)]
    kept = rows[1]
    written = ("意见摘要（公开用）", "采纳情况", "理由或修改情况", "处理人", "答复日期", "会签")
    assert [kept[name] for name in written] == [
        "保留学校", "部分采纳", "保留到 2032 年", "王", "2026-12-25", "已会签",
    ]  # fmt: skip
    assert table(folder / LOG, 1)[0]["部分采纳"] == 1
    assert (folder / "意见采纳情况表_上次.xlsx").is_file()
    before = (folder / LOG).read_bytes()
    write(folder)
    assert (folder / LOG).read_bytes() == before


def test_columns_of_staff_stay_whatever_they_are_called(folder: Path) -> None:
    write(folder)
    book = openpyxl.load_workbook(folder / LOG)
    page = book.worksheets[0]
    (head,) = (row[0].row for row in page.iter_rows(max_col=1) if str(row[0].value).startswith("序号"))
    for k, header in enumerate(("content", "会签", "会签")):
        page.cell(head, page.max_column + 1).value = header
        page.cell(head + 1, page.max_column).value = f"值{k}"
    book.save(folder / LOG)
    for _ in range(2):
        write(folder)
        first = table(folder / LOG)[0]
        assert [first[name] for name in ("content", "会签", "会签 2")] == ["值0", "值1", "值2"]
        assert first["意见内容"] == "好"


def test_a_row_whose_file_is_gone_stays_and_is_told(folder: Path) -> None:
    write(folder)
    fill(folder / LOG, 3, 采纳情况="采纳")
    (folder / "3.json").unlink()
    for _ in range(2):
        logged = write(folder)
        row = table(folder / LOG)[2]
        assert (row["意见编号"], row["采纳情况"], row["意见内容"]) == (C, "采纳", "请保留甲小学")
        assert "已不在" in str(row["备注"])
        assert any("已不在" in zh for zh, _ in logged.summary)
        assert table(folder / LOG, 3)[0]["电话"] == "13800138000"


def test_a_correction_after_the_handling_is_told(folder: Path) -> None:
    write(folder)
    fill(folder / LOG, 2, 采纳情况="未采纳")
    put(folder, "1b.json", form(A, revision=2, content="改为支持", stance="support", date="2026-11-21"))
    write(folder)
    row = table(folder / LOG)[1]
    assert row["意见内容"] == "改为支持"
    assert row["采纳情况"] == "未采纳"
    assert "请复核" in str(row["备注"])
    (before,) = table(folder / LOG, 4)
    assert before["更正前的内容"] == "反对关闭"


@pytest.mark.parametrize("header", ["意见编号", "意见内容"])
def test_a_log_that_cannot_be_matched_is_left_alone(header: str, folder: Path) -> None:
    write(folder)
    book = openpyxl.load_workbook(folder / LOG)
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if str(cell.value).startswith(f"{header}\n"):
                cell.value = "x"
    book.save(folder / LOG)
    before = (folder / LOG).read_bytes()
    with pytest.raises(InputError, match="未改动"):
        write(folder)
    assert (folder / LOG).read_bytes() == before


def test_a_damaged_log_is_left_alone(folder: Path) -> None:
    (folder / LOG).write_bytes(b"PK damaged")
    with pytest.raises(InputError, match="无法读取"):
        write(folder)
    assert (folder / LOG).read_bytes() == b"PK damaged"


def test_the_public_log_holds_nobodys_data(folder: Path) -> None:
    put(
        folder,
        "4.json",
        form(D, content="我是山前村赵六，电话 138-0013-8000，2030 年建 2 处"),
    )
    put(folder, "5.json", form("EEEEEEEEEEEE", about={"kind": "place", "name": "钱七家", "township": "孙八"}))
    write(folder)
    summary = "到 2030 年建 2 处；证号 330683199001011234，a.b@example.com"
    fill(folder / LOG, 3, 采纳情况="采纳", 处理人="王五")
    fill(folder / LOG, 2, **{"意见摘要（公开用）": summary, "理由或修改情况": "已列入近期，联系 138-0013-8000"})
    write(folder, public=True)
    path = folder / "意见采纳情况表_公开.xlsx"
    book = openpyxl.load_workbook(path)
    cells = " ".join(str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row if cell)
    text = cells + path.with_suffix(".csv").read_text("utf-8-sig")
    page = path.with_suffix(".html").read_text("utf-8")
    secrets = (
        A, B, C, D, "李四", "王五", "赵六", "钱七", "孙八", "13800138000", "330683199001011234", "138-0013-8000",
        "a.b@example", "请保留甲小学", "反对关闭",
    )  # fmt: skip
    for secret in secrets:
        assert secret not in text
        assert secret not in page
    for told in ("到 2030 年建 2 处；证号 〔已隐去〕", "已列入近期", "1 甲小学", "水口村", "名单以外"):
        assert told in text
        assert told in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert [row["采纳情况"] for row in table(path)].count("采纳") == 1
    assert len(book.worksheets) == 3


def test_the_handling_is_chosen_from_a_list_in_which_other_words_may_be_typed(folder: Path) -> None:
    write(folder)
    page = openpyxl.load_workbook(folder / LOG).worksheets[0]
    (offer,) = page.data_validations.dataValidation
    assert offer.formula1 == '"采纳 adopted,部分采纳 partly adopted,未采纳 not adopted,解释说明 explained"'
    assert offer.errorStyle == "information"
    (head,) = (row for row in page.iter_rows() if str(row[0].value).startswith("序号"))
    (cell,) = (cell for cell in head if str(cell.value).startswith("采纳情况"))
    assert str(offer.sqref) == f"{cell.column_letter}{cell.row + 1}:{cell.column_letter}{cell.row + 3}"
    fill(folder / LOG, 2, 采纳情况="解释说明 explained")
    write(folder)
    assert table(folder / LOG, 1)[0]["解释说明"] == 1


def test_the_public_page_counts_by_handling_and_stance(folder: Path) -> None:
    write(folder)
    fill(folder / LOG, 1, 采纳情况="采纳")
    fill(folder / LOG, 2, 采纳情况="解释说明")
    logged = write(folder, public=True)
    page = html.fromstring((folder / "意见采纳情况表_公开.html").read_text("utf-8"))
    crossed = [[" ".join(cell.text_content().split()) for cell in row.iter("td")] for row in page.iter("tr")]
    assert ["采纳 adopted", "1", "0", "0", "1"] in crossed  # support, oppose, suggest, all
    assert ["解释说明 explained", "0", "1", "0", "1"] in crossed
    assert ["尚未处理 not handled yet", "0", "1", "0", "1"] in crossed
    assert "意见采纳情况表_公开.html" in logged.outputs


def test_of_an_unknown_plan_no_subject_is_published(folder: Path) -> None:
    write_log(folder, None, public=True)
    page = (folder / "意见采纳情况表_公开.html").read_text("utf-8")
    assert "甲小学" not in page
    assert "水口村" not in page


def test_masking_leaves_figures_alone() -> None:
    figures = "到 2030 年 1,200 人，500 米，30 分钟，2026-2035，2026-11-20"
    assert masked(figures) == figures


def test_hostile_texts_are_shown_as_typed_and_are_no_formulas(tmp_path: Path) -> None:
    for k, text in enumerate(HOSTILE):
        about = {"kind": "facility", "service": text[:600], "id": text[:600], "name": text[:600]}
        put(tmp_path, f"{k}.json", form(f"{k:012d}", content=text, about=about))
    write(tmp_path)
    page = openpyxl.load_workbook(tmp_path / LOG).worksheets[0]
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    rows = table(tmp_path / LOG)
    assert [row["意见内容"] for row in rows] == [text.strip() for text in HOSTILE]
    assert all("没有这一设施" in str(row["备注"]) for row in rows)
    raw = (tmp_path / "意见采纳情况表.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    read = list(csv.DictReader(raw.decode("utf-8-sig").splitlines(keepends=True)))
    assert "'=cmd|' /C calc'!A0" in {row["意见内容 Content"] for row in read}
    written = tmp_path / "copy"
    written.mkdir()
    shutil.copy(tmp_path / LOG, written / LOG)
    logged = write_log(written, ASKED)  # all are gone: kept as they stood
    assert [row.content for row in logged.rows] == [text.strip() for text in HOSTILE]


def test_another_version_and_unknown_subjects_are_marked(tmp_path: Path) -> None:
    put(tmp_path, "1.json", form(A, notice_version="旧版"))
    put(tmp_path, "2.json", form(B, about={**SCHOOL, "id": "none"}))
    put(tmp_path, "3.json", form(C, about={**PLACE, "name": "无此村"}, date="2026-11-01"))
    write(tmp_path)
    marks = {row["意见编号"]: str(row["备注"]) for row in table(tmp_path / LOG)}
    assert "另一版本 旧版" in marks[A]
    assert "没有这一设施" in marks[B]
    assert "没有这一村" in marks[C]
    assert "早于公示期" in marks[C]


def test_without_what_was_published_nothing_is_marked(tmp_path: Path) -> None:
    put(tmp_path, "1.json", form(A, date="2030-01-01", notice_version="x"))
    logged = write_log(tmp_path, None)
    assert [row.marks for row in logged.rows] == [()]


def test_a_name_for_the_log_must_be_a_workbook(folder: Path) -> None:
    with pytest.raises(InputError, match="xlsx"):
        write_log(folder, ASKED, out=folder / "log.csv")
    logged = write_log(folder, replace(ASKED, title=("甲", "甲")), out=folder / "log.xlsx")
    assert set(logged.outputs) == {"log.xlsx", "log.csv"}
    assert not write_log(folder, ASKED, out=folder / "log.xlsx").collected.faults
