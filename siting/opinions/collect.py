"""What came back: every file of a folder, read with distrust; faulty ones are told of and do not stop the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from siting.errors import Fault, Faults, InputError, fail
from siting.opinions.asked import Asked
from siting.opinions.opinion import Opinion, read_form
from siting.opinions.paper_rows import read_paper
from siting.render.columns import clean

LOG = "意见采纳情况表"  # the names of its files begin so: they are no opinions
FORMS, TABLES = (".json",), (".xlsx", ".csv")


@dataclass(frozen=True)
class Collected:
    """What a folder holds.

    Attributes:
        opinions: one a form id, by date and id.
        replaced: earlier or repeated ones of the same ids, by id and order.
        faults: files and rows that could not be read, and why.
        files: how many files were looked at.
    """

    opinions: tuple[Opinion, ...]
    replaced: tuple[Opinion, ...]
    faults: tuple[Fault, ...]
    files: int


def collect(folder: Path, asked: Asked | None, *, skip: Collection[Path] = ()) -> Collected:
    """Read the returned forms and registers in `folder` and below; the order of the files does not matter.

    Args:
        folder: with the files; those whose name begins with `LOG` are not read.
        asked: what was published; None: the forms themselves must agree on it.
        skip: files that are not read either, such as the log under another name.

    Raises:
        InputError: when the folder is not there, or forms of several plans lie in it and `asked` does not say which.
    """
    if not folder.is_dir():
        fail("找不到文件夹", "the folder is not there", remedy_zh="请检查路径", remedy_en="check the path", file=folder)
    read: list[Opinion] = []
    faults: list[Fault] = []
    files = [path for path in _files(folder) if path.resolve() not in skip]
    for path in files:
        name = clean(path.relative_to(folder).as_posix()).replace("\n", " ")
        try:
            if path.suffix.lower() in FORMS:
                read.append(read_form(path, name))
            else:
                opinions, wrong = read_paper(path, name, asked)
                read += opinions
                faults += wrong
        except InputError as error:
            faults += _shown(error.faults, name)
        except OSError as error:
            faults.append(Fault(f"无法读取（{error}）", f"cannot be read ({error})", file=name))
    plan = asked.plan if asked else _one_plan(read)
    mine = [opinion for opinion in read if opinion.way != "form" or opinion.plan == plan]
    faults += _of_other_plans([opinion for opinion in read if opinion.way == "form" and opinion.plan != plan], plan)
    opinions, replaced = _latest(mine)
    return Collected(tuple(opinions), tuple(replaced), tuple(faults), len(files))


def _files(folder: Path) -> list[Path]:
    """What may hold opinions; neither links, which may lead anywhere, nor what Excel and the system put there."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    skipped = (".", "~$", LOG)
    kept = [path for path in found if not path.name.startswith(skipped) and path.suffix.lower() in (*FORMS, *TABLES)]
    return sorted(kept)


def _shown(faults: Sequence[Fault], name: str) -> list[Fault]:
    """The faults of a file under its name in the folder, long runs of the same one shortened."""
    gathered = Faults()
    for fault in faults:
        gathered.add(
            fault.zh, fault.en, remedy_zh=fault.remedy_zh, remedy_en=fault.remedy_en, row=fault.row,
            column=fault.column, value=None if fault.value is None else clean(fault.value), file=name,
        )  # fmt: skip
    return gathered.shortened()


def _one_plan(read: Iterable[Opinion]) -> str:
    plans = sorted({opinion.plan for opinion in read if opinion.way == "form"})
    if len(plans) > 1:
        fail(
            "意见表属于不同的方案",
            "the forms are about different plans",
            remedy_zh="请用 --run 指明是哪一次公示的（运行的文件夹，或公示材料中的 opinion.html）",
            remedy_en="say with --run which was published: the run's folder, or the opinion.html of the pack",
            value=", ".join(plans),
        )
    return plans[0] if plans else ""


def _of_other_plans(opinions: Iterable[Opinion], plan: str) -> list[Fault]:
    return [
        Fault(
            f"是对另一方案的意见，不是对“{plan}”的",
            f"about another plan, not about {plan!r}",
            "请移到那一方案的文件夹",
            "move it to the folder of that plan",
            file=opinion.file,
            value=opinion.plan,
        )
        for opinion in opinions
    ]


def _latest(opinions: Iterable[Opinion]) -> tuple[list[Opinion], list[Opinion]]:
    """Of each id the last one, and the others."""
    by_id: dict[str, list[Opinion]] = {}
    for opinion in sorted(opinions, key=_order):
        by_id.setdefault(opinion.form_id, []).append(opinion)
    kept = [own[-1] for own in by_id.values()]
    replaced = [opinion for form_id in sorted(by_id) for opinion in by_id[form_id][:-1]]
    return sorted(kept, key=lambda opinion: (opinion.received, opinion.form_id)), replaced


def _order(opinion: Opinion) -> tuple[object, ...]:
    """The last of one id counts; where two are equally late, what they say decides, not their files' names."""
    said = (opinion.stance, opinion.about.model_dump_json(), opinion.contact.model_dump_json())
    return opinion.order, opinion.received, *said, opinion.file
