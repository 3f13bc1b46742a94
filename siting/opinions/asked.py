"""What people are asked about: the published plan, its version and period, its facilities and places."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from siting.consultation.facilities import layers_of
from siting.consultation.notice import Notice
from siting.consultation.rules import Rules
from siting.errors import fail
from siting.files.text import read_text
from siting.render.columns import clean, clean_column
from siting.render.views import PointLayer, Told
from siting.render.wording import Text, both

PAGE = "opinion.html"
_NUMBER = re.compile(r"\s+\d+\s*组?$")  # by which the points of one village are told apart
_DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


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


def asked_of(told: Told, notice: Notice | None, rules: Rules) -> Asked:
    """What the answer and the notice put before the public; without a notice version and period are not known.

    Args:
        told: the public answer, or that of a run which was not published by a pack.
        notice: as it was published.
        rules: which layers are of facilities and of people.
    """
    facilities, places = tuple(_facilities(told, rules)), tuple(_places(told, rules))
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
        channels=tuple(f"{both(way)}：{clean(text)}" for way, text in notice.feedback.ways()),
        facilities=facilities,
        places=places,
    )


def plan_id(told: Told) -> str:
    """The scenario's id, with its case's: one name may be used in two counties."""
    scenario = told.record.get("scenario")
    own = scenario.get("id") if isinstance(scenario, dict) else told.record.get("id")
    return "/".join(clean(part) for part in (told.place.info.id, own) if part)


def _facilities(told: Told, rules: Rules) -> list[Facility]:
    """Each facility once, by service and township, with what becomes of it in the last period that shows it."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for view in told.views:
        for layer in layers_of(view, "facilities", rules):
            names = {known.key: (known.zh, known.en) for known in layer.categories}
            columns = (layer.frame[name].tolist() for name in ("id", "name", "category"))
            for key, name, category, township in zip(*columns, _texts(layer, "township"), strict=True):
                status = names.get(category, ("", ""))
                found[view.subject, clean(key)] = (view.subject_zh, view.subject_en, clean(name), township, *status)
    services = list(dict.fromkeys(service for service, _ in found))
    order = sorted(found, key=lambda key: (services.index(key[0]), found[key][3], found[key][2], key[1]))
    return [
        Facility(number, service, clean(zh), clean(en), own, name, township, clean(status_zh), clean(status_en))
        for number, (service, own) in enumerate(order, 1)
        for zh, en, name, township, status_zh, status_en in [found[service, own]]
    ]


def _places(told: Told, rules: Rules) -> list[Place]:
    """The villages of all demand points: by their column, or by the points' names without the number at the end."""
    found: set[tuple[str, str]] = set()
    for view in told.views:
        for layer in layers_of(view, "people", rules):
            columns = (_texts(layer, name) for name in ("name", "township", "village"))
            for name, township, village in zip(*columns, strict=True):
                found.add((township, village or _NUMBER.sub("", name)))
    return [Place(*pair) for pair in sorted(found)]


def _texts(layer: PointLayer, name: str) -> list[str]:
    """The column's texts, cleaned; '' where one is missing."""
    if name not in layer.frame.columns:
        return [""] * len(layer.frame)
    return list(clean_column(layer.frame[name]))


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
