"""How personal data look in a Chinese comment: numbers, accounts and addresses (people's names are in `voc.personal_names`).

A rule's pattern names the part to be masked ``it``; what stands around it tells the kind. Patterns are for the normalised writing
(half-width, Simplified), and bounded, so that a long text takes linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

Match = re.Match[str]


class Rule(NamedTuple):
    """One way in which personal data of a kind are written."""

    kind: str
    pattern: re.Pattern[str]
    accepts: Callable[[Match], bool]


_START = r"(?<![0-9A-Za-z.¥$])(?<![0-9]-)"  # no part of a longer number, a model, a price
_END = r"(?![0-9])(?![.-][0-9])(?![ ]?[元块万亿千%])"
_WORD_END = r"(?![0-9A-Za-z])"
_IS = r"(?:号码?|账号|编号|id|ID)?(?:就?是|为|[:=\s]){0,3}"

_EMAIL = r"(?<![A-Za-z0-9._%+-])(?P<it>[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})"
_WAYBILL_TOLD = r"(?:[快货]?运单|快递单?|物流单?|面单)号?" + _IS + r"(?P<it>[A-Za-z]{0,4}[0-9][0-9A-Za-z-]{7,24})" + _WORD_END
_WAYBILL = r"(?<![0-9A-Za-z])(?P<it>(?:SF|YT|ZTO?|STO|JDV?[ABCEX]?|JT|DPK|EMS|YD)[0-9]{10,15})" + _WORD_END
_ORDER = r"(?:订单|单号|[工单]单|单据|流水|交易|编号|凭证)" + _IS + r"(?P<it>[A-Za-z]{0,4}[0-9][0-9A-Za-z-]{5,30})" + _WORD_END
_ID_CARD = _START + r"(?P<it>[1-9][0-9]{5}[ ]?(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][ ]?[0-9]{3}[0-9Xx])" + _WORD_END
_ID_CARD_OLD = r"(?:身份证|证件)" + _IS + r"(?P<it>[1-9][0-9]{14})(?![0-9])"
_ACCOUNT = r"(?P<it>[A-Za-z][A-Za-z0-9_-]{5,19}|[1-9][0-9]{5,10})" + _WORD_END
_WECHAT = r"""
    (?:[微薇威]信|(?<![A-Za-z])(?:[Ww]ei[Xx]in|[Ww]e[Cc]hat|[WwVv][Xx]|[Vv]信))
    (?P<link>(?:号码?|账号|同号|id|ID|加我?|联系|就?是|为|[:=\s]){0,4})"""
_WECHAT_ADD = r"[加+]我?(?P<link>[薇Vv])[:\s]{0,2}"
_QQ = r"(?:(?<![A-Za-z])[Qq][Qq]|扣扣|企鹅)群?" + _IS + r"(?P<it>[1-9][0-9]{4,10})" + _END
_BANK_CARD = _START + r"(?P<it>[1-9][0-9]{3}(?:[ -]?[0-9]{4}){2}(?:[ -]?[0-9]{1,4}){1,2})" + _END
_BANK_CARD_TOLD = (  # whatever its last digit: people mistype, and a mistyped card is still most of a card
    r"(?:(?:银行|信用|储蓄|借记)卡(?:卡号|账[号户])?|(?<!会员)(?<!充值)卡号|(?:银行|开户|收款|打款|退款|对公)账[号户])"
    + _IS
    + r"""
    (?!20[0-9]{2}[ -]?[01][0-9][ -]?[0-3][0-9])          # 银行卡 20260305…: when it happened
    (?P<it>[0-9](?:[ -]?[0-9]){14,18})(?![0-9])(?![ -][0-9])(?![ ]?[元块万])"""
)
_PHONE = (
    r"(?=[(+01])(?:" + _START + r"|(?<=[Tt]el)|(?<=[Pp]hone)|(?<=[Mm]obile))" + r"""
    (?P<it>(?:\(?(?:\+|00)?86\)?[ -]?)?
        1(?:[3-9][0-9][ .-]?[0-9]{4}[ .-]?[0-9]{4}       # 138-0013-8000
        |[3-9][0-9]{2}[ -][0-9]{3}[ -][0-9]{4}            # 1380-013-8000
        |[3-9][0-9]{3}[ -][0-9]{6}                        # 13800 138000
        |(?:[ -][0-9]){10}))                              # 1 3 8 0 0 1 3 8 0 0 0
    """ + _END
)  # fmt: skip
# In figures or words: 一三八零零…, 幺三八…. Eleven of them are no amount, which would have 十, 百 or 千 in it.
_NUMERAL = "[0-9零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_NUMERAL_PHONE = (
    rf"(?<!{_NUMERAL})(?<![第十百千万亿点A-Za-z.¥$-])(?![0-9 -]{{11}})"
    rf"(?P<it>[1一幺壹][ -]?[3-9三四五六七八九叁肆伍陆柒捌玖][ -]?{_NUMERAL}[ ,-]?"
    rf"(?:{_NUMERAL}[ ]?){{3}}{_NUMERAL}[ ,-]?(?:{_NUMERAL}[ ]?){{3}}{_NUMERAL})(?!{_NUMERAL})(?![十百千万亿点元块年月.-])"
)
_PHONE_WORD = r"(?:电话|手机|手提|联络|联系方式|致电|拨打|拨|打|找我|(?<![A-Za-z])(?:[Tt]el|[Pp]hone|[Mm]obile|[Ww]hats[Aa]pp))"
_PHONE_TAIWAN = _START + r"(?P<it>09[0-9]{2}(?P<gap>[ -])[0-9]{3}(?P=gap)?[0-9]{3})" + _END
_PHONE_TAIWAN_TOLD = _PHONE_WORD + _IS + r"(?P<it>09[0-9]{8})" + _END
_PHONE_ABROAD = (
    r"(?<![0-9A-Za-z+])(?P<it>\(?(?:\+|00)(?:886\)?[ -]?(?:\(0\)|0)?"
    r"(?:9[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}|[2-8][ -]?[0-9]{3,4}[ -]?[0-9]{4})"
    r"|85[23]\)?[ -]?[2-9][0-9]{3}[ -]?[0-9]{4}))(?![0-9])"
)
_PHONE_HONG_KONG = _START + r"(?P<it>(?:\(85[23]\)[ -]?|85[23][ -])[5-9][0-9]{3}[ -]?[0-9]{4})" + _END
# 手机 6000-8000 is what one may cost.
_PHONE_HONG_KONG_TOLD = (
    r"(?:(?:手机|手提|联络)(?:电话|号码?)|致电|(?<![A-Za-z])[Ww]hats[Aa]pp)"
    + _IS
    + r"(?P<it>(?:85[23][ -]?)?[4-9][0-9]{3}[ ]?[0-9]{4})"
    + _END
)
_LANDLINE = (
    _START
    + r"""
    (?P<it>(?:\(0[1-9][0-9]{1,2}\)|0(?:10|2[0-9]|[3-9][0-9]{2}))[ ]?-?[ ]?[2-9][0-9]{6,7}(?:-[0-9]{1,5})?)
    (?![0-9])(?![ ]?[元块万])"""
)
_HOTLINE = _START + r"(?P<it>[48]00(?:[ -]?[0-9]{3}[ -]?[0-9]{4}|[0-9][ -][0-9]{3}[ -][0-9]{3}))" + _END
_LANDLINE_TOLD = r"(?:电话|座机|固话|[Tt]el)" + _IS + r"(?!20[0-9]{2}[01][0-9][0-3][0-9])(?P<it>[2-9][0-9]{2,3}[ -]?[0-9]{4})" + _END
_PLATE = r"""
    (?P<it>[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Za-hj-np-z][ ·.-]?
        (?=(?:[A-Z]{0,2}[0-9]){3}|[A-Z]{0,2}[0-9]{3}|[0-9]{2}[A-Z]{1,2}[0-9])
        (?:[DFdf][0-9A-HJ-NP-Z][0-9]{4}|[0-9]{5}[DFdf]|[0-9A-HJ-NP-Z]{4}[0-9A-HJ-NP-Z学警挂港澳]))
    """ + _WORD_END  # fmt: skip

# Province, city, district and town stay readable. What is masked begins after them, at most four characters before 路 or 小区: names
# of roads and estates have no mark at their start, and too much would take the complaint with it.
_ROAD = (
    r"(?:(?![省市区县镇乡的了我们你他她它是在到于从去送给个请将把被让与跟因就看想要住址])[\u4e00-\u9fff]){1,4}?"
    r"(?:大道|大街|路|街|巷|胡同|弄)(?:[东西南北中]|[一二三四五六七八九十]{1,2}段)?"
)
_ESTATE = (
    r"(?:(?![省市区县镇乡的了我们你他她它是在到于从去送给个请将把被让与跟因就看想要住址道对求响年月日内知决全本该整])[\u4e00-\u9fff]){2,4}?"
    r"(?:小区|花园|公寓|家园|新村|大厦|大院|[苑府庭湾居邸城])(?:[东西南北]区|[一二三四五六]期)?"
)
_BUILDING = r"(?:[-,\s]?(?:[A-Za-z]?[0-9]{1,4}|[A-Za-z一二三四五六七八九十]{1,2})(?:号楼|号院|栋|幢|座|单元))"
_ROOM = r"(?:[-,\s]?[A-Za-z]?[0-9]{2,5}(?:[室房户号]|(?![0-9元块年月日层楼多个平])))"
_STREET_ADDRESS = (
    r"(?P<it>" + _ROAD + r"(?P<number>[0-9]{1,5})(?:[-之][0-9]{1,4})?(?:弄[0-9]{1,4}号|号院|[号弄])(?![线口门店桌台机馆厅柜窗色铺]|出口|航)"
    r"(?P<inside>(?:[,\s]?" + _ESTATE + r"(?=" + _BUILDING + r"|" + _ROOM + r"))?" + _BUILDING + r"{0,3}" + _ROOM + r"?))"
)  # fmt: skip
_ESTATE_ADDRESS = r"(?P<it>" + _ESTATE + _BUILDING + r"{1,3}" + _ROOM + r"?)"
_ROOM_ADDRESS = (
    r"(?<![0-9A-Za-z])(?P<it>[A-Za-z]?[0-9]{1,3}(?:号楼|栋|幢|座)[-\s]?"
    r"(?:[0-9一二三四]{1,2}单元[-\s]?[0-9]{3,4}(?![0-9年])[室房号]?|[0-9]{3,4}[室房号]))"
)


@cache
def number_rules() -> tuple[Rule, ...]:
    """Rules for everything but names: those that go by context before those that go by form alone.

    Returns
    -------
    tuple of Rule
        The first that claims a place has it.
    """
    return (
        _rule("email", _EMAIL),
        _rule("waybill", _WAYBILL_TOLD),
        _rule("waybill", _WAYBILL),
        _rule("order", _ORDER),
        _rule("id_card", _ID_CARD, _is_id_card),
        _rule("id_card", _ID_CARD_OLD),
        _rule("wechat", _WECHAT + _ACCOUNT, _is_account),
        _rule("wechat", _WECHAT_ADD + _ACCOUNT, _is_account),
        _rule("qq", _QQ),
        _rule("bank_card", _BANK_CARD, _is_bank_card),
        _rule("bank_card", _BANK_CARD_TOLD, _is_no_store_card),
        _rule("phone", _PHONE),
        _rule("phone", _NUMERAL_PHONE),
        _rule("phone", _PHONE_ABROAD),
        _rule("phone", _PHONE_TAIWAN),
        _rule("phone", _PHONE_TAIWAN_TOLD),
        _rule("phone", _PHONE_HONG_KONG),
        _rule("phone", _PHONE_HONG_KONG_TOLD),
        _rule("landline", _LANDLINE),
        _rule("landline", _HOTLINE),
        _rule("landline", _LANDLINE_TOLD),
        _rule("plate", _PLATE),
        _rule("address", _STREET_ADDRESS, _is_street_address),
        _rule("address", _ESTATE_ADDRESS),
        _rule("address", _ROOM_ADDRESS),
    )


def luhn(digits: str) -> bool:
    """Check the last digit of a payment card (ISO/IEC 7812-1, annex B).

    Parameters
    ----------
    digits : str
        Decimal digits only.

    Returns
    -------
    bool

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    doubled = (2 * int(digit) for digit in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(value - 9 * (value > 9) for value in doubled)) % 10 == 0


