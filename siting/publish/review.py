"""`review.html`: all that a publication would disclose, for whoever releases it; nothing else is written before."""

from __future__ import annotations

from siting.consultation.notice import Notice
from siting.consultation.rules import Extras, Rules
from siting.publish.disclosure import Disclosure
from siting.publish.facility_list import facility_list
from siting.publish.notice_text import parts_of, units_of
from siting.render.page import sealed_page
from siting.render.views import Told


def review_page(
    told: Told, found: Disclosure, notice: Notice, rules: Rules, extras: Extras, *, code: str, command: str
) -> str:
    """The page.

    Args:
        told: the public answer.
        found: what of it is disclosed.
        notice: whose texts are published.
        rules: by which it was made.
        asked: what the operator asked for beyond.
        code: that releases it.
        command: the words that release it.

    Raises:
        InputError: when the program's own template is missing, or was changed such that it needs a network.
    """
    return sealed_page(
        "review.html.j2", title=told.title, found=found, units=units_of(notice), parts=parts_of(notice, told),
        facilities=facility_list(told, rules), rules=rules, extras=extras, number=extras.map_review_number, code=code,
        command=command,
    )  # fmt: skip
