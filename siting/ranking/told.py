"""A ranking as it is shown: map, report, tables, record."""

from __future__ import annotations

import numpy as np

from siting.files.cache import hash_file
from siting.people.ages import METHOD as SPLIT_OF_AGES
from siting.provenance import hash_case
from siting.ranking import sentences, tables
from siting.ranking.criteria import PeopleNear, TravelFromPeople
from siting.ranking.frames import REASONS, SHARES, SITE, chosen_row, excluded_frame, ranked, raw_columns
from siting.ranking.rank import Ranking
from siting.ranking.score import FULL
from siting.ranking.sensitivity import TOP
from siting.ranking.tables_asked import excluded, rules, short_weights, sources_of
from siting.ranking.tables_links import link_times
from siting.ranking.words import points_text
from siting.render.columns import Column
from siting.render.views import Category, PointLayer, Section, Told, View, place_of
from siting.render.wording import Text, both
from siting.standards import load_service
from siting.travel import describe_travel

FIRST = Category("first", "第一名", "First", "#b3123f", "star", 11)
TOP_FEW = Category("top", f"前 {TOP} 名", f"Among the first {TOP}", "#0a2f7a", "circle", 9)
OTHER = Category("other", "其余备选", "Other ranked sites", "#4a86c5", "circle", 7)
EXCLUDED = Category("excluded", "排除的地块", "Excluded", "#8a8580", "cross", 4)
CHOSEN = Category("chosen", "实际选址（回测）", "Really chosen (back-test)", "#f2b705", "diamond", 11)
READ_COLOURS = ("#37474f", "#6f8f5f", "#7a5195", "#9c5320", "#00798c", "#52616b")
LABEL: Text = (
    "按所列权重评分排序，得分已由独立检验重算",
    "ranked by the weights given; every score was recomputed by an independent check",
)


def told_of(ranking: Ranking) -> Told:
    """All that the answer's folder is made of."""
    scenario, case = ranking.scenario, ranking.case
    notices = [(case.info.notice_zh, case.info.notice_en)] if case.info.notice_zh or case.info.notice_en else []
    unverified = count_unverified(ranking)
    if unverified:
        notices.append(
            (
                f"有 {unverified} 项权重、分值、条件或实际选址的依据未经核实，详见“权重与依据”“条件”“回测”",
                f"{unverified} weights, scales, rules or facts of the back-test are not verified; see the tables",
            )
        )
    return Told(
        place=place_of(case),
        title=(scenario.title_zh, scenario.title_en),
        label=LABEL,
        notices=tuple(notices),
        views=(_view(ranking),),
        sections=tuple(sections(ranking)),
        sheets=tuple(tables.sheets_of(ranking)),
        base=ranking.base,
        inputs=hash_case(case),
        record=record(ranking),
    )


def count_unverified(ranking: Ranking) -> int:
    """How many of the criteria, rules and facts of the back-test nobody has checked."""
    sourced = list(sources_of(ranking).values())
    count = sum(not c.verified for c in ranking.scenario.criteria) + sum(not value.verified for value in sourced)
    backtest = ranking.scenario.backtest
    return count + (backtest is not None and not backtest.verified)


def _view(ranking: Ranking) -> View:
    scores = ranking.scores
    layers = [_excluded(ranking)]  # what comes later lies above
    if len(ranking.measured.read):
        layers.append(_read(ranking))
    layers.append(_ranked(ranking))
    if ranking.chosen is not None:
        layers.append(_chosen(ranking))
    figures = [
        ("参加排序", "Ranked", f"{len(ranking.sites)}"),
        ("排除", "Excluded", f"{len(ranking.candidates) - len(ranking.sites)}"),
        ("第一名", "First", sentences.site_name(ranking, scores.leader)),
        ("第一名得分", "Its score", points_text(FULL * scores.score[scores.leader])),
    ]
    if ranking.chosen is not None:
        figures.append(("实际选址的名次", "Rank of the site really chosen", str(ranking.chosen.rank)))
    return View(
        subject=ranking.service.id,
        subject_zh=ranking.service.name_zh,
        subject_en=ranking.service.name_en,
        layers=tuple(layers),
        figures=tuple(figures),
        sheets=(tables.first_rows(tables.short_ranking(ranking)), tables.one_weight(ranking)),
    )


def _site_columns(ranking: Ranking) -> tuple[Column, ...]:
    return (*SITE, *SHARES, *raw_columns(ranking.scenario.criteria))


def _ranked(ranking: Ranking) -> PointLayer:
    frame = ranked(ranking)
    rank = frame["rank"].to_numpy()
    category = np.select([rank == 1, rank <= TOP], [FIRST.key, TOP_FEW.key], OTHER.key)
    frame = frame.assign(category=category, label=rank.astype(int).astype(str))
    return PointLayer(
        "ranked", "备选地块（数字为名次）", "Ranked sites, with their rank", frame,
        (FIRST, TOP_FEW, OTHER), _site_columns(ranking), label="label",
    )  # fmt: skip


def _chosen(ranking: Ranking) -> PointLayer:
    frame = chosen_row(ranking)
    frame = frame.assign(category=CHOSEN.key, label=frame["rank"].astype(int).astype(str))
    return PointLayer(
        "chosen", "实际选址（数字为回测名次）", "Site really chosen, with its rank", frame, (CHOSEN,),
        _site_columns(ranking), label="label",
    )  # fmt: skip


