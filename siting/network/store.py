"""Keeps a road graph in one `.npz` file: plain arrays, no pickle, nothing in it can run."""

from __future__ import annotations

import dataclasses
import json
import os
import zipfile
from pathlib import Path

import numpy as np

from siting.errors import fail
from siting.network.graph import ComponentReport, ReadReport, RoadGraph

FORMAT = 1
_TEXT = ("class_names", "names", "report")


def save_graph(graph: RoadGraph, path: str | Path) -> None:
    """Write the graph to `path`, whole or not at all."""
    path = Path(path)
    arrays = {
        column.name: getattr(graph, column.name) for column in dataclasses.fields(graph) if column.name not in _TEXT
    }
    words = {
        "class_names": graph.class_names,
        "names": graph.names,
        "report": dataclasses.asdict(graph.report),
    }
    text = np.frombuffer(json.dumps(words, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, format=np.int64(FORMAT), text=text, **arrays)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_graph(path: str | Path) -> RoadGraph:
    """Read a graph that `save_graph` wrote.

    Raises:
        InputError: when the file is missing, damaged or of another version of the format.
    """
    path = Path(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            if int(file["format"]) != FORMAT:
                raise ValueError(f"format {int(file['format'])}, not {FORMAT}")
            words = json.loads(file["text"].tobytes().decode("utf-8"))
            arrays = {
                column.name: file[column.name] for column in dataclasses.fields(RoadGraph) if column.name not in _TEXT
            }
        report = dict(words["report"])
        report["maxspeed_odd"] = tuple((text, count) for text, count in report["maxspeed_odd"])
        report["components"] = {mode: ComponentReport(**part) for mode, part in report["components"].items()}
        return RoadGraph(
            **arrays,
            class_names=tuple(words["class_names"]),
            names=tuple(words["names"]),
            report=ReadReport(**report),
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        fail(
            f"无法读取缓存的路网：{error}",
            f"the stored road graph cannot be read: {error}",
            remedy_zh="请删除该缓存文件，程序会重新读取道路",
            remedy_en="delete the file; the roads are then read again",
            file=path.name,
        )
