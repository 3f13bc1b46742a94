"""The kind `ranking` as `siting run` answers it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.prepare import Settings
from siting.ranking import sentences
from siting.ranking.rank import Ranking, rank_sites
from siting.ranking.told import LABEL, record, told_of
from siting.render.answer_folder import write_answer
from siting.render.wording import both


@dataclass(frozen=True, eq=False)
class RankingAnswer:
    """A ranking, to be printed and written."""

    ranking: Ranking

    @property
    def id(self) -> str:
        """Name of the run folder."""
        return self.ranking.scenario.id

    def lines(self) -> list[tuple[str, str]]:
        """The first five, how sure the first is, the rank of the site really chosen."""
        ranking = self.ranking
        scenario = ranking.scenario
        first, *rest = map(both, sentences.first_ones(ranking))
        lines = [
            (both((scenario.title_zh, scenario.title_en)), "bold"),
            (both(LABEL), "green"),
            (both(sentences.counts(ranking)), ""),
            (first, "bold"),
            *((text, "") for text in rest),
        ]
        said = [(text, "") for text in sentences.how_sure(ranking)]
        if ranking.chosen is not None:
            said += [(text, "yellow" if k == 0 else "") for k, text in enumerate(sentences.of_chosen(ranking))]
        for (zh, en), style in said:
            lines += [(zh, style), (en, "dim")]
        return lines

    def record(self) -> dict[str, Any]:
        """What `--json` tells."""
        return record(self.ranking)

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder.

        Raises:
            InputError: when the folder cannot be written.
        """
        return write_answer(told_of(self.ranking), folder, settings)


def answer(path: Path, settings: Settings) -> RankingAnswer:
    """Answer a scenario file of kind `ranking`; errors as `siting.ranking.rank.rank_sites`."""
    return RankingAnswer(rank_sites(path, settings))
