"""What a layout plan rests on, in words: a name and a unit for every key of scenarios and standards."""

from __future__ import annotations

from collections.abc import Mapping

from siting.render.wording import ZONE_KIND, Text

EXACT: dict[str, Text] = {
    "synthetic": ("是否合成数据", "whether the data are synthetic"),
    "guess": ("建立案例时的推测", "guess made when the case was built"),
    "note": ("说明", "note"),
    "people.variant": ("人口预测方案", "projection of the people"),
    "people.changes": ("改动人口假设的文件", "file that changes assumptions of people"),
    "worth.left_out_yuan": ("一人没有着落，每年折合（元）", "a person without a place, yuan a year"),
    "worth.beyond_yuan": ("一人未达标，每年折合（元）", "a person beyond the standard, yuan a year"),
    "worth.minute_yuan": ("一人单程多一分钟，每年折合（元）", "a minute more of one person's way, yuan a year"),
    "objectives": ("目标的先后次序", "objectives in their order"),
    "existing_building_share": ("利用既有建筑的造价占新建的比例", "cost with an existing building, share of a new one"),
    "drive_for_walk": ("乘车时间占步行时间的比例", "minutes by vehicle, share of those on foot"),
    "max_travel_minutes": ("最远单程（分钟）", "nobody is sent farther, min one way"),
    "private_share": ("民办设施容量计入的比例", "share of private capacity that counts"),
    "close_yuan": ("关闭一处的费用（元）", "closing one facility, yuan"),
    "board_yuan_per_year": ("每名寄宿生每年补助（元）", "a boarder, yuan a year"),
    "quality_limits": ("学校受优质均衡七项指标约束", "schools are held to the seven indicators of quality balance"),
    "quality.least_met": ("七项指标至少达标几项", "how many of the seven indicators must be met"),
    "quality.rest_share": ("其余指标不低于标准的比例", "share of the standard that the rest must reach"),
    "least_persons": ("最小规模（人）", "least use of a facility, persons"),
    "counts_as": ("上级设施兼作下级", "a higher facility counts as a lower one"),
    "near": ("就近配套", "a partner near by"),
    "within": ("附设", "given inside another facility"),
    "reuse": ("利用腾出的原址", "a closed facility used anew"),
    "share_plot": ("同址", "a shared plot"),
    "demand.rate": ("需求比例", "share of the ages that use the service"),
    "capacity.default_persons": ("新建一处的容量（人，0 为不限）", "persons of a new facility; 0: no limit"),
    "cost.open_yuan": ("新建一处的造价（元）", "cost of a new facility, yuan"),
    "build_years": ("从决定到启用（年）", "years from decision to opening"),
    "size_limits.least": ("规模下限（人）", "least size, persons"),
    "size_limits.largest": ("规模上限（人）", "largest size, persons"),
    "separation_m.railway": ("距铁路不小于（米）", "least distance from a railway, m"),
    "separation_m.trunk_road": ("距主干道不小于（米）", "least distance from a trunk road, m"),
    "boarding.from_age": ("最小寄宿年龄（岁）", "youngest age that may board"),
    "boarding.share": ("寄宿学生的比例", "share of pupils who board"),
    "boarding.floor_m2_per_bed": ("每床宿舍、食堂面积（m²）", "floor of dormitory and canteen, m2 a bed"),
    "boarding.yuan_per_bed": ("每床造价（元）", "cost of a bed, yuan"),
    "bus.beyond_min": ("步行超过多少分钟乘校车", "minutes on foot beyond which a bus is used"),
    "bus.longest_min": ("校车最长单程（分钟）", "longest bus ride, min one way"),
    "bus.yuan_per_pupil_year": ("校车每名学生每年（元）", "a pupil by bus, yuan a year"),
    "circuit.visits_per_month": ("巡诊每村每月（次）", "visits to a village a month"),
    "circuit.stay_min": ("巡诊每次停留（分钟）", "stay of a visit, min"),
    "circuit.drive_min": ("巡诊一轮行车上限（分钟）", "longest driving of a round, min"),
    "circuit.day_min": ("巡诊一个工作日（分钟）", "a working day of a round, min"),
    "parameters.all_beds_per_1000": ("每千人床位（张，全部机构）", "beds of all kinds per 1,000 residents"),
    "parameters.beds_per_1000_least": ("每千服务人口床位下限（张）", "least beds per 1,000 served"),
    "parameters.beds_per_1000_most": ("每千服务人口床位上限（张）", "most beds per 1,000 served"),
    "parameters.beds_per_100_elderly_least": ("每百名老人床位下限（张）", "least beds per 100 elderly"),
    "parameters.beds_per_100_elderly_most": ("每百名老人床位上限（张）", "most beds per 100 elderly"),
    "parameters.busy_share": ("车辆忙碌的时间比例", "share of time that a vehicle is out"),
    "parameters.county_public_beds_per_1000": ("县办公立医院每千人床位（张）", "beds of county hospitals per 1,000"),
    "parameters.dementia_prevalence_60_plus": ("60 岁及以上失智比例", "dementia among those aged 60 and over"),
    "parameters.disabled_share_60_plus": ("60 岁及以上失能、半失能比例", "disabled among those aged 60 and over"),
    "parameters.each_township_least": ("每个乡镇（街道）至少（处）", "least number in each township"),
    "parameters.family_doctor_key_groups_least": ("重点人群家庭医生签约率", "key groups with a family doctor, least"),
    "parameters.family_doctor_share_least": ("居民家庭医生签约率", "residents with a family doctor, least"),
    "parameters.general_practitioners_per_10000": ("每万人口全科医生", "general practitioners per 10,000 residents"),
    "parameters.inclusive_share_least": ("普惠比例下限", "least share of inclusive places"),
    "parameters.nurses_per_1000": ("每千人注册护士", "nurses per 1,000 residents"),
    "parameters.nursing_bed_share_least": ("护理型床位比例下限", "least share of nursing beds"),
    "parameters.physicians_per_1000": ("每千人执业（助理）医师", "physicians per 1,000 residents"),
    "parameters.places_per_1000_residents": ("每千人口托位（个）", "places per 1,000 residents"),
    "parameters.radius_rural_km": ("农村服务半径（公里）", "rural radius, km"),
    "parameters.radius_urban_km": ("城市服务半径（公里）", "urban radius, km"),
    "parameters.rate_least": ("使用比例的试算下限", "low case of the rate of use"),
    "parameters.rate_most": ("使用比例的试算上限", "high case of the rate of use"),
    "parameters.residents_per_ambulance": ("每辆救护车服务人口", "residents per ambulance"),
    "parameters.sports_area_m2_per_resident": ("人均体育场地（m²）", "sports area, m2 a resident"),
    "parameters.take_up": ("实际使用的比例", "share who really use it"),
    "parameters.teaching_point_below_persons": ("少于多少人为教学点", "a teaching point has fewer pupils than"),
    "parameters.treated_in_county_share_least": ("县域就诊率下限", "least share treated within the county"),
    "parameters.upkeep_yuan_per_year": ("每处每年维护（元）", "upkeep of one, yuan a year"),
    "parameters.vocational_share": ("中职学生占高中阶段的比例", "vocational share of upper-secondary pupils"),
}  # fmt: skip
FORMS: tuple[tuple[str, str, Text], ...] = (  # the key's beginning and end, and words for what is between them
    ("budget.yuan.", "", ("{} 年预算（元）", "budget of {}, yuan")),
    ("threshold.", ".max_minutes", ("{}达标时间（分钟）", "standard, {}, min")),
    ("groups.", ".standard_minutes", ("{}的达标时间上限（分钟）", "limit on the standard, {}, min")),
    ("groups.", ".max_minutes", ("{}的最远单程（分钟）", "nobody is sent farther, {}, min one way")),
    ("quality.", "", ("{}下限", "least: {}")),
    ("near.", ".minutes", ("{}与配套设施的乘车时间（分钟）", "{} and its partner, min by vehicle")),
    ("within.", ".yuan_per_person", ("附设的{}每个名额的改造费用（元）", "{} inside another, yuan a place")),
    ("within.", ".room_share", ("附设的{}可用空余容量的比例", "{} inside another, share of the free room")),
    (
        "reuse.",
        ".cost_share",
        ("{}利用原址的造价占新建的比例", "{} in a used building, share of the cost of a new one"),
    ),
    ("kinds.", ".demand.rate", ("{}的需求比例", "share that needs {}")),
    ("demand.by_age.", ".rate", ("{} 岁的比例", "rate of ages {}")),
    ("class_size.", "", ("每班人数上限：{}", "most children in a class: {}")),
    ("sizes.", ".persons", ("标准规模“{}”的容量（人）", "persons of the standard size {}")),
    ("sizes.", ".yuan", ("标准规模“{}”的造价（元）", "cost of the standard size {}, yuan")),
)
LEVELS: dict[str, Text] = {
    "complete": ("完全小学", "complete school"),
    "incomplete": ("非完全小学", "incomplete school"),
    "infants": ("乳儿班", "infants"),
    "toddlers_12_24_months": ("托小班（12-24 个月）", "toddlers of 12-24 months"),
    "toddlers_24_36_months": ("托大班（24-36 个月）", "toddlers of 24-36 months"),
    "mixed": ("混龄班", "mixed ages"),
    "lower": ("小班", "lower class"),
    "middle": ("中班", "middle class"),
    "upper": ("大班", "upper class"),
    "junior": ("初中", "junior school"),
    "senior": ("高中", "senior high"),
    "vocational": ("中职", "vocational school"),
}


def item_words(key: str, called: Mapping[str, Text]) -> Text:
    """A key in words; the key itself where a user's own standard has a figure that is not known here.

    Args:
        key: as in the files, its parts joined by dots.
        called: what the groups, kinds, sizes, services and indicators are called, by the part of the key.
    """
    if key in EXACT:
        return EXACT[key]
    for begin, end, (zh, en) in FORMS:
        if key.startswith(begin) and key.endswith(end) and len(key) > len(begin) + len(end):
            part = key[len(begin) : len(key) - len(end)]
            name = {**ZONE_KIND, **LEVELS, **called}.get(part, (part, part))
            return zh.format(name[0]), en.format(name[1])
    return key, key
