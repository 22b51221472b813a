"""What columns are called, in Chinese and English."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any, cast, get_args

from voc.records import Role

# Best name first. Chinese names also match as the end of a longer one (顾客留言 is a 留言), English ones as its last word.
SYNONYMS: dict[Role, tuple[str, ...]] = {
    "text": (
        "评价内容", "评论内容", "反馈内容", "投诉内容", "留言内容", "回答内容", "意见内容", "咨询内容", "工单内容", "问题描述",
        "投诉描述", "评价详情", "投诉详情", "诉求内容", "留言详情", "评论", "评价", "反馈", "留言", "意见", "建议", "意见建议",
        "意见与建议", "意见和建议", "吐槽", "追评", "追加评论", "优点", "缺点", "内容", "正文", "文本", "描述", "详情", "原文", "回答",
        "答案", "心得", "诉求", "备注", "标题", "主题", "评价标题", "review_text", "comment_text", "review", "comment", "comments",
        "feedback", "text", "content", "body", "detail", "details", "description", "message", "answer", "verbatim", "opinion",
        "suggestion", "complaint", "review_body", "remark", "title", "subject", "summary", "headline",
    ),
    "id": (
        "id", "编号", "序号", "评论id", "评价id", "评论编号", "评价编号", "反馈编号", "留言编号", "投诉编号", "工单号", "工单编号",
        "答卷编号", "答题序号", "问卷编号", "流水号", "记录编号", "comment_id", "review_id", "feedback_id", "record_id", "response_id",
        "ticket_id", "case_id", "no", "number", "index", "订单号", "订单编号", "order_id",
    ),
    "created_at": (
        "评价时间", "评论时间", "反馈时间", "留言时间", "投诉时间", "提交时间", "提交答卷时间", "填写时间", "创建时间", "发布时间",
        "评价日期", "提交日期", "日期", "时间", "created_at", "created", "create_time", "submitted_at", "date", "time", "datetime",
        "timestamp",
    ),
    "channel": ("渠道", "来源渠道", "反馈渠道", "平台", "来源平台", "来源", "channel", "platform", "source"),
    "source_type": ("来源类型", "数据类型", "反馈类型", "数据来源类型", "source_type", "feedback_type"),
    "question": ("题目", "问题", "问卷题目", "题干", "question", "prompt"),
    "store": (
        "门店", "门店名称", "店铺", "店铺名称", "分店", "商家名称", "网点", "餐厅", "store", "shop", "branch", "store_name", "outlet",
    ),
    "product": ("商品", "商品名称", "产品", "产品名称", "品类", "菜品", "型号", "product", "product_name", "item", "sku", "category"),
    "region": ("地区", "区域", "大区", "城市", "省份", "所在地", "region", "city", "province", "area"),
    "customer_id": (
        "客户编号", "客户id", "用户id", "用户编号", "会员号", "会员编号", "会员id", "顾客编号", "customer_id", "user_id", "member_id",
        "uid",
    ),
    "nps": ("nps", "nps评分", "nps分数", "推荐分", "推荐意愿", "推荐度", "nps_score"),
    "csat": ("csat", "满意度", "总体满意度", "满意度评分", "满意程度", "csat_score", "satisfaction"),
    "ces": ("ces", "费力度", "客户费力度", "省力度", "ces_score", "effort"),
    "rating": ("评分", "星级", "打分", "分数", "得分", "评级", "rating", "score", "stars", "star"),
}  # fmt: skip
# Words anywhere in a survey question that asks for a score; the values must be scores too.
CUES: dict[Role, tuple[str, ...]] = {
    "nps": ("nps", "推荐给", "推荐我们", "推荐本", "愿意推荐", "推荐的可能", "推荐意愿", "recommend"),
    "csat": ("满意度", "满意程度", "是否满意", "csat"),
    "ces": ("费力", "省力", "轻松程度", "ces"),
}
_ROLES = cast("tuple[Role, ...]", get_args(Role))
_EXACT_ONLY = frozenset({"id", "customer_id"})
# Longer cells are sentences: many a comment ends in 建议 or 商品.
_NAME_CHARS = 16
_BRACKETED = re.compile(r"[(\[【{].*?[)\]】}]")
_QUESTION_CHARS = 80
_ADDRESS = re.compile(r"您|请|請|你对|你對|你觉得|你覺得|\b(?:you|your|please)\b")
_ASKING = re.compile(r"\?|什么|什麼|哪|为何|为什么|如何|怎么|吗|建议|建議|意见|意見|说明|說明|填写|填寫|留下|描述|原因|:$|\b(?:please)\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_A_WORD = re.compile(r"[\W_]+")


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def to_simplified(text: str) -> str:
    """Traditional characters turned Simplified.

    Parameters
    ----------
    text : str
        A name or a word.

    Returns
    -------
    str
        In Simplified characters.

    Examples
    --------
    >>> to_simplified("評價內容")
    '评价内容'
    """
    return text if text.isascii() else str(_converter().convert(text))


def plain_name(name: str) -> str:
    """Column name without what varies: script, case, width, brackets, marks and blanks.

    Parameters
    ----------
    name : str
        As the header has it.

    Returns
    -------
    str
        English words joined by ``_``; may be empty.

    Examples
    --------
    >>> plain_name("*評價內容（必填）"), plain_name("Review Text"), plain_name("createdAt")
    ('评价内容', 'review_text', 'created_at')
    """
    text = unicodedata.normalize("NFKC", name)
    text = _CAMEL.sub("_", _BRACKETED.sub("", text) or text)
    words = _NOT_A_WORD.sub("_", to_simplified(text).lower()).strip("_")
    return words if words.isascii() else words.replace("_", "")


def names_role(name: str, role: Role, *, exact: bool) -> int | None:
    """How well a column name says that it holds a role.

    Parameters
    ----------
    name : str
        A name from `plain_name`.
    role : Role
        What it might hold.
    exact : bool
        Whether the whole name must be a synonym, or its end is enough.

    Returns
    -------
    int or None
        Place of the synonym in `SYNONYMS`, 0 best; None if it does not say so.
    """
    for place, synonym in enumerate(SYNONYMS[role]):
        if name == synonym or (not exact and role not in _EXACT_ONLY and _ends_with(name, synonym)):
            return place
    return None


def _ends_with(name: str, synonym: str) -> bool:
    return name.endswith(f"_{synonym}") if synonym.isascii() else name.endswith(synonym)


def role_of(name: str) -> Role | None:
    """Role that a header cell names, whatever its column holds.

    Parameters
    ----------
    name : str
        A cell that may be a header.

    Returns
    -------
    Role or None
        None if it is no known name.

    Examples
    --------
    >>> role_of("顾客留言"), role_of("user_id"), role_of("送餐太慢了")
    ('text', 'customer_id', None)
    """
    plain = plain_name(name) if len(name) <= _NAME_CHARS else ""
    for exact in (True, False):
        for role in _ROLES:
            if names_role(plain, role, exact=exact) is not None:
                return role
    return None


def asks(name: str) -> bool:
    """Whether a header is a survey question put to the customer.

    Parameters
    ----------
    name : str
        A cell that may be a header.

    Returns
    -------
    bool
        True for what addresses the reader: 您, 请, or "you" with a question mark.

    Examples
    --------
    >>> asks("您对门店最不满意的地方是什么？"), asks("评价内容"), asks("送餐怎么这么慢？")
    (True, False, False)
    """
    plain = unicodedata.normalize("NFKC", name).lower()
    return len(plain) <= _QUESTION_CHARS and bool(_ADDRESS.search(plain)) and bool(_ASKING.search(plain))
