"""`siting people`: a case's people over the years, by place and age, and who needs which service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from siting.cli import terminal
from siting.cli.options import OUT, AsJson
from siting.errors import fail
from siting.events import stage
from siting.files.run_folder import check_writable
from siting.screen import say, say_json


def people_command(
    case: Annotated[str, typer.Argument(help="案例名称或文件夹 case: a name, or a folder")] = "shengzhou",
    variant: Annotated[str, typer.Option("--variant", help="low 低、middle 中、high 高 which variant")] = "middle",
    years: Annotated[str | None, typer.Option("--years", help="规划年份，如 2025,2030,2035 planning years")] = None,
    service: Annotated[
        list[str] | None, typer.Option("--service", "-s", help="只算这些服务 only these services")
    ] = None,
    assumptions: Annotated[
        list[Path] | None,
        typer.Option("--assumptions", help="改动假设的文件（格式同 people.toml） a file that changes assumptions"),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="结果放在哪个文件夹 where the result folder goes")] = OUT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="只显示图表的位置 print only where the page is")] = False,
    as_json: AsJson = False,
) -> None:
    """推算各地、各年龄的人口与服务需求。Project people by place and age, and who needs which service."""
    from siting.case import find_case, load_case  # slow imports, needed here only
    from siting.people import demand_over_time, people_over_time
    from siting.people.of_case import as_variant, planning_years
    from siting.people.output import write_people
    from siting.people.show import print_people, summary
    from siting.standards import list_services, load_service

    which = as_variant(variant)
    asked = None if years is None else _years(years)
    services = [load_service(name) for name in service or list_services()]
    check_writable(out)
    listener = terminal.listener_for(quiet=quiet, as_json=as_json)
    with stage(listener, "people", "推算人口", "people over time"):
        loaded = load_case(find_case(case))
        periods = planning_years(loaded) if asked is None else asked
        people = people_over_time(loaded, variant=which, last_year=max(periods), changes=assumptions or ())
        demand = demand_over_time(people, services, periods)
    with stage(listener, "files", "写文件", "files"):
        outputs = write_people(people, demand, out / f"{loaded.info.id}_people_{variant}")
    if as_json:
        record = {
            "event": "result",
            "outputs": {name: str(path.resolve()) for name, path in outputs.items()},
            "variant": variant,
            **summary(people, demand),
            "notices": [{"zh": zh, "en": en} for zh, en in people.notes],
        }
        say_json(record)
    elif quiet:
        say(str(outputs["people.html"].resolve()))
    else:
        print_people(people, demand, outputs)


def _years(text: str) -> list[int]:
    try:
        return sorted({int(part) for part in text.replace("，", ",").split(",")})
    except ValueError:
        fail(
            "年份应以逗号分隔",
            "years are whole numbers with commas between them",
            remedy_zh="例如 2025,2030,2035",
            remedy_en="such as 2025,2030,2035",
            column="--years",
            value=text,
        )
