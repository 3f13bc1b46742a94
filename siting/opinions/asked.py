"""What people are asked about: the published plan, its version and period, its facilities and places."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

from siting.errors import fail
from siting.files.text import read_text
from siting.render.columns import clean
from siting.render.views import PointLayer, Told, View
from siting.render.wording import Text

# Keys of the layers of people, and of what a ranking only reads: all other layers of points are facilities.
PEOPLE = frozenset({"people", "places", "before", "change", "after", "time_before", "time_after"})
NEITHER = frozenset({"read", "excluded"})
PAGE = "opinion.html"
_NUMBER = re.compile(r"\s+\d+\s*组?$")  # by which the points of one village are told apart
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


class Feedback(Protocol):
    """Ways to answer; an empty text: not this way."""

    @property
    def address(self) -> str:
        """Postal address."""

    @property
    def phone(self) -> str:
        """Telephone."""

    @property
    def email(self) -> str:
        """E-mail."""

    @property
    def web(self) -> str:
        """Web page."""

    @property
    def contact(self) -> str:
        """Contact person."""


class Notice(Protocol):
    """What is used of the notice of a public consultation."""

    @property
    def title_zh(self) -> str:
        """What is put to consultation."""

    @property
    def title_en(self) -> str:
        """The same in English; may be empty."""

    @property
    def version(self) -> str:
        """Of the draft."""

    @property
    def publishing_unit(self) -> str:
        """Who publishes it."""

    @property
    def starts(self) -> date:
        """First day."""

    @property
    def ends(self) -> date:
        """Last day, which counts."""

    @property
    def feedback(self) -> Feedback:
        """Ways to answer."""


@dataclass(frozen=True)
class Facility:
    """One facility of the plan.

    Attributes:
        number: on the paper form, from 1.
        service: key of the view's subject; service_zh, service_en: its name.
        id: within the service.
        status: (zh, en) what the plan does with it.
    """

    number: int
    service: str
    service_zh: str
    service_en: str
    id: str
    name: str
    township: str
    status_zh: str
    status_en: str


@dataclass(frozen=True)
class Place:
    """A village or community; its key is `township/name`."""

    township: str
    name: str

    @property
    def key(self) -> str:
        """`township/name`."""
        return f"{self.township}/{self.name}"


@dataclass(frozen=True)
class Asked:
    """One published version of a plan; version '': not known, dates None: not known."""

    plan: str
    title: Text
    version: str
    start: date | None
    end: date | None
    unit: str
    channels: tuple[str, ...]
    facilities: tuple[Facility, ...]
    places: tuple[Place, ...]

    @cached_property
    def facility(self) -> dict[tuple[str, str], Facility]:
        """By service and id."""
        return {(found.service, found.id): found for found in self.facilities}

    @cached_property
    def numbered(self) -> dict[str, Facility]:
        """By the number on the paper form."""
        return {str(found.number): found for found in self.facilities}

    @cached_property
    def place(self) -> dict[str, Place]:
        """By key."""
        return {found.key: found for found in self.places}

    def document(self) -> dict[str, object]:
        """As plain JSON values, of which `asked_in` makes it again."""
        return asdict(self) | {
            "start": None if self.start is None else self.start.isoformat(),
            "end": None if self.end is None else self.end.isoformat(),
        }


def asked_of(told: Told, notice: Notice | None) -> Asked:
    """What the answer and the notice put before the public; without a notice version and period are not known."""
    facilities, places = tuple(_facilities(told.views)), tuple(_places(told.views))
    if notice is None:
        title = (clean(told.title[0]), clean(told.title[1]))
        return Asked(plan_id(told), title, "", None, None, "", (), facilities, places)
    zh = clean(notice.title_zh)
    return Asked(
        plan=plan_id(told),
        title=(zh, clean(notice.title_en) or zh),
        version=clean(notice.version),
        start=notice.starts,
        end=notice.ends,
        unit=clean(notice.publishing_unit),
        channels=tuple(_channels(notice.feedback)),
        facilities=facilities,
        places=places,
    )


def _channels(feedback: Feedback) -> Iterator[str]:
    """The ways that are open, a line each."""
    ways = (
        ("电子邮箱 E-mail", feedback.email), ("通信地址 Address", feedback.address), ("电话 Tel.", feedback.phone),
        ("网页 Web", feedback.web), ("联系人 Contact", feedback.contact),
    )  # fmt: skip
    return (f"{name}：{clean(text)}" for name, text in ways if text)


def plan_id(told: Told) -> str:
    """The scenario's id, with its case's: one name may be used in two counties."""
    scenario = told.record.get("scenario")
    own = scenario.get("id") if isinstance(scenario, dict) else told.record.get("id")
    return "/".join(clean(part) for part in (told.place.info.id, own) if part)


def _facilities(views: Iterable[View]) -> list[Facility]:
    """Each facility once, by service and township, with what becomes of it in the last period that shows it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for view in views:
        for layer in view.layers:
            if not isinstance(layer, PointLayer) or not layer.shown or layer.key in PEOPLE | NEITHER:
                continue
            names = {known.key: (known.zh, known.en) for known in layer.categories}
            townships = layer.frame["township"] if "township" in layer.frame.columns else [""] * len(layer.frame)
            columns = (layer.frame[name].tolist() for name in ("id", "name", "category"))
            for key, name, category, township in zip(*columns, townships, strict=True):
                where = _known(township)
                status = names.get(category, ("", ""))
                found[view.subject, clean(key)] = (view.subject_zh, view.subject_en, clean(name), where, *status)
    services = list(dict.fromkeys(service for service, _ in found))
    order = sorted(found, key=lambda key: (services.index(key[0]), found[key][3], found[key][2], key[1]))
    return [
        Facility(number, service, clean(zh), clean(en), own, name, township, clean(status_zh), clean(status_en))
        for number, (service, own) in enumerate(order, 1)
        for zh, en, name, township, status_zh, status_en in [found[service, own]]
    ]


