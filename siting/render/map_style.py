"""What planners may change of the map without Python: `maps/style.toml` and `maps/labels.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, RootModel, model_validator

from siting.files import resources
from siting.files.toml import Frozen, load_toml

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class TravelTime(Frozen):
    """Classes of travel time."""

    breaks_min: tuple[float, ...] = Field(min_length=1)
    colours: tuple[Colour, ...]

    @model_validator(mode="after")
    def _one_more(self) -> TravelTime:
        _check_classes("breaks_min", self.breaks_min, self.colours)
        return self


class Demand(Frozen):
    """Classes of the people who need a service at a point."""

    breaks_persons: tuple[float, ...] = Field(min_length=1)
    colours: tuple[Colour, ...]

    @model_validator(mode="after")
    def _one_more(self) -> Demand:
        _check_classes("breaks_persons", self.breaks_persons, self.colours)
        return self


def _check_classes(name: str, breaks: tuple[float, ...], colours: tuple[str, ...]) -> None:
    if len(colours) != len(breaks) + 1:
        raise ValueError(f"colours 应比 {name} 多一个 | colours must be one more than {name}")
    if list(breaks) != sorted(set(breaks)):
        raise ValueError(f"{name} 应由小到大 | {name} must ascend")


class Coverage(Frozen):
    """Colours of demand points."""

    covered: Colour
    newly_covered: Colour
    still_covered: Colour
    uncovered: Colour
    lost: Colour
    unreachable: Colour
    no_demand: Colour


class Facility(Frozen):
    """Colours of facilities and of who goes where."""

    existing: Colour
    new: Colour
    closed: Colour
    candidate: Colour
    assignment: Colour
    highlight: Colour


class ServiceArea(Frozen):
    """Colours of service areas."""

    before: Colour
    after: Colour


class Base(Frozen):
    """Colours of the base map."""

    outside: Colour
    land: Colour
    green: Colour
    water: Colour
    waterway: Colour
    rail: Colour
    outline: Colour
    place: Colour
    minor_place: Colour
    water_name: Colour


class Zones(Frozen):
    """Colours of zones."""

    colours: tuple[Colour, ...] = Field(min_length=1)
    tint: float = Field(ge=0, le=1)


class Road(Frozen):
    """One class of road."""

    fill: Colour
    casing: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6})?$")]
    from_zoom: int = Field(ge=0, le=20)
    width: Mapping[str, float] = Field(min_length=1, description="pixels by zoom")

    @model_validator(mode="after")
    def _zooms(self) -> Road:
        if not all(zoom.isdigit() for zoom in self.width):
            raise ValueError("width 的键应为缩放级 | the keys of width must be zooms")
        return self


class Limits(Frozen):
    """Limits for very large places."""

    road_points: int = Field(gt=0)


class Style(Frozen):
    """`maps/style.toml`."""

    travel_time: TravelTime
    demand: Demand
    coverage: Coverage
    facility: Facility
    service_area: ServiceArea
    glyphs: Mapping[str, str]
    base: Base
    zone: Zones
    roads: Mapping[str, Road]
    limits: Limits


class Label(Frozen):
    """One text of the page."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Labels(RootModel[Mapping[str, Mapping[str, Label]]]):
    """`maps/labels.toml`: texts by section and key."""


def load_style() -> Style:
    """The look of the map.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return load_toml(resources.maps() / "style.toml", Style)


def load_labels() -> dict[str, tuple[str, str]]:
    """(zh, en) of every text of the page, by `section.key`.

    Raises:
        InputError: when a text lacks one of its languages.
    """
    sections = load_toml(resources.maps() / "labels.toml", Labels).root
    return {f"{section}.{key}": (text.zh, text.en) for section, keys in sections.items() for key, text in keys.items()}
