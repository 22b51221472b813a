"""Personal data → typed placeholders, in both writings of a comment, before anything is stored or logged.

What 《个人信息保护法》 protects and comments do hold: names, telephone numbers, identity and bank cards, mail, WeChat, QQ, number plates,
addresses. Province, city and district stay, so that regions can be compared. Order and waybill numbers are told apart from telephone
numbers and stay too, unless asked otherwise: a complaint cannot be looked into without them. Rules find what follows a form or a
context; a name without either is not found.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from voc.alignment import AlignedText, Mask
from voc.normalise import normalise
from voc.personal import number_rules
from voc.personal_fields import is_number_of_a_case, may_hold_names, personal_kind
from voc.personal_names import full_name, name_rules
from voc.records import Answer, Comment

PLACEHOLDERS = {
    "phone": "[手机]",
    "landline": "[电话]",
    "id_card": "[身份证]",
    "bank_card": "[银行卡]",
    "email": "[邮箱]",
    "wechat": "[微信]",
    "qq": "[QQ]",
    "plate": "[车牌]",
    "address": "[地址]",
    "name": "[姓名]",
    "order": "[订单号]",
    "waybill": "[运单号]",
}

# Most comments show no such hint and are passed over at once.
_NUMBER_HINT = re.compile("[0-9@]|[微薇威Vv]信|[VvWw][Xx]|[Ww]e[CcIiXx]|[加+]我?[薇Vv]|[一幺壹][ -]?[三四五六七八九叁肆伍陆柒捌玖]")


def redact(aligned: AlignedText, keep: frozenset[str] = frozenset({"order", "waybill"})) -> tuple[AlignedText, dict[str, int]]:
    """Put placeholders in the place of personal data.

    Parameters
    ----------
    aligned : AlignedText
        A normalised comment.
    keep : frozenset of str
        Kinds that stay readable; keys of `PLACEHOLDERS`.

    Returns
    -------
    aligned : AlignedText
        Masked in both writings; redacting again changes nothing.
    counts : dict of str to int
        Number of places masked, by kind; kinds without any are left out.

    Examples
    --------
    >>> masked, counts = redact(normalise("請聯繫張小姐，電話１３８-００１３-８０００"))
    >>> masked.text, counts
    ('請聯繫[姓名]小姐，電話[手机]', {'name': 1, 'phone': 1})
    """
    counts: Counter[str] = Counter()
    while found := [claim for claim in _claims(aligned.normalised) if claim[2] not in keep]:  # a mask may lay bare what stood behind
        aligned = aligned.mask(Mask(start, end, PLACEHOLDERS[kind]) for start, end, kind in found)
        counts.update(kind for _, _, kind in found)
    return aligned, dict(counts)


def redact_field(header: str, value: str) -> str:
    """Mask a cell of a column beside the comment.

    Parameters
    ----------
    header : str
        Column header; says whether the whole value is personal ("收货人", "Mobile"; not "商品名称").
    value : str
        The cell.

    Returns
    -------
    str
        A placeholder, or the cleaned value with personal data in it masked; an empty value stays empty.

    Examples
    --------
    >>> redact_field("联系人", "李四"), redact_field("门店名称", "人民路店"), redact_field("备注", "回电13800138000")
    ('[姓名]', '人民路店', '回电[手机]')
    """
    kind = personal_kind(header) if value.strip() else None
    if kind:
        return PLACEHOLDERS[kind]
    cleaned = normalise(value)
    if is_number_of_a_case(header, value):
        return cleaned.text
    if may_hold_names(header) and full_name().fullmatch(cleaned.normalised):
        return PLACEHOLDERS["name"]
    return redact(cleaned)[0].text


def _claims(text: str) -> list[tuple[int, int, str]]:
    # Ascending (start, end, kind); the earlier rule wins where two overlap.
    rules = (number_rules() if _NUMBER_HINT.search(text) else ()) + name_rules(text)
    claims: list[tuple[int, int, str]] = []
    taken = bytearray(len(text))
    for rule in rules:
        for match in rule.pattern.finditer(text):
            start, end = match.span("it")
            if not any(taken[start:end]) and rule.accepts(match):
                taken[start:end] = b"\1" * (end - start)
                claims.append((start, end, rule.kind))
    return sorted(claims)


def redact_comment(comment: Comment) -> Comment:
    """Copy of a comment in which no personal data is left, in its text or beside it.

    Parameters
    ----------
    comment : Comment
        As read from the table.

    Returns
    -------
    Comment
        Safe to store.
    """
    return comment.model_copy(update={"text": redact(normalise(comment.text))[0].text, **_beside(comment)})


def redact_answer(answer: Answer) -> Answer:
    """Copy of an answer without a comment in which no personal data is left.

    Parameters
    ----------
    answer : Answer
        As read from the table.

    Returns
    -------
    Answer
        Safe to store; fields as those of `redact_comment`.
    """
    return answer.model_copy(update=_beside(answer))


_redacted = lru_cache(4096)(redact_field)  # shops and channels are few


def _beside(said: Comment | Answer) -> dict[str, object]:
    named = ("store", "product", "region", "customer_id", "channel", "source_type")
    return {
        "extra": {header: redact_field(header, value) for header, value in said.extra.items()},
        **{name: _redacted(name, value) for name in named if (value := getattr(said, name))},
    }
