"""TOML files read into frozen pydantic models: unknown keys are refused, the nearest valid key named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError

from siting.errors import Faults, fail, nearest_word
from siting.files.text import read_text


class Frozen(BaseModel):
    """Base of all schemas: cannot be changed once read, and knows all of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


PLAIN = {  # pydantic's own words, by the type of its error
    **dict.fromkeys(("float_parsing", "float_type"), "应为数值，如 3 或 2.5 | must be a number"),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "应为整数，如 3 | must be a whole number"),
    **dict.fromkeys(("string_type",), "应为加引号的文本 | must be text in quotes"),
    **dict.fromkeys(("list_type", "tuple_type"), '应为列表，如 ["f001", "f002"] | must be a list'),
    **dict.fromkeys(("dict_type", "model_type"), "应为一组设置项 | must be a table of keys"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "应为 true 或 false | must be true or false"),
    "greater_than": "应大于 {gt} | must be greater than {gt}",
    "greater_than_equal": "不能小于 {ge} | must be at least {ge}",
    "less_than": "应小于 {lt} | must be less than {lt}",
    "less_than_equal": "不能大于 {le} | must be at most {le}",
    "literal_error": "只能是 {expected} | must be {expected}",
    "union_tag_invalid": "只能是 {expected_tags} | must be one of {expected_tags}",
    "union_tag_not_found": "缺少设置项 {discriminator} | the key {discriminator} is missing",
}

Schema = TypeVar("Schema", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        InputError: when the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        fail(
            f"TOML 格式有误（{error}）",
            f"malformed TOML ({error})",
            remedy_zh="请检查该行的引号、括号与等号；标点须为半角（英文）",
            remedy_en="check the quotes, brackets and equals sign of that line; they must be half-width",
            file=path,
        )


def load_toml(path: Path, schema: type[Schema]) -> Schema:
    """Read `path` and hold it to `schema`.

    Raises:
        InputError: naming every key that is unknown, missing or has a wrong value.
    """
    return validate(read_toml(path), schema, path)


def validate(raw: dict[str, Any], schema: type[Schema], file: Path | str) -> Schema:
    """Hold a parsed document to `schema`; errors as in `load_toml`."""
    try:
        return schema.model_validate(raw)
    except ValidationError as error:
        faults = Faults(file)
        items = error.errors(include_url=False)
        inside = {item["loc"][:k] for item in items for k in range(len(item["loc"]))}
        for item in items:
            if item["loc"] not in inside:  # a list is "too short" only because of what is wrong inside it
                _add(faults, schema, item)
        faults.raise_if_any()
        raise


def _add(faults: Faults, schema: type[BaseModel], item: Any) -> None:
    location: tuple[int | str, ...] = item["loc"]
    name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(".")
    if item["type"] == "extra_forbidden":
        close = nearest_word(str(location[-1]), _keys_at(schema, location[:-1]))
        faults.add(
            "没有这个设置项",
            "there is no such key",
            remedy_zh=f"是否想写“{close}”？" if close else "请删去",
            remedy_en=f"did you mean {close!r}?" if close else "remove it",
            column=name,
            value=item["input"],
        )
    elif item["type"] == "missing":
        faults.add("缺少这个设置项", "this key is missing", column=name)
    else:
        message = str(item["msg"]).removeprefix("Value error, ")
        message = PLAIN.get(item["type"], "{msg}").format(**{"msg": message, **item.get("ctx", {})})
        zh, _, en = message.partition(" | ")
        faults.add(zh if en else f"设置值有误：{message}", en or message, column=name, value=item["input"])


def _keys_at(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The valid keys of the (nested) model at `location`."""
    current: list[type[BaseModel]] = [schema]
    for part in location:
        if isinstance(part, int):
            continue
        fields = [model.model_fields[part] for model in current if part in model.model_fields]
        tagged = [model for model in current if part in _tags(model)]  # one model of a union, by its tag
        current = tagged or [inner for field in fields for inner in _models_inside(field.annotation)] or current
    return [f.alias or name for model in current for name, f in model.model_fields.items()]


def _models_inside(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_inside(part)]


def _tags(model: type[BaseModel]) -> list[Any]:
    """The words by which a union tells the model from its others."""
    return [
        word
        for field in model.model_fields.values()
        if get_origin(field.annotation) is Literal
        for word in get_args(field.annotation)
    ]
