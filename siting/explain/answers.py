"""What an explanation says, as plain values: no solver, no geometry."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

Text = tuple[str, str]  # Chinese, English


class Sure(StrEnum):
    """What is known of how much worse a plan gets by what was asked."""

    EXACT = "exact"  # proven to the last digit that counts
    RANGE = "range"  # proven to be worse, by an amount between two numbers
    UNDECIDED = "undecided"  # the difference is smaller than what the searches left open
    BETTER = "better"  # a better plan than the run's own was come upon: the run's was not the best
    IMPOSSIBLE = "impossible"  # proven: there is no such plan
    UNANSWERED = "unanswered"  # the time ran out first


@dataclass(frozen=True)
class Site:
    """A facility or a candidate."""

    id: str
    name: str
    township: str


@dataclass(frozen=True)
class Measures:
    """A plan in the planner's terms.

    Attributes:
        objectives: value of each of the model's objectives, the most important first.
        covered_persons: within the standard of an open facility.
        mean_min: mean minutes of the people who are assigned, over the plan's assignment; NaN where nobody is.
        unassigned_persons: people who are assigned nowhere.
        cost_yuan: of the new facilities.
    """

    objectives: tuple[float, ...]
    covered_persons: float
    mean_min: float
    unassigned_persons: float
    new: int
    cost_yuan: float


@dataclass(frozen=True)
class TownshipChange:
    """Persons of one township whom another plan treats otherwise; `person_minutes` of those assigned in both."""

    township: str
    gained_persons: float
    lost_persons: float
    nearer_persons: float
    farther_persons: float
    person_minutes: float


@dataclass(frozen=True)
class Change:
    """From the run's plan to another one.

    Attributes:
        out: sites that the other plan does without.
        into: sites that it opens in their place.
        gained_persons: within the standard there, and not in the run's plan; `lost_persons` the other way round.
        nearer_persons: whose travel gets shorter by more than a tenth of a minute; `farther_persons` longer.
        affected_persons: any of these.
        townships: where they live, most affected first.
    """

    after: Measures
    out: tuple[Site, ...]
    into: tuple[Site, ...]
    gained_persons: float
    lost_persons: float
    nearer_persons: float
    farther_persons: float
    affected_persons: float
    townships: tuple[TownshipChange, ...]


@dataclass(frozen=True)
class Verdict:
    """How much worse the best plan of some kind is than the run's plan, by the model's objective.

    Attributes:
        known: by how much at most: the best such plan that was found; None without one.
        least: by how much at least, as proven; None where nothing is.
        objective: which of the model's objectives tells the two apart, 0 the first.
        label: the re-solve's own label: proven, within so much, time-limited.
        reason: why there is no such plan.
    """

    sure: Sure
    known: float | None = None
    least: float | None = None
    objective: int = 0
    label: Text = ("", "")
    reason: Text = ("", "")


@dataclass(frozen=True)
class Answer:
    """What happens without a chosen site, or with one that was not chosen, re-optimised.

    Attributes:
        change: to the best such plan that was found; None without one.
        freely: whether all other sites were free; else only what few exchanges can do was looked at.
        alone: of a chosen site, the best replacement while all other chosen sites stay.
        alone_verdict: how much worse that is.
        note: what the scenario says of the site, where it was set aside for the question.
        stays: whether the site is a facility in use that the plan closes or moves, asked about as one that stays.
    """

    site: Site
    verdict: Verdict
    change: Change | None
    freely: bool
    alone: Change | None = None
    alone_verdict: Verdict | None = None
    note: Text = ("", "")
    stays: bool = False


@dataclass(frozen=True)
class Other:
    """Whether another plan is as good: `verdict` of the best other plan, and what differs."""

    verdict: Verdict
    change: Change | None


@dataclass(frozen=True)
class Leg:
    """A site and the minutes to it; `share` of the people who go there."""

    site: Site
    minutes: float
    share: float = 1.0


@dataclass(frozen=True)
class PointAnswer:
    """One demand point of a named place.

    Attributes:
        assigned: where the plan sends its people.
        nearest: the nearest open facility.
        before: the nearest facility in use today.
        candidate: the nearest candidate that was not chosen.
        best: the nearest site of any kind: no plan can do better.
        covered: whether an open facility lies within the standard.
        trouble: why it takes no part in the plan.
    """

    id: str
    name: str
    persons: float
    mode: str
    standard_min: float
    covered: bool
    assigned: tuple[Leg, ...]
    nearest: Leg | None
    before: Leg | None
    candidate: Leg | None
    best: Leg | None
    trouble: Text = ("", "")

    @property
    def assigned_min(self) -> float | None:
        """Mean minutes over the assignment; None where the plan sends nobody anywhere."""
        if not self.assigned:
            return None
        return sum(leg.minutes * leg.share for leg in self.assigned) / sum(leg.share for leg in self.assigned)

    @property
    def within(self) -> bool:
        """Whether its people are sent within the standard."""
        minutes = self.assigned_min
        return minutes is not None and minutes <= self.standard_min


@dataclass(frozen=True)
class Remedy:
    """A site that would bring people of the place within the standard, and what choosing it would do.

    Attributes:
        reached_persons: people of the place who lie within the standard of it and are not covered by the plan.
        minutes: from the nearest of them.
    """

    answer: Answer
    reached_persons: float
    minutes: float


@dataclass(frozen=True)
class PlaceAnswer:
    """A named place under one service's plan.

    Attributes:
        within_reach: how many sites not chosen have some uncovered person of the place within their standard.
        remedies: those that were asked about, the nearest first.
    """

    name: str
    points: tuple[PointAnswer, ...]
    within_reach: int = 0
    remedies: tuple[Remedy, ...] = ()

    @property
    def persons(self) -> float:
        """People who need the service."""
        return sum(point.persons for point in self.points)

    @property
    def uncovered_persons(self) -> float:
        """Of them, those not covered."""
        return sum(point.persons for point in self.points if not point.covered)


@dataclass(frozen=True)
class ServiceExplanation:
    """The answers about one service's plan.

    Attributes:
        objectives: names of the model's objectives.
        sense: `minimize` or `maximize`, of the first.
        gap: proven relative gap of the run's plan; None where unknown.
        losses: one for each chosen site, the worst loss first.
        rivals: candidates that came nearest to being chosen, the nearest first.
        rivals_tried: how many candidates were asked about, of `candidates`.
        freely: how many of the losses were re-optimised with everything else free.
    """

    id: str
    name: Text
    formulation: Text
    objectives: tuple[str, ...]
    sense: str
    label: Text
    proven: bool
    gap: float | None
    demand_persons: float
    plan: Measures
    candidates: int
    losses: tuple[Answer, ...] = ()
    rivals: tuple[Answer, ...] = ()
    rivals_tried: int = 0
    other: Other | None = None
    sites: tuple[Answer, ...] = ()
    place: PlaceAnswer | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One run explained.

    Attributes:
        notices: texts that every output must carry; `caveat` the same in a few words.
        interrupted: by the clock or Ctrl-C, so that some questions have no answer.
    """

    folder: Path
    title: Text
    case: Text
    services: tuple[ServiceExplanation, ...]
    notices: tuple[Text, ...]
    caveat: Text
    seconds: float
    time_limit_s: float
    interrupted: bool
    asked: Text = ("", "")
    made_now: bool = False
    program: str = field(default="siting")
