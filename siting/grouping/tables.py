"""The tables of a grouping."""

from __future__ import annotations

import numpy as np
import pandas as pd

from siting.case import Case
from siting.grouping.scenario import Grouping, Load
from siting.grouping.solve import Groups
from siting.impedance import FloatArray
from siting.render.columns import Column, Sheet, make_sheet
from siting.render.wording import MODE, Text, both

LOAD: dict[Load, tuple[str, str, str]] = {  # Chinese, English, kind of the column
    "people": ("服务人口", "People served", "count"),
    "enrolment": ("在校生", "Pupils", "count"),
    "capacity": ("规模", "Capacity", "count"),
    "beds": ("床位", "Beds", "count"),
    "doctors": ("医生", "Doctors", "count"),
    "staff": ("职工", "Staff", "count"),
}


def member_minutes(groups: Groups) -> FloatArray:
    """(M,) minutes of each member to its lead."""
    return np.asarray(groups.problem.minutes[np.arange(len(groups.group)), groups.group])


def group_frame(groups: Groups) -> pd.DataFrame:
    """One row a group: what its lead and members are, load, target, difference, minutes."""
    problem, minutes = groups.problem, member_minutes(groups)
    loads = problem.loads(groups.group)
    rows = []
    for j in range(len(problem.leads)):
        mine = groups.group == j
        load, way = problem.load[mine], minutes[mine]
        rows.append(
            {
                "lead": str(problem.leads["id"].iloc[j]),
                "name": str(problem.leads["name"].iloc[j]),
                "members": int(mine.sum()),
                "names": "、".join(problem.members["name"][mine]),
                "load": loads[j],
                "target": problem.target[j],
                "difference": loads[j] / problem.target[j] - 1,
                "mean_min": way.mean() if way.size else np.nan,
                "load_mean_min": load @ way / load.sum() if load.sum() > 0 else np.nan,
                "worst_min": way.max() if way.size else np.nan,
            }
        )
    return pd.DataFrame(rows)


def member_frame(groups: Groups) -> pd.DataFrame:
    """One row a member, with its lead, its way there and the way to the nearest lead."""
    problem, minutes = groups.problem, member_minutes(groups)
    nearest = problem.minutes.argmin(axis=1)
    names = problem.leads["name"].to_numpy(dtype=object)
    members = problem.members
    frame = pd.DataFrame(
        {
            **{name: members[name].to_numpy() for name in ("id", "name", "township", "zone", "lon", "lat")},
            "lead": problem.leads["id"].to_numpy()[groups.group],
            "lead_name": names[groups.group],
            "group": groups.group,
            "load": problem.load,
            "minutes": minutes,
            "nearest_name": names[nearest],
            "nearest_min": problem.minutes.min(axis=1),
        }
    )
    return frame.sort_values(["group", "minutes"], kind="stable").reset_index(drop=True)


def sheets_of(case: Case, scenario: Grouping, groups: Groups, teachers: pd.DataFrame | None) -> list[Sheet]:
    """Every table, in reading order."""
    words, (zh, en, kind) = scenario.words, LOAD[scenario.rules.load]
    lead = Column("name", words.lead_zh, words.lead_en.capitalize(), width=24)
    way = MODE[scenario.rules.mode]
    of_groups = make_sheet(
        "groups",
        ("分组", "Groups"),
        (
            Column("lead", "编号", "Id"),
            lead,
            Column("members", f"{words.member_zh}数", f"Number of {words.member_en}s", "count"),
            Column("names", words.member_zh, f"{words.member_en.capitalize()}s", width=60),
            Column("load", zh, en, kind),
            Column("target", f"应有{zh}", f"{en}, as it should be", kind),
            Column("difference", "相差", "Difference", "share"),
            Column("mean_min", "平均分钟", "Mean minutes", "minutes"),
            Column("load_mean_min", f"按{zh}平均分钟", f"Mean minutes by {en.lower()}", "minutes"),
            Column("worst_min", "最远分钟", "Worst minutes", "minutes"),
        ),
        group_frame(groups),
        [(f"分钟：成员到{words.lead_zh}，{way[0]}", f"minutes from member to {words.lead_en}, by {way[1]}")],
    )
    members = member_frame(groups)
    members["zone"] = [both((case.zones["name_zh"][z], case.zones["name_en"][z])) for z in members["zone"]]
    of_members = make_sheet(
        "members",
        ("成员归属", "Members"),
        (
            Column("id", "编号", "Id"),
            Column("name", words.member_zh, words.member_en.capitalize(), width=24),
            Column("township", "乡镇街道", "Township"),
            Column("zone", "分区", "Zone", width=16),
            Column("lead_name", words.lead_zh, words.lead_en.capitalize(), width=24),
            Column("load", zh, en, kind),
            Column("minutes", "到牵头单位分钟", "Minutes to lead", "minutes"),
            Column("nearest_name", "最近的牵头单位", "Nearest lead", width=24),
            Column("nearest_min", "到最近者分钟", "Minutes to nearest", "minutes"),
        ),
        members,
    )
    return [of_groups, of_members, *([] if teachers is None else [_teachers(scenario, groups, teachers)])]


def panel_sheet(scenario: Grouping, groups: Groups) -> Sheet:
    """The groups in a few columns, for the narrow panel of the map."""
    words, (zh, en, kind) = scenario.words, LOAD[scenario.rules.load]
    return make_sheet(
        "groups_in_short",
        ("分组", "Groups"),
        (
            Column("name", words.lead_zh, words.lead_en.capitalize(), width=24),
            Column("members", "成员", "Members", "count"),
            Column("load", zh, en, kind),
            Column("difference", "相差", "Difference", "share"),
            Column("worst_min", "最远分钟", "Worst minutes", "minutes"),
        ),
        group_frame(groups),
    )


def _teachers(scenario: Grouping, groups: Groups, teachers: pd.DataFrame) -> Sheet:
    words = scenario.words
    names = dict(zip(groups.problem.leads["id"], groups.problem.leads["name"], strict=True))
    frame = teachers.assign(
        name=[names[key] for key in teachers["lead"]],
        indicator=[both((zh, en)) for zh, en in zip(teachers["name_zh"], teachers["name_en"], strict=True)],
    )
    notes: list[Text] = [
        (
            "按义务教育优质均衡指标计算：成员校缺的，与牵头学校达标后多出的；标准未经核实",
            "by the indicators of quality balance: what members lack and what the lead has beyond its own need; the "
            "standards are not verified",
        )
    ]
    return make_sheet(
        "teachers",
        ("可共享的教师", "Teachers to share"),
        (
            Column("name", words.lead_zh, words.lead_en.capitalize(), width=24),
            Column("indicator", "指标", "Indicator", width=50),
            Column("short_members", "未达标成员校数", "Members below the standard", "count"),
            Column("short", "成员校缺（人）", "Teachers lacking", "count"),
            Column("spare", "牵头学校富余（人）", "Teachers the lead can spare", "count"),
            Column("shared", "可共享（人）", "Teachers to share", "count"),
            Column("left", "仍缺（人）", "Still lacking", "count"),
        ),
        frame,
        notes,
    )
