"""How much room each point of a map has, so that points in a crowd are drawn small enough to be told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

METRES_PER_DEGREE = 111_195.0
MOST_M = 9999


def room_m(frame: pd.DataFrame) -> list[int]:
    """(n,) metres from each point to its nearest neighbour, as the crow flies, at most `MOST_M`.

    Args:
        frame: lon, lat in degrees.
    """
    if len(frame) < 2:
        return [MOST_M] * len(frame)
    lat = frame["lat"].to_numpy(dtype=np.float64)
    east = frame["lon"].to_numpy(dtype=np.float64) * np.cos(np.radians(lat.mean()))
    places = np.column_stack([east, lat]) * METRES_PER_DEGREE
    apart = np.asarray(cKDTree(places).query(places, k=2)[0])[:, 1]
    metres: list[int] = np.minimum(np.rint(apart), MOST_M).astype(int).tolist()
    return metres
