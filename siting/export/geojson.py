"""The layers of an answer as GeoJSON (RFC 7946): WGS84, seven decimals, outer rings anticlockwise."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio

from siting.render.columns import clean
from siting.render.gis_layers import outline_layer, zones_layer
from siting.render.told_layers import told_layers
from siting.render.views import Told
from siting.render.wording import both


def write_geojson(told: Told, folder: Path) -> None:
    """Write a file for each layer, each with the result's label and the notices as its `description`.

    Args:
        told: the answer.
        folder: exists.

    Raises:
        OSError: when a file cannot be written.
    """
    words = " ".join(clean(both(text)) for text in (told.label, *told.notices))
    layers: list[tuple[str, gpd.GeoDataFrame, str]] = [
        (layer.name, layer.frame, layer.geometry_type) for layer in told_layers(told)
    ]
    layers += [
        ("zones", zones_layer(told.place), "MultiPolygon"),
        ("outline", outline_layer(told.place), "MultiPolygon"),
    ]
    for name, frame, geometry_type in layers:
        pyogrio.write_dataframe(
            frame, folder / f"{name}.geojson", layer=name, driver="GeoJSON", geometry_type=geometry_type,
            layer_options={"RFC7946": "YES", "DESCRIPTION": words},
        )  # fmt: skip
