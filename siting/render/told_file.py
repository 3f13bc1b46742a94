"""`answer.json.gz`: all that is `Told` of an answer, so that its outputs can be made again without its case.

Packed JSON, written the same for the same answer. Maps and tables that are made from what is read back are equal to
the last byte to those made from the answer itself.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from cattrs import Converter
from cattrs.strategies import configure_tagged_union
from pydantic import BaseModel

from siting.errors import fail
from siting.files.run_folder import ANSWER_FILE
from siting.render.frame_json import frame_from, frame_values
from siting.render.view_data import Pool
from siting.render.views import Layer, Told

FORMAT, VERSION = "siting-answer", 1


def write_told(told: Told, path: Path) -> None:
    """Write the file.

    Raises:
        OSError: when it cannot be written.
        ValueError: when the answer holds what JSON does not, or a table a column of dates, categories or objects.
    """
    pool = Pool()
    values = _converter(pool, pool.values).unstructure(told)
    content = {"format": FORMAT, "version": VERSION, "told": values, "columns": pool.values}
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode("utf-8", "surrogatepass"), 6, mtime=0))


def read_told(folder: Path) -> Told:
    """What is told of the answer in a run folder.

    Raises:
        InputError: when the folder has no such file, as those of older versions of the program have none, or the file
            is damaged or of another version.
    """
    path = folder / ANSWER_FILE
    if not path.is_file():
        fail(
            f"这个文件夹里没有成果数据 {ANSWER_FILE}（可能是旧版程序的结果，或不是结果文件夹）",
            f"the folder has no {ANSWER_FILE}: it was written by an older version, or holds no result",
            remedy_zh="请重新运行该方案", remedy_en="run the scenario again", file=folder,
        )  # fmt: skip
    try:
        content = json.loads(gzip.decompress(path.read_bytes()).decode("utf-8", "surrogatepass"))
        version = content["version"] if content["format"] == FORMAT else None
        if version == VERSION:
            return _converter(Pool(), content["columns"]).structure(content["told"], Told)
    except Exception as error:
        fail(
            f"成果数据已损坏，无法读取（{type(error).__name__}）",
            f"the result's data are damaged and cannot be read ({type(error).__name__})",
            remedy_zh="请重新运行该方案", remedy_en="run the scenario again", file=path,
        )  # fmt: skip
    fail(
        f"成果数据是另一版本的程序写的，本程序只读第 {VERSION} 版格式",
        f"the result's data were written by another version of the program; this one reads format {VERSION}",
        remedy_zh="请用本程序重新运行该方案", remedy_en="run the scenario again with this program",
        file=path, value=version,
    )  # fmt: skip


def _converter(pool: Pool, columns: Sequence[Any]) -> Converter:
    """To and from JSON values; columns of frames are written to `pool` and read from `columns`."""
    converter = Converter(forbid_extra_keys=True, detailed_validation=False)
    for kind in (pd.DataFrame, gpd.GeoDataFrame):
        converter.register_unstructure_hook(kind, lambda frame: frame_values(frame, pool))
        converter.register_structure_hook(kind, lambda values, _: frame_from(values, columns))
    converter.register_unstructure_hook_func(_is_model, lambda model: model.model_dump(mode="json", by_alias=True))
    converter.register_structure_hook_func(_is_model, lambda values, kind: kind.model_validate(values))
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_structure_hook(float, lambda value, _: value)  # a whole number is written as one
    configure_tagged_union(Layer, converter, tag_name="layer")
    return converter


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
