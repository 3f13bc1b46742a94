"""The words of the command line that stand for more than one number: `15=0.8`, `north=1`, `linear:30`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from siting.errors import Faults, InputError
from siting.instance.decay import FORMS, Decay, Form


def read_pairs(words: Sequence[str], option: str, example: str, faults: Faults) -> tuple[tuple[float, float], ...]:
    """`number=number`, one pair a word."""
    pairs = []
    for word in words:
        first, _, second = word.replace("＝", "=").partition("=")
        values = _number(first), _number(second)
        if values[0] is None or values[1] is None:
            _refuse(word, option, example, faults)
        else:
            pairs.append((values[0], values[1]))
    return tuple(pairs)


def read_counts(words: Sequence[str], option: str, faults: Faults) -> dict[str, int]:
    """`name=whole number`, one a word."""
    counts: dict[str, int] = {}
    for word in words:
        name, _, count = word.replace("＝", "=").rpartition("=")
        if not name.strip() or not count.strip().isdecimal():
            _refuse(word, option, "north=1", faults)
        elif name.strip() in counts:
            faults.add("同一片区写了两次", "the zone is named twice", column=option, value=word)
        else:
            counts[name.strip()] = int(count)
    return counts


def read_values(words: Sequence[str], option: str, faults: Faults) -> dict[str, float]:
    """`name=number`, one a word."""
    values: dict[str, float] = {}
    for word in words:
        name, _, text = word.replace("＝", "=").rpartition("=")
        value = _number(text)
        if not name.strip() or value is None:
            _refuse(word, option, "dry=1200", faults)
        else:
            values[name.strip()] = value
    return values


def read_decay(word: str, option: str, faults: Faults) -> Decay | None:
    """`form:parameter`."""
    form, _, text = word.replace("：", ":").partition(":")
    parameter = _number(text)
    if form.strip().lower() not in FORMS or parameter is None:
        _refuse(word, option, "linear:30, power:1.5, exponential:0.1", faults)
        return None
    known: dict[str, Form] = {name: name for name in FORMS}
    try:
        return Decay(known[form.strip().lower()], parameter)
    except InputError as error:
        faults.items.extend(replace(fault, column=option) for fault in error.faults)
        return None


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _refuse(word: str, option: str, example: str, faults: Faults) -> None:
    faults.add(
        "写法不对",
        "this cannot be read",
        remedy_zh=f"例如 {option} {example}",
        remedy_en=f"for example {option} {example}",
        column=option,
        value=word,
    )
