"""The scenario file of a grouping."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen, read_toml, validate
from siting.scenario import Solver, Travel
from siting.standards import Mode

Load = Literal["people", "enrolment", "capacity", "beds", "doctors", "staff"]
Objective = Literal["load_minutes", "member_minutes"]


class Leads(Frozen):
    """The facilities that lead a group each."""

    service: str = Field(description="服务：data/standards/ 里的文件名 id of data/standards/")
    ids: tuple[str, ...] = Field(
        (), description="牵头单位编号，不写为该服务的全部设施 ids of facilities; none: all of the service"
    )
    share: Mapping[str, float] = Field(
        {},
        description="各牵头单位应带的份额（相对值），不写为均分 "
        "share of the load that each lead should have, as relative numbers; none: equal",
    )


class Members(Frozen):
    """The facilities that are grouped."""

    service: str = Field(description="服务：data/standards/ 里的文件名 id of data/standards/")
    ids: tuple[str, ...] = Field((), description="成员编号，不写为按下列条件 ids; none: by what follows")
    zones: tuple[str, ...] = Field((), description="只取这些分区的设施 only facilities of these zones; none: all")
    most_enrolment: float | None = Field(
        None, gt=0, description="只取在校生不超过此数的学校 only schools with so many pupils at most"
    )
    leave_out: tuple[str, ...] = Field((), description="不参加的设施编号 ids of facilities that take no part")


class Rules(Frozen):
    """What every grouping must keep, and what makes one better than another."""

    load: Load = Field(
        description="均衡的是什么：people 服务人口，或 facilities.csv 的列（enrolment 在校生、beds 床位……） "
        "what is balanced: people of the catchments, or a column of facilities.csv"
    )
    with_lead: bool = Field(
        False, description="牵头单位自身的数也计入 whether the lead's own number counts too (a column only)"
    )
    balance: float = Field(
        gt=0,
        le=1,
        description="各组与应有份额最多相差的比例，如 0.15 "
        "how far a group may differ from the share that it should have, such as 0.15",
    )
    max_minutes: float = Field(gt=0, le=240, description="成员到牵头单位的最长时间 longest way from member to lead")
    mode: Mode = Field("drive", description="walk 步行或 drive 驾车 walk or drive")
    least_members: int = Field(0, ge=0, description="每组至少几个成员 least number of members of a group")
    most_members: int | None = Field(
        None, ge=1, description="每组至多几个成员 largest number of members; none: no limit"
    )
    objective: Objective = Field(
        "load_minutes",
        description="求最小：load_minutes 人数乘分钟，member_minutes 成员的分钟 "
        "what is least: load times minutes, or the members' minutes",
    )
    catchment: Literal["township", "nearest"] = Field(
        "township",
        description="居民点归哪个成员：township 本乡镇的，nearest 最近的 "
        "to which member a place belongs: that of its township, or the nearest",
    )
    contiguous: bool = Field(
        False, description="每组的服务区须连成一片 whether the members' catchments of a group must hang together"
    )
    together: Mapping[str, str] = Field(
        {}, description="指定：成员编号 = 牵头单位编号 member id = lead id, where it is settled"
    )

    @model_validator(mode="after")
    def _fit(self) -> Rules:
        if self.most_members is not None and self.most_members < self.least_members:
            raise ValueError("most_members 小于 least_members | most_members is below least_members")
        if self.with_lead and self.load == "people":
            raise ValueError(
                "服务人口不属于牵头单位，with_lead 须为 false | the people of catchments are not the lead's: "
                "with_lead must be false"
            )
        return self


class Words(Frozen):
    """What leads, members and groups are called in the outputs."""

    lead_zh: str = Field("牵头单位", description="牵头单位的中文称谓 what a lead is called in Chinese")
    lead_en: str = Field("lead", description="牵头单位的英文称谓 what a lead is called in English")
    member_zh: str = Field("成员单位", description="成员的中文称谓 what a member is called in Chinese")
    member_en: str = Field("member", description="成员的英文称谓 what a member is called in English")
    group_zh: str = Field("组", description="组的中文称谓 what a group is called in Chinese")
    group_en: str = Field("group", description="组的英文称谓 what a group is called in English")


class Grouping(Frozen):
    """Facilities grouped under leads."""

    schema_version: Literal[1] = Field(1, alias="schema", description="文件格式版本 version of the format")
    kind: Literal["grouping"] = Field(description="方案类型 kind of scenario")
    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="方案编号，也是成果文件夹名 also the name of the run folder",
    )
    title_zh: str = Field(description="中文标题 Chinese title")
    title_en: str = Field(description="英文标题 English title")
    case: str = Field(description="自带案例名，或案例文件夹路径 name of a shipped case, or path of a case folder")
    travel: Travel = Field(Travel(), description="出行 how people travel")
    solver: Solver = Field(Solver(), description="求解限制 limits of the solver")
    leads: Leads = Field(description="牵头单位 the leads")
    members: Members = Field(description="成员 the members")
    rules: Rules = Field(description="规则 the rules")
    words: Words = Field(Words(), description="称谓 what they are called")


def load_grouping(path: Path) -> Grouping:
    """Read a scenario file.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return validate(read_toml(path), Grouping, path)