def id_checksum(number: str) -> bool:
    """Check the last character of an 18-digit resident identity number (GB 11643-1999, ISO 7064 MOD 11-2).

    Parameters
    ----------
    number : str
        Seventeen digits and a digit or X.

    Returns
    -------
    bool

    Examples
    --------
    >>> id_checksum("11010519491231002X"), id_checksum("110105194912310021")
    (True, False)
    """
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17].upper()


def _rule(kind: str, pattern: str, accepts: Callable[[Match], bool] = lambda match: True) -> Rule:
    return Rule(kind, re.compile(pattern, re.VERBOSE), accepts)


def _compact(match: Match) -> str:
    return re.sub("[ -]", "", match["it"])


def _before(match: Match, length: int) -> str:
    start = match.start("it")
    return match.string[max(start - length, 0) : start]


def _is_id_card(match: Match) -> bool:
    return id_checksum(_compact(match)) or re.search("身份证|证件", _before(match, 12)) is not None


def _is_bank_card(match: Match) -> bool:
    digits = _compact(match)
    told = re.search("银行|(?<!会员)卡号|信用卡|储蓄卡|借记卡|账[号户]|[工建农中交招]行|打到|转到", _before(match, 14))
    return luhn(digits) and (told is not None or (digits.startswith("62") and len(digits) >= 16))


def _is_no_store_card(match: Match) -> bool:
    return (
        re.search("会员|购物|礼品|礼|储值|充值|预付|加油|油|公交|交通|电话|流量|[Ss][Ii][Mm]|上网|提货|优惠|积分", _before(match, 10))
        is None
    )


def _is_account(match: Match) -> bool:
    # 微信 WeChat支付, 微信Android版: a bare word is an account only where "号", "加" or ":" says so.
    return match["link"].strip() != "" or re.search("[0-9_]", match["it"]) is not None


def _is_street_address(match: Match) -> bool:
    # 物流一路5号才到: a day of the month, unless a building or a place is named as well.
    return bool(match["inside"]) or int(match["number"]) > 31 or re.search("[省市区县镇乡址住]", _before(match, 4)) is not None