def _read(ranking: Ranking) -> PointLayer:
    read = ranking.measured.read
    kinds = list(dict.fromkeys(read["service"]))
    names = {key: _service_name(key) for key in kinds}
    categories = tuple(
        Category(key or "place", *names[key], READ_COLOURS[k % len(READ_COLOURS)], "square", 6)
        for k, key in enumerate(kinds)
    )
    frame = read.assign(
        category=read["service"].replace("", "place"), service=read["service"].map(lambda key: both(names[key]))
    )
    columns = (
        Column("name", "名称", "Name"),
        Column("service", "类别", "Kind"),
        Column("criteria", "用于指标", "Read by"),
    )
    return PointLayer("read", "指标用到的设施和地点", "Facilities and places that are read", frame, categories, columns)


def _service_name(key: str) -> Text:
    if not key:
        return "方案写明的地点", "Places of the scenario"
    service = load_service(key)
    return service.facility_zh, service.facility_en


def _excluded(ranking: Ranking) -> PointLayer:
    frame = excluded_frame(ranking).assign(category=EXCLUDED.key)
    columns = (*SITE[1:-1], REASONS)
    return PointLayer("excluded", "排除的地块", "Excluded sites", frame, (EXCLUDED,), columns)


def sections(ranking: Ranking) -> list[Section]:
    """The report."""
    scenario = ranking.scenario
    asked = [(f"规划提出：{scenario.sentence_zh}。", f"The plan says: {scenario.sentence_en}")]
    found = [
        Section(
            "结论", "Answer",
            (*(asked if scenario.sentence_zh else []), sentences.counts(ranking), sentences.first_ones(ranking)[0]),
            (tables.first_rows(tables.short_ranking(ranking)),),
        ),
        Section(
            "排得有多稳", "How sure the order is", tuple(sentences.how_sure(ranking)),
            (tables.one_weight(ranking), tables.first_rows(tables.robustness(ranking))),
        ),
    ]  # fmt: skip
    if ranking.chosen is not None:
        found.append(
            Section(
                "回测：实际选址排第几", "Back-test: where the site really chosen stands",
                tuple(sentences.of_chosen(ranking)), (tables.backtest(ranking),),
            )
        )  # fmt: skip
    if ranking.measured.links:
        found.append(Section("到各处的时间", "Times from facilities", (), (link_times(ranking),)))
    return [
        *found,
        Section("得分构成", "What the scores are made of", (), (tables.first_rows(tables.breakdown(ranking)),)),
        Section("指标、权重与依据", "Criteria, weights and sources", ranking.measured.notes, (short_weights(ranking),)),
        Section(
            "条件与排除的地块", "Rules and excluded sites", (), (rules(ranking), tables.first_rows(excluded(ranking)))
        ),
        Section("怎样计算", "How it is computed", (*METHOD, *_people(ranking), *describe_travel(scenario.travel))),
    ]


def _people(ranking: Ranking) -> tuple[Text, ...]:
    """Of which year the people are, and how their ages are split, where a criterion counts people."""
    if not any(isinstance(criterion, TravelFromPeople | PeopleNear) for criterion in ranking.scenario.criteria):
        return ()
    date = ranking.case.info.data_date
    return (f"人口为案例数据（{date}）。", f"People are those of the case's data ({date})."), SPLIT_OF_AGES


METHOD: tuple[Text, ...] = (
    (
        "每项指标的数值按直线换算成 0 至 100 分（best 得 100，worst 得 0，超出不再增减）；得分是各项分值的加权和。",
        "The value of each criterion becomes points on a straight line, 100 at best, 0 at worst, flat beyond; the "
        "score is the weighted sum.",
    ),
    (
        "权重由人定。名次只说明在这些指标和权重下哪块地更好，不代替论证；请看“排得有多稳”。",
        "People set the weights. The ranks say which site is better by these criteria and weights, and replace no "
        "judgement; see how sure the order is.",
    ),
)


def record(ranking: Ranking) -> dict[str, object]:
    """What `run.json` and `--json` tell, as values that JSON holds."""
    scenario, scores = ranking.scenario, ranking.scores
    ids = ranking.sites["id"].tolist()
    found: dict[str, object] = {
        "kind": scenario.kind,
        "id": scenario.id,
        "scenario_sha256": hash_file(ranking.path),
        "service": scenario.service,
        "weights": {c.id: round(float(w), 9) for c, w in zip(scenario.criteria, scores.weights, strict=True)},
        "candidates": len(ranking.candidates),
        "excluded": {rule.rule: len(rule.sites) for rule in ranking.excluded},
        "ranking": [
            {
                "rank": int(scores.rank[row]),
                "id": ids[row],
                "score": round(FULL * float(scores.score[row]), 6),
                "first_share": round(float(ranking.sensitivity.accepted.first[row]), 6),
            }
            for row in scores.order.tolist()
        ],
        "leader_stays_first": {
            c.id: [round(lead.low, 9), round(lead.high, 9)]
            for c, lead in zip(scenario.criteria, ranking.sensitivity.leads, strict=True)
        },
        "random_weights": {"draws": scenario.draws, "seed": scenario.seed},
        "seconds": ranking.clock.seconds,
    }
    chosen = ranking.chosen
    if chosen is not None:
        nearest = chosen.sensitivity.nearest[chosen.row]
        found["backtest"] = {
            "name_zh": sentences.chosen_name(ranking)[0],
            "rank": chosen.rank,
            "of": len(scores.score) + 1,
            "score": round(FULL * float(chosen.scores.score[chosen.row]), 6),
            "fails": [rule.rule for rule in chosen.fails],
            "first_share": round(float(chosen.sensitivity.accepted.first[chosen.row]), 6),
            "nearest_weights_that_put_it_first": None
            if nearest is None
            else {c.id: round(float(w), 9) for c, w in zip(scenario.criteria, nearest, strict=True)},
        }
    return found
