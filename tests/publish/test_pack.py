"""The steps of a publication and its pack: nothing before the review, nothing secret in any file, equal bytes."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest

from siting.cli.main import main
from siting.consultation.notice import Notice
from siting.consultation.rules import Extras, load_rules
from siting.errors import InputError
from siting.events import silent
from siting.files.run_folder import ANSWER_FILE
from siting.publish.pack import write_pack
from siting.publish.public import public_told
from siting.publish.release import release_code
from siting.publish.run import Request, publish
from siting.render.inline import seal
from siting.render.told_file import write_told
from tests.consultation.a_notice import a_notice, raw_notice
from tests.publish.an_answer import OWNER, an_answer, facility_frame, people_frame

RULES = load_rules()
FILES = {
    "README.txt", "facilities.csv", "facilities.xlsx", "map.html", "notice.docx", "notice.html", "opinion.html",
    "opinion_form.docx", "sheets",
}  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder of runs with one answer in it."""
    folder = tmp_path / "runs" / "sample"
    folder.mkdir(parents=True)
    write_told(an_answer(), folder / ANSWER_FILE)
    return folder


def write_notice(path: Path, **changes: object) -> None:
    """As TOML."""
    raw = raw_notice(**changes)
    feedback, indicators = raw.pop("feedback"), raw.pop("indicators")
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in raw.items()]
    lines += ["[feedback]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in feedback.items())]
    for own in indicators:
        lines += ["[[indicators]]", *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in own.items())]
    path.write_text("\n".join(lines), encoding="utf-8")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack, with sheets of few dots."""
    return make_pack(tmp_path_factory.mktemp("pack") / "sample_public", a_notice())


def make_pack(folder: Path, notice: Notice, extras: Extras | None = None) -> Path:
    told, _ = public_told(an_answer(), RULES, extras)
    write_pack(told, notice, RULES, folder, silent, dpi=40)
    return folder


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of a pack, those inside of archives too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, content
            if content.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    yield from ((f"{path.name}/{name}", archive.read(name)) for name in archive.namelist())


def test_first_a_template_then_a_review_then_the_pack(run: Path) -> None:
    request = Request("sample", run.parent)
    beside = {run.name}

    def appeared() -> set[str]:
        found = {path.name for path in run.parent.iterdir()} - beside
        beside.update(found)
        return found

    assert publish(request, silent).step == "template"
    assert appeared() == {"sample_notice.toml"}
    with pytest.raises(InputError) as caught:
        publish(request, silent)
    assert {str(fault.column) for fault in caught.value.faults} >= {"drafting_unit", "starts", "ends", "feedback"}
    assert appeared() == set()
    write_notice(run.parent / "sample_notice.toml")
    review = publish(request, silent)
    assert review.step == "review"
    assert appeared() == {"sample_review.html"}
    page = (run.parent / "sample_review.html").read_text(encoding="utf-8")
    assert review.code in page
    assert OWNER not in page
    done = publish(Request("sample", run.parent, release=review.code, dpi=40), silent)
    assert done.step == "pack"
    assert appeared() == {"sample_public", "sample_public.zip"}
    assert {path.name for path in (run.parent / "sample_public").iterdir()} == FILES


@pytest.mark.parametrize("what", ["notice", "answer", "costs", "mistyped"])
def test_a_code_does_not_fit_what_was_not_reviewed(run: Path, what: str) -> None:
    path = run.parent / "sample_notice.toml"
    write_notice(path)
    code = publish(Request("sample", run.parent), silent).code
    if what == "notice":
        write_notice(path, scope="别处")
    if what == "answer":
        told = an_answer()
        facilities = told.views[0].layers[-1]
        facilities.frame.loc[0, "name"] = "另一所学校"
        write_told(told, run / ANSWER_FILE)
    given = code[::-1] if what == "mistyped" else code
    with pytest.raises(InputError, match="发布码不符"):
        publish(Request("sample", run.parent, release=given, costs=what == "costs"), silent)
    assert not (run.parent / "sample_public").exists()


def test_what_stays_inside_does_not_change_the_code() -> None:
    """The code is of what is published: another cost, which is not, is no change of it."""
    one, other = an_answer(), an_answer()
    for view in other.views:
        view.layers[-1].frame["cost"] = 1.0
    codes = {release_code(public_told(told, RULES)[0], a_notice(), RULES) for told in (one, other)}
    assert len(codes) == 1


def test_another_program_or_list_changes_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    told, _ = public_told(an_answer(), RULES)
    codes = [release_code(told, a_notice(), rules) for rules in (RULES, RULES.model_copy(update={"layers": {}}))]
    monkeypatch.setattr("siting.publish.release.program_hash", lambda: "the same version, other code")
    codes.append(release_code(told, a_notice(), RULES))
    assert len(set(codes)) == 3


def test_the_code_is_the_same_in_every_process(tmp_path: Path) -> None:
    """The names in the list are sets, whose order Python chooses anew in each process."""
    script = tmp_path / "code.py"
    script.write_text(
        "from tests.publish.test_pack import RULES, a_notice, an_answer, public_told, release_code\n"
        "print(release_code(public_told(an_answer(), RULES)[0], a_notice(), RULES))\n",
        encoding="utf-8",
    )
    root = str(Path(__file__).resolve().parents[2])
    codes = {
        subprocess.run(
            [sys.executable, str(script)], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": root},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(codes) == 1


def test_no_secret_is_in_any_file(pack: Path) -> None:
    true = [f"{value:.5f}" for frame in (people_frame(), facility_frame())
            for value in frame[["lon", "lat"]].to_numpy().ravel().tolist()]  # fmt: skip
    snapped = {
        f"{value:.5f}"
        for layer in public_told(an_answer(), RULES)[0].views[0].layers
        for name in ("lon", "lat") if name in layer.frame
        for value in layer.frame[name].tolist()
    }  # fmt: skip
    secrets = [*(set(true) - snapped), "4321", "4,321", "43210000", OWNER, "张三丰", "地主甲", "120.45678", "29.38765"]
    seen = 0
    for name, content in contents(pack):
        text = content.decode("utf-8", "ignore")
        seen += 1
        for secret in secrets:
            assert secret not in text, (name, secret)
    assert seen > len(FILES)


def test_equal_content_gives_equal_bytes(pack: Path, tmp_path: Path) -> None:
    again = make_pack(tmp_path / "sample_public", a_notice())
    hashes = [[(name, hashlib.sha256(content).hexdigest()) for name, content in contents(one)] for one in (pack, again)]
    assert hashes[0] == hashes[1]
    assert pack.with_suffix(".zip").read_bytes() == again.with_suffix(".zip").read_bytes()


def test_the_zip_holds_the_folder(pack: Path) -> None:
    with zipfile.ZipFile(pack.with_suffix(".zip")) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    files = {f"{pack.name}/{path.relative_to(pack).as_posix()}": path.read_bytes() for path in pack.rglob("*.*")}
    assert inside == files
    assert any(name.endswith(".pdf") for name in inside)
    assert sum(name.endswith(".png") for name in inside) == 2


def test_every_page_has_a_policy_and_asks_for_nothing(pack: Path) -> None:
    pages = list(pack.glob("*.html"))
    assert {page.name for page in pages} == {"map.html", "notice.html", "opinion.html"}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "default-src 'none'" in text
        seal(text)  # raises where the page refers to anything outside itself
        assert "tianditu" not in text


def test_the_number_of_the_map_is_on_map_and_notice(tmp_path: Path) -> None:
    number = "浙S(2026)12号"
    folder = make_pack(tmp_path / "p", a_notice(map_review_number=number), Extras(number))
    for name in ("map.html", "notice.html", "opinion.html", "README.txt"):
        assert number in (folder / name).read_text(encoding="utf-8-sig"), name


def test_the_sheets_say_whose_draft_of_when_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr("siting.publish.pack.write_sheets", lambda *_, **own: given.update(own))
    notice = a_notice()
    make_pack(tmp_path / "p", notice)
    assert given["unit"] == notice.drafting_unit
    assert given["footer"] == "以最终批复为准 · 征求意见稿（第一版） · 公示期 2027-03-01 至 2027-03-31"


def test_the_list_of_facilities(pack: Path) -> None:
    table = pd.read_csv(pack / "facilities.csv", encoding="utf-8-sig")
    assert table["名称 Name"].tolist() == facility_frame()["name"].tolist()
    assert table.filter(like="服务后").empty
    assert table.filter(like="规划后服务")["规划后服务（人） Served in the plan"].tolist()[0] == "<10"
    assert not any("费用" in name or "联系人" in name for name in table.columns)
    moved = np.abs(table.filter(like="归格后").to_numpy() - facility_frame()[["lon", "lat"]].to_numpy())
    assert (moved > 0).all()
    assert (moved < 0.001).all()
    book = pd.read_excel(pack / "facilities.xlsx", sheet_name=None, header=None)
    assert len(book) == 2
    assert any("规划一览表" in name for name in book)
    for page in book.values():
        above = [str(text) for text in page[0] if "不表示行政区域界线" in str(text)]
        assert len(above) == 1  # every notice once


def test_the_notice_says_all_that_was_filled_in(pack: Path) -> None:
    page = (pack / "notice.html").read_text(encoding="utf-8")
    document = docx.Document(str(pack / "notice.docx"))
    told = "\n".join(paragraph.text for paragraph in document.paragraphs)
    told += "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    notice = a_notice()
    words = [
        notice.title_zh, notice.version, notice.drafting_unit, notice.publishing_unit, notice.scope, notice.period,
        notice.purpose, *notice.content, notice.handling, notice.note, notice.feedback.email, notice.feedback.address,
        "2027 年 3 月 1 日至 2027 年 3 月 31 日", "30 天", "道路为合成数据", "已证明最优", "不表示行政区域界线",
    ]  # fmt: skip
    for word in words:
        assert word in page, word
        assert word in told, word


def test_a_shorter_time_is_printed_with_its_reason(tmp_path: Path) -> None:
    notice = a_notice(ends="2027-03-10", reason_shorter="汛期前须完成")
    folder = make_pack(tmp_path / "p", notice)
    assert "少于 30 天，理由：汛期前须完成" in (folder / "notice.html").read_text(encoding="utf-8")


def test_hostile_words_in_the_notice_stay_words(tmp_path: Path) -> None:
    bad = "<script>alert(1)</script>{{ 7*7 }}$x$"
    folder = make_pack(tmp_path / "p", a_notice(title_zh=bad, scope=bad, content=[bad]))
    page = (folder / "notice.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "{{ 7*7 }}" in "".join(p.text for p in docx.Document(str(folder / "notice.docx")).paragraphs)


def test_a_folder_without_an_answer_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["publish", "nothing", "--out", str(tmp_path)])
    assert caught.value.code == 2
    assert "siting run" in capsys.readouterr().err


def test_a_font_that_cannot_be_read_is_told_before_anything_is_published(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notice, font = run.parent / "mine.toml", run.parent / "no font.ttf"
    write_notice(notice)
    review = publish(Request(str(run), run.parent, notice, font=font), silent)
    assert shlex.join(["--font", str(font)]) in review.said[0][0]  # the command to run next keeps it
    with pytest.raises(SystemExit) as caught:
        main(["publish", str(run), "--notice", str(notice), "--release", review.code, "--font", str(font)])
    assert caught.value.code == 2
    assert "no font.ttf" in capsys.readouterr().err.replace("\n", "")
    assert not (run.parent / "sample_public").exists()


@pytest.mark.parametrize("name", ["sample_public", "sample_public.zip"])
def test_a_pack_that_is_there_is_never_overwritten(run: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    write_notice(run.parent / "sample_notice.toml")
    code = publish(Request("sample", run.parent), silent).code
    kept = run.parent / name
    kept.mkdir()
    (kept / "notice.docx").write_bytes(b"edited by staff")
    before = sorted(path.name for path in run.parent.iterdir())
    with pytest.raises(SystemExit) as caught:
        main(["publish", "sample", "--out", str(run.parent), "--release", code])
    assert caught.value.code == 2
    assert "已有公示材料，不覆盖" in capsys.readouterr().err
    assert (kept / "notice.docx").read_bytes() == b"edited by staff"
    assert sorted(path.name for path in run.parent.iterdir()) == before


@pytest.mark.parametrize("what", ["write_notice_docx", "zip_folder", "write_book"])
def test_of_a_pack_that_cannot_be_written_whole_nothing_is_left(
    run: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = run.parent / "sample_notice.toml"
    write_notice(path)
    code = publish(Request("sample", run.parent), silent).code
    before = sorted(path.name for path in run.parent.iterdir())
    monkeypatch.setattr(f"siting.publish.pack.{what}", full)
    with pytest.raises(InputError, match="磁盘空间"):
        publish(Request("sample", run.parent, release=code, dpi=20), silent)
    assert sorted(path.name for path in run.parent.iterdir()) == before


def test_of_a_pack_whose_folder_cannot_take_its_place_no_archive_is_left(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(*_: object) -> None:
        raise PermissionError(errno.EACCES, "held open")

    before = sorted(path.name for path in run.parent.iterdir())
    monkeypatch.setattr("siting.files.run_folder._replace", held)
    with pytest.raises(InputError):
        make_pack(run.parent / "p", a_notice())
    assert sorted(path.name for path in run.parent.iterdir()) == before


@pytest.mark.parametrize("name", ["sample_notice.toml", "sample_review.html"])
def test_a_folder_in_the_place_of_a_file_is_one_clear_error(
    run: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_notice(run.parent / "mine.toml")
    (run.parent / name / "inside").mkdir(parents=True)
    words = ["publish", "sample", "--out", str(run.parent)]
    with pytest.raises(SystemExit) as caught:
        main(words if "notice" in name else [*words, "--notice", str(run.parent / "mine.toml")])
    assert caught.value.code == 2
    assert "已是一个文件夹" in capsys.readouterr().err
    assert (run.parent / name / "inside").is_dir()


def test_a_folder_that_cannot_be_written_is_one_clear_error(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", read_only)
    with pytest.raises(SystemExit) as caught:
        main(["publish", "sample", "--out", str(run.parent)])
    assert caught.value.code == 2
    assert "无法写入" in capsys.readouterr().err
    assert [path.name for path in run.parent.iterdir()] == ["sample"]


def test_the_command_tells_the_step_and_the_code_as_json(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_notice(run.parent / "mine.toml")
    with pytest.raises(SystemExit):
        main(["publish", str(run), "--notice", str(run.parent / "mine.toml"), "--json"])
    record = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert record["step"] == "review"
    assert re.fullmatch(r"[0-9a-f]{4}(-[0-9a-f]{4}){3}", record["code"])
    assert Path(record["outputs"]["review.html"]).name == "sample_review.html"


@pytest.mark.parametrize("answered", ["", "0000-0000-0000-0000"])
def test_on_a_terminal_the_code_is_asked_for(
    run: Path, answered: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Enter stops; a wrong code is refused; in both cases nothing is published."""
    write_notice(run.parent / "sample_notice.toml")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda *_, **__: answered)
    with pytest.raises(SystemExit) as caught:
        main(["publish", "sample", "--out", str(run.parent)])
    assert caught.value.code == (2 if answered else 0)
    said = capsys.readouterr()
    assert "review.html" in said.out
    assert ("发布码不符" in said.err) == bool(answered)
    assert not (run.parent / "sample_public").exists()
