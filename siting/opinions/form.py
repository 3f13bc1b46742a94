"""The opinion form of a public consultation: a page that saves a file, and a paper to print and fill in.

The page is made of `maps/opinion.html`, `maps/opinion.css` and `maps/script/opinion/`; it opens with no network, sends
nothing, and holds what was asked as JSON, by which returned forms are checked (`asked.asked_in`).
"""

from __future__ import annotations

from pathlib import Path

from siting.consultation.notice import Notice
from siting.consultation.rules import Rules
from siting.opinions.asked import PAGE, Asked, asked_of
from siting.opinions.paper import write_paper
from siting.opinions.words import FORMAT, FORMAT_VERSION
from siting.render.columns import clean
from siting.render.escape import json_for_script
from siting.render.inline import fill, read_asset, read_css, read_scripts, seal
from siting.render.views import Told
from siting.render.wording import Text

PAPER = "opinion_form.docx"


def write_form(told: Told, notice: Notice, rules: Rules, folder: Path) -> list[Path]:
    """Write `opinion.html` and `opinion_form.docx` to `folder`, which exists; their paths.

    Args:
        told: the plan that is published; its facilities and villages can be chosen in the form.
        notice: title, version, period and ways to answer.
        rules: which layers are of facilities and of people.
        folder: of the pack.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network.
        OSError: when a file cannot be written.
    """
    asked = asked_of(told, notice, rules)
    notices = [(clean(zh), clean(en)) for zh, en in told.notices]
    page, paper = folder / PAGE, folder / PAPER
    page.write_text(form_page(asked, notices), encoding="utf-8", newline="\n")
    write_paper(asked, notices, paper)
    return [page, paper]


def form_page(asked: Asked, notices: list[Text]) -> str:
    """The whole page."""
    data = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "asked": asked.document(),
        "notices": notices,
    }
    texts = {
        "PAGE_CSS": read_css("opinion.css"),
        "PAGE_JS": read_scripts("opinion"),
        "DATA": json_for_script(data),
    }
    return seal(fill(read_asset("opinion.html"), texts))
