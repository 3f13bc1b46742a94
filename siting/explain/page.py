"""`explain.html`: the explanation as a document that prints, in the look of the report.

One file with nothing outside it and no script: the template is `maps/explain.html.j2`, its look `maps/report.css`.
"""

from __future__ import annotations

from pathlib import Path

from siting.explain import words
from siting.explain.answers import Explanation
from siting.render.page import page_environment, page_style
from siting.render.wording import both


def write_page(explanation: Explanation, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the program's own templates are missing.
    """
    environment = page_environment(signed=words.signed_persons)
    template = environment.get_template("explain.html.j2")
    page = template.render(css=page_style(), e=explanation, words=words, both=both)
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")
