"""`explain.html`: the explanation as a document that prints, in the look of the report.

One file with nothing outside it and no script: the template is `maps/explain.html.j2`, its look `maps/report.css`.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from siting import resources
from siting.explain import words
from siting.explain.answers import Explanation
from siting.render.wording import both, minutes_text, persons_text, share_text, yuan_text


def write_page(explanation: Explanation, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: when the file cannot be written.
        InputError: when the program's own templates are missing.
    """
    environment = Environment(
        loader=FileSystemLoader(resources.maps(), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        persons=persons_text, share=share_text, dash=minutes_text, yuan=yuan_text, signed=words.signed_persons
    )
    css = (resources.maps() / "report.css").read_text(encoding="utf-8")
    template = environment.get_template("explain.html.j2")
    page = template.render(css=css, e=explanation, words=words, both=both)
    path.write_text(page, encoding="utf-8", errors="replace", newline="\n")
