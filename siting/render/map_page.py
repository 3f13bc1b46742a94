"""The interactive map: one HTML file that opens with no network.

folium makes the page's frame and the Leaflet map; `maps/` holds its markup, style sheet and scripts; Leaflet itself
is inlined from `maps/vendor`. folium compiles what it is given as a template, so that it is given nothing of the
user's: names and figures enter after it is done, as JSON data (`siting.render.escape`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import folium
from branca.element import Figure
from folium.template import Template

import siting
from siting.render.escape import json_for_script
from siting.render.inline import LEAFLET, POLICY_TOKEN, fill, read_asset, read_css, read_leaflet, read_scripts, seal
from siting.render.map_base import base_layers, bounds
from siting.render.map_services import demand_points, service_layers
from siting.render.map_style import load_labels, load_style
from siting.results import RunResult

FORMAT = 1  # of the data block; maps/script/data.js reads this one
MAP_ID = "siting"
POLICY = (
    f"default-src 'none'; script-src {POLICY_TOKEN}; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'"
)


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


def render_map(result: RunResult, path: Path) -> None:
    """Write the map page of a run or an evaluation.

    Raises:
        InputError: when a file of `maps/` was changed such that the page would need a network, or is malformed.
    """
    path.write_text(map_html(result), encoding="utf-8", newline="\n")


def map_html(result: RunResult) -> str:
    """The whole page."""
    top, bottom = read_asset("page.html").split("<!-- map -->")
    texts = {
        "POLICY": POLICY,
        "LEAFLET_CSS": read_css(f"{LEAFLET}/leaflet.css"),
        "LEAFLET_JS": read_leaflet(),
        "PAGE_CSS": read_css("page.css"),
        "PAGE_TOP": top,
        "PAGE_BOTTOM": bottom,
        "PAGE_JS": read_scripts(),
        "DATA": json_for_script(page_data(result)),
    }
    return seal(fill(_frame(), texts))


def page_data(result: RunResult) -> dict[str, Any]:
    """All that the page's script is told, as plain JSON values."""
    style = load_style()
    base, base_notes = base_layers(result, style)
    info = result.case.info
    return {
        "format": FORMAT,
        "version": siting.__version__,
        "title": [result.title_zh, result.title_en],
        "place": [info.name_zh, info.name_en],
        "data_date": info.data_date,
        "planned": result.scenario is not None,
        "synthetic": info.synthetic,
        "notices": [list(texts) for texts in result.notices],
        "notes": [list(texts) for texts in (*result.notes, *base_notes)],
        "guesses": [[guess.zh, guess.en] for guess in info.guesses],
        "sources": [
            {"title": source.title, "licence": source.licence, "attribution": source.attribution}
            for source in result.case.sources
        ],
        "bounds": [round(value, 5) for value in bounds(result)],
        "labels": {key: list(texts) for key, texts in load_labels().items()},
        "style": style.model_dump(mode="json"),
        "base": base,
        "demand": demand_points(result),
        "services": service_layers(result),
    }


def _frame() -> str:
    """The page as folium renders it: constants and `@@NAME@@` only."""
    frame = OfflineMap(
        prefer_canvas=True, zoom_control=False, attribution_control=False, zoom_snap=0.1, fade_animation=False
    )
    root = frame.get_root()
    assert isinstance(root, Figure)
    return str(root.render()).replace("<html>", '<html lang="zh-CN">', 1)
