"""The frame of a map page: folium's page and map, `maps/` around it, everything inlined.

folium makes the page's frame and the Leaflet map; `maps/` holds its markup, style sheet and scripts; Leaflet itself
is inlined from `maps/vendor`. folium compiles what it is given as a template, so that it is given nothing of the
user's: names and figures enter after it is done, as JSON data (`siting.render.escape`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

import siting
from siting.render.escape import json_for_script
from siting.render.inline import (
    LEAFLET,
    MADE_FOR,
    POLICY_TOKEN,
    fill,
    read_asset,
    read_css,
    read_leaflet,
    read_scripts,
    seal,
)
from siting.render.map_base import base_layers
from siting.render.map_style import load_labels, load_style
from siting.render.tiles import NOTICE, Tiles
from siting.render.views import Base, Place
from siting.render.wording import Text

MAP_ID = "siting"
KIND = "views"  # of `inline.SCRIPTS`
POLICY = (
    f"default-src 'none'; script-src {POLICY_TOKEN}; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)
PICTURES = "img-src data:"


class OfflineMap(folium.Map):
    """folium's map with nothing to download and a page of its own around it.

    `@@NAME@@` stand for the page's parts, which `inline.fill` puts in after folium has rendered.
    """

    _template = Template(
        """
        {% macro header(this, kwargs) %}
            <meta http-equiv="Content-Security-Policy" content="@@POLICY@@">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <style>@@LEAFLET_CSS@@</style>
            <style>@@PAGE_CSS@@</style>
            <script>@@LEAFLET_JS@@</script>
        {% endmacro %}

        {% macro html(this, kwargs) %}
            @@PAGE_TOP@@
            <div class="folium-map" id={{ this.get_name()|tojson }} tabindex="0"></div>
            @@PAGE_BOTTOM@@
            <script type="application/json" id="data">@@DATA@@</script>
        {% endmacro %}

        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {{ this.options|tojavascript }});
            @@PAGE_JS@@
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(tiles=None, **options)
        self.default_js, self.default_css = [], []
        self._id = MAP_ID  # a name of its own for every export would make equal results differ


def map_page(data: dict[str, Any], tiles: Tiles | None = None) -> str:
    """The whole page.

    Args:
        data: all that its scripts are told, as plain JSON values; `page_data` and the views.
        tiles: drawn under the map, for own use only: the page may fetch pictures from their host and nothing else.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network, or is malformed.
    """
    parts = _parts()
    if tiles is not None:
        parts["POLICY"] = POLICY.replace(PICTURES, f"{PICTURES} {tiles.source}")
        data = data | {"tiles": tiles.template, "notices": [*data["notices"], list(NOTICE)]}
    return seal(fill(_frame(), {**parts, "DATA": json_for_script(made_for(KIND, data))}))


def page_without_data() -> tuple[str, str]:
    """The page before and after its data, for a page that puts several together from one (`siting.compare.page`).

    Raises:
        InputError: as `map_page`.
    """
    before, after = seal(fill(_frame(), _parts())).split("@@DATA@@")
    return before, after


def made_for(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """The data with the mark of the scripts, of a kind of `inline.SCRIPTS`, that they are made for."""
    return {"script": MADE_FOR[kind], **data}


def _parts() -> dict[str, str]:
    """What `@@NAME@@` stand for, but for the data."""
    top, bottom = read_asset("page.html").split("<!-- map -->")
    return {
        "POLICY": POLICY,
        "LEAFLET_CSS": read_css(f"{LEAFLET}/leaflet.css"),
        "LEAFLET_JS": read_leaflet(),
        "PAGE_CSS": read_css("page.css"),
        "PAGE_TOP": top,
        "PAGE_BOTTOM": bottom,
        "PAGE_JS": read_scripts(KIND),
    }


def page_data(
    place: Place,
    base: Base,
    *,
    title: Text,
    notices: Iterable[Text],
    notes: Iterable[Text],
    bounds: tuple[float, float, float, float],
) -> dict[str, Any]:
    """What every map page is told, as plain JSON values.

    Args:
        place: what the map is of.
        base: the base map.
        title: of the page.
        notices: that the page must carry.
        notes: on how it was made.
        bounds: west, south, east, north of what the map should first show, in degrees.
    """
    style = load_style()
    drawn, base_notes = base_layers(place, base, style)
    info = place.info
    return {
        "version": siting.__version__,
        "title": list(title),
        "place": [info.name_zh, info.name_en],
        "data_date": info.data_date,
        "synthetic": info.synthetic,
        "notices": [list(texts) for texts in notices],
        "notes": [list(texts) for texts in (*notes, *base_notes)],
        "guesses": [[guess.zh, guess.en] for guess in info.guesses],
        "sources": [
            {
                "title": source.title,
                "licence": source.licence,
                "attribution": [source.attribution_zh or source.attribution, source.attribution],
            }
            for source in place.sources
        ],
        "bounds": [round(value, 5) for value in bounds],
        "labels": {key: list(texts) for key, texts in page_labels().items()},
        "style": style.model_dump(mode="json"),
        "base": drawn,
    }


def page_labels() -> dict[str, tuple[str, str]]:
    """The texts of the page; those of printed maps and of pages of comparison are not among them."""
    return {key: texts for key, texts in load_labels().items() if not key.startswith(("print.", "compare."))}


def _frame() -> str:
    """The page as folium renders it: constants and `@@NAME@@` only."""
    frame = OfflineMap(
        prefer_canvas=True, zoom_control=False, attribution_control=False, zoom_snap=0.1, fade_animation=False
    )
    root = frame.get_root()
    assert isinstance(root, Figure)
    return str(root.render()).replace("<html>", '<html lang="zh-CN">', 1)
