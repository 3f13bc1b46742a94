"""The scenario of kind `ranking`, as a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from siting.files.toml import Frozen, load_toml
from siting.ranking.criteria import Criterion
from siting.scenario import Travel
from siting.sourced import Sourced

Separated = Literal["railway", "trunk_road"]


class Rules(Frozen):
    """What a site must meet to be judged at all."""

    land: tuple[str, ...] = Field(
        (), description="只在这些用地上（candidates.csv 的 land），不写不限 land-use words of candidates.csv; none: all"
    )
    zones: tuple[str, ...] = Field((), description="只在这些分区，不写不限 zone ids; none: all")
    site_m2: Sourced | None = Field(None, description="最小用地（平方米） least area of the plot, m2")
    available_by: int | None = Field(
        None, ge=1900, le=2200, description="最迟可用年份 last year in which it must be free"
    )
    separation_m: Mapping[Separated, Sourced] | None = Field(
        None,
        description="与铁路、干路的最小距离（米），不写用该服务标准的数值 "
        "least metres from railway and trunk road; none: those of the service's standard",
    )


class Backtest(Frozen):
    """The site that was really chosen, scored as one more alternative; the rules do not exclude it."""

    facility: str | None = Field(
        None, description="facilities.csv 中的编号，与 name、lon、lat、zone 二选一 id of facilities.csv, or else:"
    )
    name_zh: str = Field("", description="中文名称，有 facility 时可不写 Chinese name")
    name_en: str = Field("", description="英文名称，有 facility 时可不写 English name")
    lon: float | None = Field(None, ge=-180, le=180, description="经度（WGS84） longitude, WGS84")
    lat: float | None = Field(None, ge=-90, le=90, description="纬度（WGS84） latitude, WGS84")
    zone: str | None = Field(None, description="所在分区编号 zone id")
    site_m2: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="实际用地，不写用 facilities.csv 的 area, m2; none: the ledger's"
    )
    available_from: int | None = Field(None, ge=1900, le=2200, description="可用年份，不写视为开工时可用 first year")
    source: str = Field(min_length=1, description="位置、用地的依据 where place and area come from")
    verified: bool = Field(description="依据是否经过核实 whether anybody checked the source")

    @model_validator(mode="after")
    def _one_way(self) -> Backtest:
        by_hand = (self.lon, self.lat, self.zone)
        if self.facility is not None and any(part is not None for part in by_hand):
            raise ValueError("facility 与 lon、lat、zone 只能给一样 | give facility, or lon, lat and zone, not both")
        if self.facility is None and (any(part is None for part in by_hand) or not (self.name_zh and self.name_en)):
            raise ValueError(
                "没有 facility 时须写 name_zh、name_en、lon、lat、zone | "
                "without facility, name_zh, name_en, lon, lat and zone are needed"
            )
        return self


class RankingScenario(Frozen):
    """Where one facility should go: the candidates of a case scored on several criteria."""

    schema_version: Literal[1] = Field(1, alias="schema", description="文件格式版本 version of the format")
    kind: Literal["ranking"] = Field(description="方案类型 kind of scenario")
    id: str = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
        description="方案编号，也是成果文件夹名 also the name of the run folder",
    )
    title_zh: str = Field(description="中文标题 Chinese title")
    title_en: str = Field(description="英文标题 English title")
    case: str = Field(
        description="自带案例名，或案例文件夹路径（相对本文件） "
        "name of a shipped case, or path of a case folder (relative to this file)"
    )
    sentence_zh: str = Field("", description="回应规划的哪句话，会写入报告 the sentence of the plan that it answers")
    sentence_en: str = Field("", description="同上，英文 the same in English")
    service: str = Field(
        description="要选址的服务：data/standards/ 里的文件名；候选为 services 栏为空或含此服务的地块 "
        "id of data/standards/; candidates are the plots that are offered for it or for anything"
    )
    travel: Travel = Field(Travel(), description="出行 how people travel")
    max_travel_minutes: float = Field(
        240, gt=0, le=600, description="出行时间算到多长，更远视为到不了 travel times beyond it count as out of reach"
    )
    seed: int = Field(0, ge=0, le=2_147_483_647, description="随机权重的种子 seed of the random weights")
    draws: int = Field(10_000, ge=100, le=1_000_000, description="随机权重的组数 how many random weights are drawn")
    rules: Rules = Field(Rules(), description="先决条件 what a site must meet")
    criteria: tuple[Criterion, ...] = Field(min_length=1, description="评价指标 criteria")
    backtest: Backtest | None = Field(None, description="回测：实际选定的地点 the site that was really chosen")

    @model_validator(mode="after")
    def _ids_and_weights(self) -> RankingScenario:
        ids = [criterion.id for criterion in self.criteria]
        for name in ids:
            if ids.count(name) > 1:
                raise ValueError(f"指标编号 {name} 重复 | the criterion {name} appears more than once")
        if not sum(criterion.weight for criterion in self.criteria) > 0:
            raise ValueError("权重之和应大于 0 | the weights must add up to more than 0")
        return self


def load_ranking(path: Path) -> RankingScenario:
    """Read a scenario of kind `ranking`.

    Raises:
        InputError: naming every key that is unknown, missing or wrong.
    """
    return load_toml(path, RankingScenario)
