"""A brief has two pages, says the same as docx and as HTML, and its figures are the run's."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import numpy as np
import pandas as pd
import pytest
from docx.enum.text import WD_LINE_SPACING

from siting.cli.main import main
from siting.layout.answer import LayoutAnswer
from siting.prepare import Settings
from siting.render.answer_folder import write_answer
from siting.render.told_of import told_of
from siting.render.views import Told
from siting.report.brief import ROOM_MM, build_brief, head_mm
from siting.report.compact import STYLES, height_mm
from siting.report.document import Document, Heading, Paragraph, Picture, Table
from siting.report.docx_writer import docx_bytes
from siting.report.html_writer import html_text
from siting.report.language import Language
from tests.layout.tiny_plan import tiny_plan
from tests.render.make_result import make_result
from tests.render.sample_told import make_told
from tests.report.test_report import PICTURES
from tests.report.texts import of_docx, of_html

OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def plan() -> Told:
    return LayoutAnswer(tiny_plan()).told(Settings())


def grown(plan: Told, services: int, decisions: int) -> Told:
    """As a plan of a county: many services, and many decisions told in many words."""
    outcome = next(sheet for sheet in plan.sheets if sheet.key == "outcome")
    decided = next(sheet for sheet in plan.sheets if sheet.key == "decisions")
    first = decided.frame.iloc[:1]
    rows = pd.concat([first] * decisions, ignore_index=True)
    rows["service"] = [f"服务{k % services} Service {k % services}" for k in range(decisions)]
    rows["moved"] = np.arange(decisions, dtype=np.float64)
    rows["zh"] = [
        f"第{k}处：" + "服务的人、原先去哪里、达标与否、单程多少分钟，都写在这一句里；" * 4 for k in range(decisions)
    ]
    rows["en"] = [
        f"Place {k}: " + "whom it serves, where they would be, who comes within the standard; " * 4
        for k in range(decisions)
    ]
    table = pd.concat([outcome.frame] * services, ignore_index=True).head(services)
    changed = {"outcome": replace(outcome, frame=table), "decisions": replace(decided, frame=rows)}
    return replace(plan, sheets=tuple(changed.get(sheet.key, sheet) for sheet in plan.sheets))


def pages(document: Document) -> list[float]:
    """The height of the blocks of each page, in millimetres."""
    heights = [head_mm(document)]
    for block in document.blocks:
        if isinstance(block, Heading) and block.new_page:
            heights.append(0.0)
        heights[-1] += height_mm(block)
    return heights


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_twins_say_the_same(plan: Told, language: Language) -> None:
    made = build_brief(plan, PICTURES, language=language)
    assert of_docx(docx_bytes(made)) == of_html(html_text(made))


@pytest.mark.parametrize("language", ["zh", "en", "both"])
@pytest.mark.parametrize(("services", "decisions"), [(2, 1), (6, 40), (11, 400)])
def test_two_pages_hold_it(plan: Told, language: Language, services: int, decisions: int) -> None:
    made = build_brief(grown(plan, services, decisions), PICTURES, language=language)
    found = pages(made)
    assert len(found) == 2
    assert max(found) <= ROOM_MM + 6  # the caption of the map is counted roughly
    bullets = [block for block in made.blocks if isinstance(block, Paragraph) and block.look == "bullet"]
    assert 1 <= len(bullets) <= min(decisions, 12)


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice")
@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_an_office_program_makes_two_pages_of_it(plan: Told, language: Language, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    def picture(told: Told, view: object, size_mm: tuple[float, float]) -> bytes:
        made = BytesIO()
        Figure(figsize=(size_mm[0] / 25.4, size_mm[1] / 25.4)).savefig(made, format="png")
        return made.getvalue()

    made = build_brief(grown(plan, 11, 400), replace(PICTURES, view=picture), language=language)
    (tmp_path / "brief.docx").write_bytes(docx_bytes(made))
    command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(tmp_path / "brief.docx")], check=True, timeout=180)
    text = (tmp_path / "brief.pdf").read_bytes()
    assert text.count(b"/Type/Page") - text.count(b"/Type/Pages") == 2


def test_figures_are_those_of_the_run(plan: Told) -> None:
    made = build_brief(plan, PICTURES)
    outcome = next(sheet for sheet in plan.sheets if sheet.key == "outcome").frame
    table = next(block for block in made.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == [service.split(" ")[0] for service in outcome["service"]]
    assert [row[1] for row in table.rows] == list(outcome["done_zh"])
    assert [row[3] for row in table.rows] == list(outcome["within"])
    summary = next(sheet for sheet in plan.sheets if sheet.key == "summary").frame
    last = summary[summary["year"] == summary["year"].max()]
    assert list(last["within"]) == list(outcome["within"])
    assert list(summary.groupby("service", sort=False)["cost"].sum()) == pytest.approx(list(outcome["cost"]))


def test_who_is_left_is_told_with_the_townships_of_most(plan: Told) -> None:
    gaps = next(sheet for sheet in plan.sheets if sheet.key == "gaps").frame
    last = gaps[(gaps["year"] == gaps["year"].max()) & (gaps["group"] == "全部 All")]
    county = last[last["level"].str.startswith("全市")].set_index("service")
    table = [block for block in build_brief(plan, PICTURES).blocks if isinstance(block, Table)][1]
    assert table.caption.main == "规划后仍未满足的人"
    for row in table.rows:
        mine = county[[service.startswith(row[0]) for service in county.index]].iloc[0]
        assert row[1] == f"{mine['beyond_after']:,.0f}"
        assert row[2] == f"{mine['without_after']:,.0f}"


def test_decisions_of_most_people_come_first(plan: Told) -> None:
    made = build_brief(grown(plan, 1, 30), PICTURES)
    bullets = [block.words.main for block in made.blocks if isinstance(block, Paragraph) and block.look == "bullet"]
    assert [text.split("：")[0] for text in bullets[:2]] == ["第29处", "第28处"]


def test_every_brief_carries_label_notices_and_one_map(plan: Told) -> None:
    made = build_brief(plan, PICTURES)
    page = html_text(made)
    assert sum(isinstance(block, Picture) for block in made.blocks) == 1
    assert plan.label[0] in page
    assert all(zh in page for zh, _ in plan.notices)


@pytest.mark.parametrize("told", [make_told(), told_of(make_result(demand_points=30, sites=6))])
def test_any_kind_of_answer_has_a_brief(told: Told) -> None:
    made = build_brief(told, PICTURES)
    assert of_docx(docx_bytes(made)) == of_html(html_text(made))
    assert "有多可靠" in [heading.words.main for heading in made.headings]


def test_lines_have_a_fixed_distance(plan: Told) -> None:
    """So that its height is the same with every font."""
    file = docx.Document(BytesIO(docx_bytes(build_brief(plan, PICTURES))))
    for name in STYLES:
        assert file.styles[name].paragraph_format.line_spacing_rule == WD_LINE_SPACING.EXACTLY


def test_command_writes_the_brief(plan: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_answer(plan, tmp_path / "tiny", Settings())
    with pytest.raises(SystemExit) as ended:
        main(["report", "tiny", "--out", str(tmp_path), "--brief", "--no-maps", "--json"])
    assert not ended.value.code
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(result["outputs"]) == {"brief.docx", "brief.html"}
    assert (tmp_path / "tiny_brief" / "brief.docx").exists()
