"""Plausible names for what is invented. Romanised with the small table below."""

from __future__ import annotations

import numpy as np

PINYIN = {
    "文化": "Wenhua",
    "工农": "Gongnong",
    "东风": "Dongfeng",
    "长虹": "Changhong",
    "永兴": "Yongxing",
    "学前": "Xueqian",
    "仓前": "Cangqian",
    "北门": "Beimen",
    "南门": "Nanmen",
    "西门": "Ximen",
    "兴盛": "Xingsheng",
    "龙会": "Longhui",
    "白莲": "Bailian",
    "城隍": "Chenghuang",
    "相公": "Xianggong",
    "北直": "Beizhi",
    "明心": "Mingxin",
    "安平": "Anping",
    "富豪": "Fuhao",
    "百步": "Baibu",
    "爱德": "Aide",
    "商业": "Shangye",
    "迎春": "Yingchun",
    "长宁": "Changning",
    "辰希": "Chenxi",
    "高坂": "Gaoban",
    "惠民": "Huimin",
    "江悦": "Jiangyue",
    "领带园": "Lingdaiyuan",
    "五合": "Wuhe",
    "创业": "Chuangye",
    "科技": "Keji",
    "金星": "Jinxing",
    "浦南": "Punan",
    "五达": "Wuda",
    "工业": "Gongye",
    "嘉悦": "Jiayue",
    "云起": "Yunqi",
    "未来": "Weilai",
    "芷湘": "Zhixiang",
    "书香": "Shuxiang",
    "越剧": "Yueju",
    "唐诗": "Tangshi",
    "阳光": "Yangguang",
    "和悦": "Heyue",
    "人民": "Renmin",
    "解放": "Jiefang",
    "新建": "Xinjian",
    "中兴": "Zhongxing",
    "建设": "Jianshe",
    "育才": "Yucai",
    "府前": "Fuqian",
    "康庄": "Kangzhuang",
    "幸福": "Xingfu",
    "胜利": "Shengli",
    "朝阳": "Chaoyang",
    "和平": "Heping",
}
ZONES = {
    "urban_core": tuple(PINYIN)[:28],
    "development_zone": ("领带园", "五合", "创业", "科技", "金星", "浦南", "五达", "工业", "和悦", "阳光"),
    "hsr_new_town": ("嘉悦", "云起", "未来", "芷湘", "书香", "越剧", "唐诗", "阳光", "和悦", "迎春"),
    "towns": ("人民", "解放", "新建", "中兴", "建设", "育才", "府前", "康庄", "幸福", "胜利", "朝阳", "和平", "文化"),
}
ENDINGS = (
    ("路", "Road"),
    ("街", "Street"),
    ("东路", "East Road"),
    ("西路", "West Road"),
    ("巷", "Lane"),
    ("弄", "Alley"),
    ("一路", "1st Road"),
    ("二路", "2nd Road"),
    ("三路", "3rd Road"),
)


class Streets:
    """Deals street names out, none twice in one place."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.used: set[tuple[str, str]] = set()

    def pick(self, zone: str) -> tuple[str, str]:
        """A name in Chinese and its English form."""
        stems = ZONES[zone]
        for _ in range(40):
            stem = stems[int(self.rng.integers(len(stems)))]
            ending, english = ENDINGS[int(self.rng.integers(len(ENDINGS)))]
            if (zone, stem + ending) not in self.used:
                break
        self.used.add((zone, stem + ending))
        return stem + ending, f"{PINYIN[stem]} {english}"
