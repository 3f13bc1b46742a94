from __future__ import annotations

import numpy as np

from siting.instance import Instance
from siting.instance.ids import NumberedIds, take


def test_counted_ids_are_like_a_tuple_of_texts() -> None:
    ids = NumberedIds("i", range(1, 5))
    assert list(ids) == ["i1", "i2", "i3", "i4"]
    assert ids == ("i1", "i2", "i3", "i4")
    assert ids != ("i1", "i2", "i3")
    assert hash(ids) == hash(("i1", "i2", "i3", "i4"))
    assert (ids[0], ids[-1], ids[np.int64(2)]) == ("i1", "i4", "i3")
    assert ids[1:3] == ("i2", "i3")
    assert ids.index("i3") == 2
    assert take(ids, np.array([3, 0])) == ("i4", "i1")
    assert take(("a", "b", "c"), np.array([2, 0])) == ("c", "a")


def test_an_instance_without_ids_counts_its_demand_points() -> None:
    instance = Instance.from_arrays(np.ones((3, 2)))
    assert instance.demand_ids == ("i1", "i2", "i3")
    assert instance.take_rows(np.array([2, 1])).demand_ids == ("i3", "i2")
