"""普职分流: people of one age shared out among tracks of schooling, each a service with a share of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import Field, model_validator

from siting.errors import Faults, nearest_word
from siting.files.toml import Frozen
from siting.sourced import Sourced
from siting.standards import DemandRule, Service, list_services, load_service

ROUNDING = 1e-9
ASSUMED = "方案的 tracks，未注明依据 the scenario's tracks, without a source"


class Tracks(Frozen):
    """Which share of an age goes to which service, in place of the services' own demand."""

    shares: Mapping[str, float] = Field(
        min_length=2,
        description="各类学校（服务）招收的比例，替代其标准的需求；合计不超过 1，余下的不在其中；"
        "可以有不在 services 里的 "
        "share of the ages that goes to each service, in place of its standard's demand; at most 1 together, the rest "
        "goes to none; services that are not planned may be among them",
    )
    from_age: int = Field(15, ge=0, le=120, description="起始年龄 youngest age")
    to_age: int = Field(17, ge=0, le=120, description="终止年龄（含） oldest age")
    source: str = Field("", description="依据，会写入成果 where the shares come from; shown in the outputs")

    @model_validator(mode="after")
    def _is_a_split(self) -> Tracks:
        wrong = [name for name, share in self.shares.items() if not 0 < share <= 1]
        if wrong:
            raise ValueError(
                f"{'、'.join(wrong)} 的比例应大于 0、不超过 1 | shares of {', '.join(wrong)} must be above 0, at most 1"
            )
        total = sum(self.shares.values())
        if total > 1 + ROUNDING:
            raise ValueError(f"比例合计 {total:g}，不能超过 1 | the shares come to {total:g}, above 1")
        if self.to_age < self.from_age:
            raise ValueError("to_age 小于 from_age | to_age is below from_age")
        return self


def check_tracks(tracks: Tracks | None, planned: Sequence[str], path: Path) -> None:
    """The tracks are services with a standard, one of them at least in the plan.

    Raises:
        InputError: naming each that is not.
    """
    if tracks is None:
        return
    faults, known = Faults(path), list_services()
    for name in tracks.shares:
        if name not in known:
            close = nearest_word(name, known)
            faults.add(
                "没有这种服务", "there is no such service", column="tracks.shares", value=name,
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
                remedy_en=f"did you mean {close!r}?" if close else f"available: {', '.join(known)}",
            )  # fmt: skip
        elif load_service(name).kinds:
            faults.add(
                "这项服务的需求分几类，不能按一个比例分流", "the demand of this service is of several kinds: no track",
                column="tracks.shares", value=name, remedy_zh="请删去", remedy_en="remove it",
            )  # fmt: skip
    if not set(tracks.shares) & set(planned):
        faults.add(
            "tracks 里没有一项是 services 规划的", "none of the tracks is planned in services",
            column="tracks.shares", value=", ".join(tracks.shares),
            remedy_zh="在 services 中加入其中一项，或删去 tracks",
            remedy_en="plan one of them in services, or remove tracks",
        )  # fmt: skip
    faults.raise_if_any()


def tracked(service: Service, tracks: Tracks | None) -> Service:
    """The service with the demand of its track; as it is where it is none."""
    if tracks is None or service.id not in tracks.shares:
        return service
    rate = Sourced(value=tracks.shares[service.id], source=tracks.source or ASSUMED, verified=False)
    return service.model_copy(
        update={"demand": DemandRule(from_age=tracks.from_age, to_age=tracks.to_age, rate=rate, by_age=())}
    )


def not_planned(tracks: Tracks | None, planned: Sequence[str]) -> tuple[Service, ...]:
    """The services of tracks that the plan does not decide on, with the demand of their track."""
    names = () if tracks is None else tracks.shares
    return tuple(tracked(load_service(name), tracks) for name in names if name not in planned)
