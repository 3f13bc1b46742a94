"""Ids that are counted, not stored: ten million strings would take a gigabyte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import SupportsIndex, overload

import numpy as np

from siting.impedance import IntArray


class NumberedIds(Sequence[str]):
    """`i1`, `i2` ...: a prefix and a number each, without repeats. Equal to a tuple of the same texts."""

    def __init__(self, prefix: str, numbers: range | IntArray) -> None:
        self.prefix, self.numbers = prefix, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, index: SupportsIndex) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> NumberedIds: ...
    def __getitem__(self, index: SupportsIndex | slice) -> str | NumberedIds:
        if isinstance(index, slice):
            return NumberedIds(self.prefix, self.numbers[index])
        return f"{self.prefix}{self.numbers[index]}"

    def __iter__(self) -> Iterator[str]:
        return (f"{self.prefix}{number}" for number in self.numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other))  # noqa: B905

    def __hash__(self) -> int:
        return hash(tuple(self))

    def take(self, places: IntArray) -> NumberedIds:
        """The ids at these places."""
        return NumberedIds(self.prefix, np.asarray(self.numbers)[places])


Ids = tuple[str, ...] | NumberedIds


def take(ids: Ids, places: IntArray) -> Ids:
    """The ids at these places."""
    return ids.take(places) if isinstance(ids, NumberedIds) else tuple(ids[i] for i in places)
