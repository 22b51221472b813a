"""Which columns hold personal data, by their headers: 收货人 and Mobile do, 商品名称 and 手机型号 do not."""

from __future__ import annotations

import re

_PERSON = (
    "姓名|名字|联系人|收[件货]人|[寄发提取]件人"
    "|(?:负责|经办|处理|跟进|签收|提货|投诉|举报|反映|申请|申诉|购买|下单|订购|填写|提交|评价|评论|留言|被访|受访|当事)人"
)
_KINDS = {
    "phone": r"手机|移动电话|mobile|cell|whats.?app",
    "landline": r"电话|座机|传真|联系方式|phone|\btel|\bfax",
    "id_card": "身份证|证件号|护照|通行证|id.?card|passport",
    "bank_card": "银行卡|银行账[号户]|信用卡号|bank.?(?:card|account)",
    "email": "邮箱|邮件|e-?mail",
    "wechat": "微信|wechat|weixin|(?:open|union)_?id",
    "qq": r"\bqq|扣扣",
    "plate": "车牌|plate",
    "address": r"地址|住址|住所|门牌|address|\baddr",
    "name": rf"{_PERSON}|昵称|用户名|旺旺|(?:客户|会员|顾客|买家)名|^name$|^contact"
    r"|(?:full|first|last|nick|user|customer|buyer|receiver).?name|recipient|consignee|^receiver$",
}
# What a thing, a place or a company has is public, unless a person is named after it: 门店电话, but 门店联系人.
_IMPERSONAL = re.compile("门店|店铺|商家|商品|产品|品牌|活动|渠道|公司|product|store|shop|item|brand|company", re.IGNORECASE)
_OF_PERSON = re.compile(f"{_PERSON}|手机号|身份证", re.IGNORECASE)
# What is said about a phone or a person: 手机型号, 电话服务满意度, 是否留电话.
_ABOUT = re.compile(
    r"是否|(?:型号|机型|系统|版本|颜色|价格|价位|满意度?|评[分价]|得分|打分|服务|质量|次数|数量|时[长间]|日期|类[型别]|状态"
    r"|原因|渠道|来源|结果|内容|备注|主题|归属地)"
    r"$|(?:model|type|time|date|count|score|rating|status|version|source)$",
    re.IGNORECASE,
)
_STAFF = re.compile(
    r"(?:店长|店员|导购员?|客服(?:人员|专员)?|服务员|服务人员|员工|销售员?|顾问|业务员|收银员|配送员|快递员|骑手|师傅|经理|主管|老师|医生"
    r"|坐席|座席|staff|agent|clerk|courier)$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"(?:customer|user|member|buyer|客户|顾客|用户|会员|买家)[ _]?(?:编?号|id)?", re.IGNORECASE)
_NUMBERS = re.compile(r"订单|单号|流水号|交易号|运单|工单|order|waybill|tracking|ticket", re.IGNORECASE)
_NUMBER = re.compile(r"[A-Za-z]{0,6}[0-9A-Za-z_-]{5,40}")


def personal_kind(header: str) -> str | None:
    """Kind of personal data that every cell of a column holds.

    Parameters
    ----------
    header : str
        Column header.

    Returns
    -------
    str or None
        A key of `voc.redact.PLACEHOLDERS`; None where the cells have to be looked at one by one.

    Examples
    --------
    >>> personal_kind("收货人"), personal_kind("门店联系人"), personal_kind("门店电话"), personal_kind("手机型号")
    ('name', 'name', None, None)
    """
    header = header.strip()
    if _ABOUT.search(header) or (_IMPERSONAL.search(header) and not _OF_PERSON.search(header)):
        return None
    return next((kind for kind, pattern in _KINDS.items() if re.search(pattern, header, re.IGNORECASE)), None)


def may_hold_names(header: str) -> bool:
    """Whether a cell that looks like a person's name is one.

    Parameters
    ----------
    header : str
        Column header, or field of a comment.

    Returns
    -------
    bool
        True for staff and for customers' ids, whose cells may also be a shift, a team or a number.

    Examples
    --------
    >>> may_hold_names("导购"), may_hold_names("customer_id"), may_hold_names("门店")
    (True, True, False)
    """
    return bool(_STAFF.search(header.strip()) or _PEOPLE.fullmatch(header.strip()))


def is_number_of_a_case(header: str, value: str) -> bool:
    """Whether a cell is an order, waybill or ticket number, whatever else its figures look like.

    Parameters
    ----------
    header : str
        Column header.
    value : str
        The cell.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_number_of_a_case("订单号", "13800138000"), is_number_of_a_case("备注", "13800138000")
    (True, False)
    """
    return bool(_NUMBERS.search(header) and _NUMBER.fullmatch(value.strip()))
