"""Collecting returned forms: what is damaged or foreign is told of and stops nothing; nothing is lost."""

from __future__ import annotations

import json
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import InputError
from siting.opinions.collect import Collected, collect
from siting.opinions.paper_rows import new_template
from tests.opinions.sample import ASKED, SCHOOL, form, put

DAMAGED: dict[str, tuple[str, str]] = {
    "cut short": (json.dumps(form())[:100], "已损坏"),
    "nested deeply": ("[" * 30_000, "已损坏"),
    "a huge number": ('{"format": ' + "9" * 5000 + "}", "已损坏"),
    "too large": (" " * 70_000, "太大"),
    "a list": ("[]", "不是意见表"),
    "another file": ('{"a": 1}', "不是意见表"),
    "a newer format": (json.dumps(form(format_version=2)), "另一版本"),
    "no stance": (json.dumps({k: v for k, v in form().items() if k != "stance"}), "缺少"),
    "a stance that is none": (json.dumps(form(stance="maybe")), "只能是"),
    "an unknown key": (json.dumps(form(admin=True)), "没有这个"),
    "a wrong type": (json.dumps(form(content=["a"])), "文本"),
    "an id with a path": (json.dumps(form("../../../etc")), "有误"),
    "no content": (json.dumps(form(content="  ")), "有误"),
    "content without end": (json.dumps(form(content="长" * 5000)), "有误"),
    "content that no sheet can hold": (json.dumps(form(content="\x00\x01")), "没有意见内容"),
    "no date": (json.dumps(form(date="2026-13-40")), "有误"),
    "a bad place": (json.dumps(form(about={"kind": "facility", "id": {"a": 1}})), "文本"),
    "another plan": (json.dumps(form(plan="other")), "另一方案"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_faulty_file_is_told_of_and_does_not_stop_the_others(name: str, tmp_path: Path) -> None:
    text, said = DAMAGED[name]
    put(tmp_path, "a/坏.json", text)
    put(tmp_path, "好.json", form("GOOD23456789"))
    found = collect(tmp_path, ASKED)
    assert [opinion.form_id for opinion in found.opinions] == ["GOOD23456789"]
    assert {fault.file for fault in found.faults} == {"a/坏.json"}
    assert any(said in fault.zh for fault in found.faults), found.faults
    assert all(fault.en for fault in found.faults)


def test_text_that_is_no_utf8_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "gbk.json").write_bytes(json.dumps(form(), ensure_ascii=False).encode("gb18030"))
    (fault,) = collect(tmp_path, ASKED).faults
    assert "UTF-8" in fault.zh


def test_links_and_what_excel_leaves_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    put(tmp_path, "secret.json", form())
    put(folder, "~$opinions.xlsx", "x")
    put(folder, "意见采纳情况表.xlsx", "x")
    put(folder, ".hidden.json", "x")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    assert collect(folder, ASKED) == Collected((), (), (), 0)


def test_of_one_form_the_later_counts_and_the_earlier_is_told(tmp_path: Path) -> None:
    put(tmp_path, "z.json", form(revision=1, content="先"))
    put(tmp_path, "a.json", form(revision=2, content="后"))
    put(tmp_path, "b.json", form(revision=2, content="后"))
    found = collect(tmp_path, ASKED)
    assert [opinion.content for opinion in found.opinions] == ["后"]
    assert sorted(opinion.content for opinion in found.replaced) == ["先", "后"]


def test_forms_of_several_plans_need_a_word_on_which(tmp_path: Path) -> None:
    put(tmp_path, "a.json", form("AAAAAAAAAAAA", plan="a"))
    put(tmp_path, "b.json", form("BBBBBBBBBBBB", plan="b"))
    with pytest.raises(InputError, match="--run"):
        collect(tmp_path, None)


def rows(path: Path, *cells: dict[str, object]) -> None:
    """Type rows into the template."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    head = next(row for row in page.iter_rows() if str(row[0].value).startswith("登记号\n"))
    at = {str(cell.value).split("\n")[0]: cell.column for cell in head}
    for k, own in enumerate(cells, head[0].row + 1):
        for name, value in own.items():
            page.cell(k, at[name]).value = value  # type: ignore[assignment]
    book.save(path)


def test_rows_typed_from_paper_are_read(tmp_path: Path) -> None:
    new_template(tmp_path)
    common = {"收到日期": "2026/11/21", "态度": "反对", "意见内容": "太远"}
    rows(
        tmp_path / "opinions.xlsx",
        {**common, "对象类型": "设施", "设施编号或村名": 2, "电话": 13800138000, "收到方式": "来信"},
        {**common, "对象类型": "村（社区）", "设施编号或村名": "水口村"},
        {**common, "对象类型": "村（社区）", "设施编号或村名": "东乡/山前村", "态度": "support"},
        common,
        {**common, "态度": "也许", "收到日期": "昨天", "对象类型": "设施"},
    )
    found = collect(tmp_path, ASKED)
    assert [(o.form_id, o.way, o.about.name, o.about.township, o.stance) for o in found.opinions] == [
        ("P-0001", "letter", "乙小学", "西乡", "oppose"),
        ("P-0002", "paper", "水口村", "西乡", "oppose"),
        ("P-0003", "paper", "山前村", "东乡", "support"),
        ("P-0004", "paper", "", "", "oppose"),
    ]
    assert found.opinions[0].contact.phone == "13800138000"
    assert {fault.column for fault in found.faults} == {"收到日期", "态度", "设施编号或村名"}
    assert len({fault.row for fault in found.faults}) == 1


def test_a_workbook_with_a_wrong_extent_is_read_whole(tmp_path: Path) -> None:
    new_template(tmp_path)
    (tmp_path / "opinions.csv").unlink()
    path = tmp_path / "opinions.xlsx"
    rows(path, {"收到日期": "2026-11-21", "态度": "反对", "意见内容": "x"})
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', content))
    assert [opinion.content for opinion in collect(tmp_path, ASKED).opinions] == ["x"]


def test_a_paper_row_cannot_be_displaced_by_a_form(tmp_path: Path) -> None:
    new_template(tmp_path)
    rows(
        tmp_path / "opinions.xlsx",
        {"登记号": "ABCDEFGH2345", "收到日期": "2026-11-21", "态度": "反对", "意见内容": "x"},
    )
    put(tmp_path, "a.json", form("P-0001"))
    found = collect(tmp_path, ASKED)
    assert not found.opinions
    assert len(found.faults) == 2


def test_the_template_is_not_written_over(tmp_path: Path) -> None:
    new_template(tmp_path)
    assert (tmp_path / "opinions.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with pytest.raises(InputError, match="不覆盖"):
        new_template(tmp_path)


def test_tables_that_are_no_register_are_told_of(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", "x,y\n1,2\n")
    put(tmp_path, "b.xlsx", "no workbook")
    put(tmp_path, "c.json", form())
    found = collect(tmp_path, ASKED)
    assert [fault.file for fault in found.faults] == ["a.csv", "b.xlsx"]
    assert len(found.opinions) == 1


IDS = ("AAAAAAAAAAAA", "BBBBBBBBBBBB", "CCCCCCCCCCCC")
FORMS = st.builds(
    lambda form_id, revision, content, day, about: form(
        form_id, revision=revision, content=content, date=f"2026-11-{day:02d}", about=about
    ),
    st.sampled_from(IDS),
    st.integers(1, 3),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda text: text.strip() != ""),
    st.integers(1, 30),
    st.sampled_from([SCHOOL, {"kind": "plan"}]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(FORMS, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_files_does_not_matter_and_nothing_is_lost(forms: list[dict[str, Any]], random: Any) -> None:
    found = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as place:
            for k, own in enumerate(random.sample(forms, len(forms))):
                put(Path(place), f"{k}.json", own)
            found.append(collect(Path(place), ASKED))
    first, second = (
        [[(o.form_id, o.received, o.content, o.about) for o in part] for part in (c.opinions, c.replaced)]
        for c in found
    )
    readable = len(forms) - len({fault.file for fault in found[0].faults})
    assert first == second
    assert len(first[0]) + len(first[1]) == readable
    assert len(found[0].faults) == len(found[1].faults)
    assert {row[0] for row in first[0]} == {row[0] for row in first[0] + first[1]}
