"""The parts of a layout plan's scenario that are about money: the rates that weigh people against it, the budgets."""

from __future__ import annotations

from pydantic import Field, model_validator

from siting.files.toml import Frozen


class Worth(Frozen):
    """What counts for how much, in yuan a person and year: the rates that weigh people against money and travel."""

    left_out_yuan: float = Field(
        20_000,
        ge=0,
        description="一个人没有着落，每年折合多少元（在未达标之外另计） a person without a place, besides the next",
    )
    beyond_yuan: float = Field(
        5_000, ge=0, description="一个人未达标，每年折合多少元 a person who has no place within the standard"
    )
    minute_yuan: float = Field(
        20, ge=0, description="一个人单程多一分钟，每年折合多少元 a minute more of one person's way"
    )
    source: str = Field("", description="依据，会写入成果 where the rates come from; shown in the outputs")


class Budget(Frozen):
    """Money for all services together."""

    yuan: tuple[float, ...] = Field(description="各期预算（元），每期一个数 yuan, one number a period")
    carry_over: bool = Field(True, description="上期结余可转入下期 what is left may be spent in a later period")
    source: str = Field("", description="依据，会写入成果 where it comes from; shown in the outputs")
    sweep: tuple[float, ...] = Field(
        (),
        description="再按这些倍数的预算各求解一次（各期、各项预算都乘），比较花多少钱、多少人受益；不写不比较 "
        "solve again for budgets so many times as large (every period's and service's), to compare what they bring",
    )
    sweep_time_limit_s: float | None = Field(
        None,
        gt=0,
        description="其中每次求解的秒数，不写同 solver.time_limit_s seconds for each of these; none: the plan's own",
    )

    @model_validator(mode="after")
    def _factors(self) -> Budget:
        if any(not 0 < factor < float("inf") for factor in self.sweep):
            raise ValueError("sweep 的倍数应大于 0 | the factors of sweep must be above 0")
        if len(set(self.sweep)) < len(self.sweep):
            raise ValueError("sweep 有重复的倍数 | sweep lists a factor twice")
        return self
