"""A scenario of grouping answered: read, solved, checked, told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.base_map import base_of
from siting.case import Case, find_case, load_case
from siting.grouping.inputs import pose
from siting.grouping.scenario import Grouping, load_grouping
from siting.grouping.solve import Groups, best_groups
from siting.grouping.teachers import teachers_to_share
from siting.grouping.tell import figures, findings, notices, record, tell
from siting.network import RoadGraph
from siting.prepare import Clock, Settings, roads_of
from siting.render.answer_folder import write_answer
from siting.solving.solver import SolverOptions


@dataclass(frozen=True, eq=False)
class GroupingAnswer:
    """A grouping of a case's facilities."""

    case: Case
    scenario: Grouping
    groups: Groups
    graph: RoadGraph

    @property
    def id(self) -> str:
        """Name of the run folder."""
        return self.scenario.id

    def lines(self) -> list[tuple[str, str]]:
        """Title, label, figures, each group, notices."""
        outcome, checks = self.groups.outcome, self.groups.checks
        teachers = teachers_to_share(self.case, self.groups)
        passed = sum(check.passed for check in checks)
        found = [
            (f"{self.scenario.title_zh} {self.scenario.title_en}", "bold"),
            (f"  结论 result：{outcome.label_zh} {outcome.label_en}；独立核验 verified {passed}/{len(checks)}", ""),
        ]
        found += [(f"  {zh} {en}：{text}", "") for (zh, en), text in figures(self.scenario, self.groups)]
        for zh, en in findings(self.scenario, self.groups, teachers):
            found += [(f"  · {zh}", ""), (f"    {en}", "dim")]
        for zh, en in notices(self.case, teachers):
            found += [(f"! {zh}", "yellow"), (f"  {en}", "dim")]
        return found

    def record(self) -> dict[str, Any]:
        """What `--json` tells."""
        return record(self.scenario, self.groups, teachers_to_share(self.case, self.groups))

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder.

        Raises:
            InputError: when it cannot be written.
        """
        return write_answer(
            tell(self.case, self.scenario, self.groups, base_of(self.case, self.graph)), folder, settings
        )


def answer(path: Path, settings: Settings) -> GroupingAnswer:
    """Answer a scenario file of kind `grouping`.

    Raises:
        InputError: for anything wrong with the file or its case.
        InfeasibleError: no grouping keeps the rules; the faults say what would have to give.
        VerificationError: the grouping failed the independent check.
    """
    scenario = load_grouping(path)
    case = load_case(find_case(scenario.case, path.parent))
    clock = Clock()
    graph, key = roads_of(case, scenario.travel, settings, clock)
    with clock.time(settings.listener, "times", "计算出行时间", "Computing travel times"):
        problem = pose(case, scenario, graph, key, settings, path)
    asked = scenario.solver
    options = SolverOptions(
        time_limit_s=asked.time_limit_s, gap=asked.gap, threads=asked.threads, seed=asked.seed,
        node_limit=asked.node_limit,
    )  # fmt: skip
    groups = best_groups(problem, scenario.rules, options, listener=settings.listener, file=path)
    return GroupingAnswer(case, scenario, groups, graph)
