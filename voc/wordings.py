"""What ids are called in files for people: the Chinese of intents, fields, polarities and of who did something."""

from __future__ import annotations

from collections.abc import Mapping

from voc.records import ChangeKind, Label, PainType

NOBODY_ASKED = "local"  # who acts where nobody has to say who they are
PAIN_TYPES: dict[PainType, str] = {
    "perceived_gap": "感知缺失",
    "operational_complexity": "操作困难",
    "service_disengagement": "服务冷漠",
    "defect": "质量缺陷",
    "other": "其他",
}
CHANGES: dict[ChangeKind, str] = {
    "new": "新增 new",
    "growing": "上升 growing",
    "fading": "下降 fading",
    "gone": "消失 gone",
    "steady": "持平 steady",
    "edited": "已修改 edited",
}
POLARITIES: dict[Label, str] = {"negative": "负面", "neutral": "中性", "positive": "正面"}
INTENTS: dict[str, str] = {
    "recommend": "愿意推荐",
    "repurchase": "愿意再买",
    "churn": "不再来",
    "refund_return": "退换货",
    "complaint": "投诉",
    "suggestion": "建议",
    "question": "提问",
}
FIELDS: dict[str, str] = {
    "channel": "渠道",
    "source_type": "来源",
    "store": "门店",
    "product": "商品",
    "region": "地区",
    "question": "问题",
    "tier": "客户层级",
}
SCORES: dict[str, str] = {"nps": "NPS", "csat": "满意度", "rating": "评分"}
LEVELS: dict[str, str] = {"touchpoint": "触点", "pain_point": "痛点"}


def called(id: str | None, names: Mapping[str, str]) -> str:
    """What an id is called.

    Parameters
    ----------
    id : str or None
        Of anything.
    names : mapping of str to str
        Id → name.

    Returns
    -------
    str
        The id itself where it has no name; empty for None.

    Examples
    --------
    >>> called("refund_return", INTENTS), called("own_intent", INTENTS), called(None, INTENTS)
    ('退换货', 'own_intent', '')
    """
    return names.get(id, id) if id else ""


def person(name: str | None) -> str | None:
    """Who did something, or is to do it.

    Parameters
    ----------
    name : str or None
        As the store has it.

    Returns
    -------
    str or None
        本机 where the service asked nobody who they are.

    Examples
    --------
    >>> person("local"), person("王芳"), person(None)
    ('本机 this computer', '王芳', None)
    """
    return "本机 this computer" if name == NOBODY_ASKED else name
