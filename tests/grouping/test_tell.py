from __future__ import annotations

import numpy as np

from siting.grouping.scenario import Grouping
from siting.grouping.solve import Groups
from siting.grouping.tell import findings
from siting.solution import Outcome, Status
from tests.grouping.small import problem, rules

OUTCOME = Outcome(Status.OPTIMAL, 1.0, 1.0, "minimize", 0.0, "HiGHS", "1", 0, 1)


def test_a_group_without_members_is_told_without_minutes() -> None:
    scenario = Grouping.model_validate(
        {
            "schema": 1, "kind": "grouping", "id": "asked", "title_zh": "分组", "title_en": "Groups", "case": "any",
            "leads": {"service": "primary_school"}, "members": {"service": "primary_school"},
            "rules": rules().model_dump(),
        }
    )  # fmt: skip
    p = problem(1)
    p.minutes[:] = np.where(np.isfinite(p.minutes), p.minutes, 99.0)
    told = findings(scenario, Groups(p, scenario.rules, np.zeros(7, dtype=np.int64), OUTCOME, ()), None)
    assert told[1] == ("牵头1：没有成员单位。", "牵头1: no members.")
    assert "牵头0：7 个成员单位" in told[0][0]
    assert not any("nan" in text for pair in told for text in pair)
