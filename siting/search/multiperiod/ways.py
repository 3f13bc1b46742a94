"""The ways of each place through its states."""

from __future__ import annotations

import numpy as np

from siting.instance.changes import Changes


class Ways:
    """All ways of a place through its states."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        order = np.lexsort((changes.period, changes.place))
        self.order, self.first = order, np.searchsorted(changes.place[order], np.arange(changes.places + 1))

    def of(self, place: int) -> list[list[int]]:
        """The changes of each way, one a period."""
        c = self.changes
        arcs = self.order[self.first[place] : self.first[place + 1]].tolist()
        ways: list[tuple[int, list[int]]] = [(int(c.initial[place]), [])]
        for t in range(c.periods):
            now = [a for a in arcs if c.period[a] == t]
            ways = [(int(c.head[a]), [*path, a]) for state, path in ways for a in now if c.tail[a] == state]
        return [path for _, path in ways]
