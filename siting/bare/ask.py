"""Ask a question of bare numbers and answer it: the one door for the command line."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import siting
from siting.bare.gather import Files
from siting.bare.notes import Notes
from siting.bare.question import Words, read_instance
from siting.bare.reads import fields_unused, in_words
from siting.errors import InfeasibleError, InputError
from siting.events import Listener, silent
from siting.formulation.compose import list_formulations, load_formulation
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.solution import Outcome, Solution
from siting.solving.optimise import solve
from siting.solving.solver import SolverOptions
from siting.verify import require_verified, verify

__all__ = ["Answer", "Files", "SolverOptions", "Words", "answer", "list_questions"]


@dataclass(frozen=True, eq=False)
class Answer:
    """A verified plan, with what it was made from.

    Attributes:
        seconds: wall clock by stage: `read`, `solve` (building the model and solving it), `verify`, `total`, and of
            these those of the `solver` alone.
        checks: how many independent checks the plan passed.
        notes: what the user should know, Chinese and English.
    """

    formulation: Formulation
    instance: Instance
    solution: Solution
    seconds: Mapping[str, float]
    checks: int
    notes: tuple[tuple[str, str], ...]

    @property
    def open(self) -> list[str]:
        """Ids of the open sites, existing ones too."""
        return [self.instance.site_ids[j] for j in np.flatnonzero(self.solution.open).tolist()]

    @property
    def new(self) -> list[str]:
        """Ids of the sites that open anew."""
        mask = self.solution.open & ~self.instance.existing
        return [self.instance.site_ids[j] for j in np.flatnonzero(mask).tolist()]

    @property
    def closed(self) -> list[str]:
        """Ids of the existing facilities that close."""
        mask = self.instance.existing & ~self.solution.open
        return [self.instance.site_ids[j] for j in np.flatnonzero(mask).tolist()]

    @property
    def unserved(self) -> list[str]:
        """Ids of the demand points that are assigned to no site."""
        served = np.zeros(self.instance.demand_count, dtype=bool)
        served[self.solution.assignment.demand_index] = True
        return [self.instance.demand_ids[i] for i in np.flatnonzero(~served).tolist()]

    @property
    def uncovered(self) -> list[str] | None:
        """Ids of the demand points with no open site within the standard; None where no standard is given."""
        instance = self.instance
        if instance.standard is None:
            return None
        _, nearest = instance.impedance.nearest(self.solution.open)
        covered = np.isfinite(nearest) & (nearest <= instance.standard)
        return [instance.demand_ids[i] for i in np.flatnonzero(~covered).tolist()]

    @property
    def servers(self) -> dict[str, int] | None:
        """Servers by site; None where the model places none."""
        servers = self.solution.servers
        if servers is None:
            return None
        return {self.instance.site_ids[j]: int(servers[j]) for j in np.flatnonzero(servers).tolist()}

    @property
    def sizes(self) -> dict[str, float] | None:
        """Capacity that each new facility is built with; None where the model chooses none."""
        sizes, capacity = self.solution.sizes, self.instance.size_capacity
        if sizes is None or capacity is None:
            return None
        chosen = np.flatnonzero(sizes >= 0).tolist()
        return {self.instance.site_ids[j]: float(capacity[sizes[j]]) for j in chosen}

    @property
    def assignment(self) -> list[tuple[str, str, float]]:
        """(demand id, site id, share) of every assigned pair."""
        a = self.solution.assignment
        points, sites = self.instance.demand_ids, self.instance.site_ids
        return [
            (points[i], sites[j], share)
            for i, j, share in zip(a.demand_index.tolist(), a.site_index.tolist(), a.share.tolist(), strict=True)
        ]

    def record(self, *, assignment: bool = False) -> dict[str, object]:
        """The answer as plain values for JSON; a number that is not known is None."""
        outcome = self.solution.outcome
        return {
            "label": outcome.label_en,
            "label_zh": outcome.label_zh,
            "formulation": self.formulation.id,
            "status": outcome.status.value,
            "sense": outcome.sense,
            **_values(outcome),
            "open": self.open,
            "new": self.new,
            "closed": self.closed,
            **self._more(),
            **({"assignment": [list(triple) for triple in self.assignment]} if assignment else {}),
            "unserved": self.unserved,
            **({} if self.uncovered is None else {"uncovered": self.uncovered}),
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "verified": True,
            "checks": self.checks,
            "solver": outcome.solver,
            "version": outcome.version,
            "siting": siting.__version__,
            "seed": outcome.seed,
            "notes": [{"zh": zh, "en": en} for zh, en in self.notes],
        }

    def _more(self) -> dict[str, object]:
        """What only some models decide: further objectives, servers, sizes, levels of a lexicographic plan."""
        then = [
            {
                "label": outcome.label_en,
                "label_zh": outcome.label_zh,
                "status": outcome.status.value,
                "sense": outcome.sense,
                **_values(outcome),
            }
            for outcome in self.solution.outcome.then
        ]
        levels = [list(level) for level in self.solution.levels]
        more = {"then": then or None, "servers": self.servers, "sizes": self.sizes, "levels": levels or None}
        return {name: value for name, value in more.items() if value is not None}


def answer(
    name: str,
    files: Files,
    said: Words = Words(),  # noqa: B008  (frozen)
    options: SolverOptions = SolverOptions(),  # noqa: B008
    *,
    listener: Listener = silent,
) -> Answer:
    """Read, solve and verify.

    Args:
        name: id of a shipped formulation, or the path of a formulation's file.

    Raises:
        InputError: with every fault of the files and words, each with its place and remedy.
        InfeasibleError: no plan can exist; the faults say why.
        SitingError: no plan was found within the time limit.
        VerificationError: the plan failed the independent check.
    """
    begin = time.perf_counter()
    notes = Notes()
    formulation = load_formulation(name)
    instance = read_instance(formulation, files, said, notes)
    read = time.perf_counter()
    try:
        _note_unused(formulation, instance, notes)
        solution = solve(instance, formulation, options, listener=listener)
    except (InputError, InfeasibleError) as error:
        kind = InputError if isinstance(error, InputError) else InfeasibleError
        raise kind(in_words(fault) for fault in error.faults) from error
    solved = time.perf_counter()
    verification = verify(instance, formulation, solution)
    require_verified(verification)
    end = time.perf_counter()
    seconds = {"read": read - begin, "solve": solved - read, "verify": end - solved, "total": end - begin}
    seconds["solver"] = solution.outcome.seconds
    return Answer(formulation, instance, solution, seconds, len(verification.checks), tuple(notes.items))


def list_questions() -> dict[str, tuple[str, str, str, str]]:
    """The shipped formulations: id to name and question, each in Chinese and English."""
    found = {}
    for name, path in list_formulations().items():
        f = load_formulation(path)
        found[name] = (f.name_zh, f.name_en, f.question_zh, f.question_en)
    return found


def _note_unused(formulation: Formulation, instance: Instance, notes: Notes) -> None:
    """Say which numbers were given and make no difference to this question."""
    for name in fields_unused(formulation, instance):
        notes.add(
            f"给出的 {name} 在这个问题中没有用到：模型只与别的数值一起读它",
            f"{name} is given but makes no difference here: the model reads it only together with other numbers",
        )


def _values(outcome: Outcome) -> dict[str, float | None]:
    return {name: _known(getattr(outcome, name)) for name in ("objective", "bound", "gap")}


def _known(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
