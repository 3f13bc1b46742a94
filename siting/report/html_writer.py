"""`report.html`: the same document as one page with nothing outside it and no script.

The template is `maps/planning_report.html.j2`, its look `maps/report.css`; all text goes through the autoescape.
"""

from __future__ import annotations

import base64
from typing import Any

from siting.render.page import page_environment, page_style
from siting.report.document import Block, Document, Heading, Paragraph, Table

DENSE = 9  # columns from which on a table is set smaller


def html_text(document: Document) -> str:
    """The page.

    Raises:
        InputError: when the program's own template is missing.
    """
    return page_environment().get_template("planning_report.html.j2").render(
        css=page_style(), document=document, language="zh-CN" if document.language == "zh" else "en",
        contents=[(k, heading) for k, heading in enumerate(document.headings) if heading.level < 3],
        blocks=_shown(document.blocks),
    )  # fmt: skip


def _shown(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    """The blocks as the template reads them; headings are counted for the links of the contents."""
    shown: list[dict[str, Any]] = []
    headings = 0
    for block in blocks:
        if isinstance(block, Heading):
            shown.append({"kind": "heading", "block": block, "anchor": headings})
            headings += 1
        elif isinstance(block, Paragraph):
            shown.append({"kind": "paragraph", "block": block})
        elif isinstance(block, Table):
            rows = [list(zip(row, marks, strict=True)) for row, marks in zip(block.rows, block.numeric, strict=True)]
            shown.append({"kind": "table", "block": block, "rows": rows, "dense": len(block.header) >= DENSE})
        else:
            data = base64.b64encode(block.png).decode("ascii")
            shown.append({"kind": "picture", "block": block, "data": data})
    return shown
