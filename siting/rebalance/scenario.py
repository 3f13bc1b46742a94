"""The scenario file of a redistribution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen, read_toml, validate
from siting.scenario import Solver, Travel
from siting.standards import Mode

Amount = Literal["beds", "doctors", "staff", "nursing_beds", "dementia_beds", "capacity"]
Objective = Literal["variance", "worst", "mean_absolute"]


class LevelAsked(Frozen):
    """The facilities of one level of care."""

    service: str = Field(description="服务：data/standards/ 里的文件名 id of data/standards/")
    minutes: float = Field(gt=0, le=240, description="搜索范围（分钟） size of the catchment, minutes")
    mode: Mode = Field("drive", description="walk 步行或 drive 驾车 walk or drive")
    decay: Literal["none", "gaussian", "linear"] = Field(
        "gaussian",
        description="范围内随时间的衰减，到边缘为 0；none 范围内一律为 1 "
        "how the weight falls with the minutes, to 0 at the edge; none: 1 inside",
    )
    demand_share: float = Field(
        1.0, gt=0, le=1, description="找这一级的人所占份额 share of the people who turn to this level"
    )
    least_share: float = Field(
        1.0, ge=0, le=1, description="每处至少保留现有的多少 share of what a facility has that it keeps at least"
    )
    most_share: float = Field(
        1.0, ge=1, description="每处至多为现有的多少 share of what a facility has that it may reach at most"
    )
    least: Mapping[str, float] = Field(
        {}, description="个别设施的下限（数量） least amount of single facilities, by id, over least_share"
    )
    most: Mapping[str, float] = Field(
        {}, description="个别设施的上限（数量） largest amount of single facilities, by id, over most_share"
    )


class Rebalance(Frozen):
    """Amounts at existing facilities shared out anew."""

    schema_version: Literal[1] = Field(1, alias="schema", description="文件格式版本 version of the format")
    kind: Literal["rebalance"] = Field(description="方案类型 kind of scenario")
    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="方案编号，也是成果文件夹名 also the name of the run folder",
    )
    title_zh: str = Field(description="中文标题 Chinese title")
    title_en: str = Field(description="英文标题 English title")
    case: str = Field(description="自带案例名，或案例文件夹路径 name of a shipped case, or path of a case folder")
    travel: Travel = Field(Travel(), description="出行 how people travel")
    solver: Solver = Field(Solver(), description="求解限制 limits of the solver")
    amount: Amount = Field(description="调整什么：facilities.csv 的列 what is shared out: a column of facilities.csv")
    objective: Objective = Field(
        "variance",
        description="variance 可达性的方差最小；worst 最低者最高；mean_absolute 平均绝对差最小 "
        "least variance of accessibility; highest lowest accessibility; or least mean absolute difference",
    )
    by: Literal["place", "township"] = Field(
        "place",
        description="在谁之间均等：place 各居民点，township 各乡镇街道（按人口平均） "
        "between whom access is to be equal: the places, or the townships (means over people)",
    )
    additional: float = Field(
        0.0, description="另外增加的数量，负数为减少 amount that is added to the total; negative: taken away"
    )
    keep_levels: bool = Field(
        False,
        description="各级的总数分别不变（新增按现有比例分给各级） "
        "whether each level keeps its own total (what is added is shared in proportion)",
    )
    whole: bool = Field(True, description="数量取整 whether amounts must be whole numbers")
    absolute_decay: bool = Field(
        False,
        description="距离也减少使用（修正 2SFCA） whether distance also lessens what is used (modified 2SFCA)",
    )
    levels: tuple[LevelAsked, ...] = Field(min_length=1, description="各级设施 the levels")

    @model_validator(mode="after")
    def _each_level_once(self) -> Rebalance:
        names = [level.service for level in self.levels]
        if len(set(names)) < len(names):
            raise ValueError("levels 中同一服务出现多次 | a service appears more than once in levels")
        return self


def load_rebalance(path: Path) -> Rebalance:
    """Read a scenario file.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return validate(read_toml(path), Rebalance, path)