def _places(views: Iterable[View]) -> list[Place]:
    """The villages of all demand points: by their column, or by the points' names without the number at the end."""
    found: set[tuple[str, str]] = set()
    for view in views:
        for layer in view.layers:
            if not isinstance(layer, PointLayer) or layer.key not in PEOPLE:
                continue
            frame, none = layer.frame, [""] * len(layer.frame)
            names = frame["name"].tolist()
            townships = frame["township"].tolist() if "township" in frame.columns else none
            villages = frame["village"].tolist() if "village" in frame.columns else none
            for name, township, village in zip(names, townships, villages, strict=True):
                found.add((_known(township), _known(village) or _NUMBER.sub("", _known(name))))
    return [Place(*pair) for pair in sorted(found)]


def _known(text: object) -> str:
    """The text, cleaned; '' where it is missing."""
    return "" if text is None or text != text else clean(text)


def asked_in(page: Path) -> Asked:
    """What a published form asked, as its page holds it.

    Raises:
        InputError: when the page is not there or is not such a form.
    """
    found = _DATA.search(read_text(page))
    try:
        if found is None:
            raise ValueError("no data")
        data = json.loads(found[1])["asked"]
        return Asked(
            plan=str(data["plan"]),
            title=(str(data["title"][0]), str(data["title"][1])),
            version=str(data["version"]),
            start=None if data["start"] is None else date.fromisoformat(data["start"]),
            end=None if data["end"] is None else date.fromisoformat(data["end"]),
            unit=str(data["unit"]),
            channels=tuple(map(str, data["channels"])),
            facilities=tuple(Facility(**own) for own in data["facilities"]),
            places=tuple(Place(**own) for own in data["places"]),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        fail(
            f"不是本程序写出的意见表（{error}）",
            f"not an opinion form that this program wrote ({error})",
            remedy_zh=f"请给出公示材料中的 {PAGE}",
            remedy_en=f"name the {PAGE} of the published pack",
            file=page,
        )
