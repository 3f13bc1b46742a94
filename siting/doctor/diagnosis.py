"""Why no plan can exist and what would have to give, ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from siting.doctor.question import Asked
from siting.doctor.remedies import Found, search
from siting.doctor.rules import Rules
from siting.doctor.sentences import SENTENCES
from siting.doctor.words import Speaker
from siting.errors import Fault, InfeasibleError
from siting.formulation.blocks import REGISTER
from siting.formulation.spec import Formulation, Limit
from siting.instance import Instance

TIME_LIMIT_S = 30.0


@dataclass(frozen=True)
class Remedy:
    """One change that makes the question answerable.

    Attributes:
        kind: which condition gives: `more_new`, `budget`, `seats`, `set_aside` ...; `together` for several at once.
        amount: by how much, in `unit`; nan for `together`.
        ids: zones, sites or demand points that it concerns, by their ids.
        amounts: the part of each of them where they differ, in the order of `ids`, else empty.
        condition_zh: what stands in the way now.
        sentence_zh: what to change.
        verified: with the change made, a plan was found to exist.
        least: proven that any less of it is not enough.
        parts: of `together`, the changes that belong to it.
    """

    kind: str
    amount: float
    unit: str
    ids: tuple[str, ...]
    condition_zh: str
    condition_en: str
    sentence_zh: str
    sentence_en: str
    verified: bool
    least: bool
    parts: tuple[Remedy, ...] = ()
    amounts: tuple[float, ...] = ()

    @property
    def fault(self) -> Fault:
        """As a message."""
        zh, en = "", ""
        if not self.verified:
            zh, en = "（限时内未及验证）", " (not verified within the time limit)"
        elif not self.least:
            zh, en = "（够用；更少是否也够，限时内未证明）", " (enough; whether less would do is not proven)"
        return Fault(self.condition_zh, self.condition_en, self.sentence_zh + zh, self.sentence_en + en)


@dataclass(frozen=True)
class Diagnosis:
    """All remedies that were found, what asks for least first.

    Attributes:
        conditions: constraints that take part in the conflict, by block name.
        undecided: constraints of which the time limit left open whether they could help.
    """

    formulation: Formulation
    remedies: tuple[Remedy, ...]
    conditions: tuple[str, ...]
    undecided: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What stands in the way, then a message for each remedy."""
        parts = [part for remedy in self.remedies for part in remedy.parts or (remedy,)]
        zh = "；".join(dict.fromkeys(part.condition_zh for part in parts))
        en = "; ".join(dict.fromkeys(part.condition_en for part in parts))
        if not parts:
            blocks = [REGISTER[name] for name in self.conditions if name in REGISTER]
            zh, en = "；".join(b.zh for b in blocks), "; ".join(b.en.rstrip(".") for b in blocks)
        fix_zh, fix_en = "以下每一项单独做到即可", "any one of the following is enough"
        if len(self.remedies) == 1:
            fix_zh, fix_en = "以下改法可行", "this change is enough"
        if not self.remedies:
            fix_zh, fix_en = "没有找到可行的改法", "no change was found that would do"
        elif self.remedies[0].kind == "together":
            fix_zh = "只放宽其中一项都不够，须同时放宽以下各项"
            fix_en = "no single change is enough; these are, together"
        if self.undecided:
            fix_zh += "（限时内未能查完所有条件）"
            fix_en += " (the time limit left some conditions unexamined)"
        first = Fault(
            f"这些条件不能同时满足（{self.formulation.name_zh}）：{zh}",
            f"these conditions cannot all be met at once ({self.formulation.name_en}): {en}",
            fix_zh,
            fix_en,
        )
        return (first, *(remedy.fault for remedy in self.remedies))


class NoPlanError(InfeasibleError):
    """It is proven that the conditions cannot all be met."""

    def __init__(self, faults: Fault | Iterable[Fault], diagnosis: Diagnosis | None = None) -> None:
        """`diagnosis`: what would have to give, where that was looked into."""
        self.diagnosis = diagnosis
        super().__init__(faults)


def diagnose(
    instance: Instance,
    formulation: Formulation,
    *,
    limits: tuple[Limit, ...] = (),
    names: Mapping[str, str] | None = None,
    rules: Rules | None = None,
    time_limit_s: float = TIME_LIMIT_S,
) -> Diagnosis:
    """The smallest changes that make an infeasible question answerable.

    Each condition is made elastic by itself and gives as little as it can; where none is enough alone, all give at
    once, each measured against what it asked for. Every remedy is tried on the question itself.

    Args:
        instance: numbers that have no plan.
        names: display names of demand points, zones and sites by id.
        rules: what rows over changes say, by their ids.
        time_limit_s: of the whole search; the result is the same in every run that it does not stop.

    Source: Chinneck (2008), Feasibility and Infeasibility in Optimization.
    """
    asked = Asked(formulation, instance, limits)
    found, undecided, active = search(asked, time_limit_s)
    speaker = Speaker(asked, names or {}, rules or {})
    remedies = tuple(_remedy(speaker, one) for one in found)
    involved = {part.block for one in found for part in one.parts}
    conditions = tuple(dict.fromkeys(name for name in (*formulation.blocks, *active) if name in involved))
    return Diagnosis(formulation, remedies, conditions or active, tuple(dict.fromkeys(undecided)))


def _remedy(speaker: Speaker, found: Found) -> Remedy:
    parts = []
    for part in found.parts:
        said = SENTENCES[part.key](speaker, part.amounts)
        parts.append(
            Remedy(
                part.key,
                said.amount,
                said.unit,
                said.ids,
                said.condition_zh,
                said.condition_en,
                said.change_zh,
                said.change_en,
                found.verified,
                found.least,
                amounts=said.amounts,
            )
        )
    if len(parts) == 1:
        return parts[0]
    return Remedy(
        "together",
        float("nan"),
        "",
        (),
        "；".join(part.condition_zh for part in parts),
        "; ".join(part.condition_en for part in parts),
        "；并且".join(part.sentence_zh for part in parts),
        "; and ".join(part.sentence_en for part in parts),
        found.verified,
        found.least,
        tuple(parts),
    )
