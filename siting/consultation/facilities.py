"""What of an answer people are asked about: the facilities of the plan and the places of its people, by their layers.

Which layers these are is told by the list of what is public (`rules.LayerRule.what`), for everything alike: the list of
facilities, the opinion form, the notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from siting.consultation.rules import Rules
from siting.render.views import PointLayer, Told, View


def last_views(told: Told) -> tuple[View, ...]:
    """The view of the last period of each subject."""
    return tuple({view.subject: view for view in told.views}.values())


def layers_of(view: View, what: Literal["facilities", "people"], rules: Rules) -> Iterator[PointLayer]:
    """The layers of the plan's facilities, or of its people."""
    for layer in view.layers:
        rule = rules.layers.get(layer.key)
        if isinstance(layer, PointLayer) and rule is not None and rule.what == what:
            yield layer
