"""How people's names look in a Chinese comment: beside a title (张女士), after a post (店长刘芳), told (我是…, 联系人:…) or beside a phone.

The nearer the context is to saying "a name follows", the less the name itself has to prove: after 姓名: anything with a surname will do,
after 客服 or 我是 the name must end where a name can end, and must not begin like a common word (客服安排, 我是常客).
"""

from __future__ import annotations

import re
from functools import cache

from voc.corpora import lexicon_lines
from voc.personal import Match, Rule

# A given name may hold nearly any character; these make far more words than names.
_NOT_GIVEN = "的了是我你您他她它们这那和跟与在就都也有不没把被让给对说来去到个位末日月店家多经为从及或请"
_GIVEN = rf"(?:(?![{_NOT_GIVEN}])[\u4e00-\u9fff])"
_TITLE = "先生|女士|小姐(?!姐)|太太"
_POST = "经理|老师(?!傅)|师傅|店长|主管|主任|医生|大夫|教练|队长|老板|总监|客服"  # 大堂经理 is no name: see _BEFORE
_BEFORE = "(?:^|(?<=[^\u4e00-\u9fff]|[找叫和与跟向给被由是的]))"
_TOLD = (
    r"(?:我叫|名叫|(?<![盘品店])名字[是叫:]{1,2}|姓名[是为:]{0,2}|联系人[是为:]{0,2}|[收寄]件人[是为:]{0,2}|收货人[是为:]{0,2}|客户名?[是为]?:"
    r"|(?:投诉|举报|反映|申请|购买|下单|签收|提货|经办|负责|当事)人(?:姓名)?[是为]?:)\s?"
)
_AFTER = r"(?=$|[^\u4e00-\u9fff]|男|女|电话|手机|身份证|联系|[家住在的是于来从去])"
_AFTER_SELF = r"(?=$|[,。!?:;、()\s0-9]|男|女|电话|手机|身份证|家住|住|现住|今年|现年|来自)"
# Who is named by a bare name in feedback: staff and customers. 销售 and 前台 are departments as often; the name has to show it.
_ROLE = (
    "(?:经理|店长|主管|主任|领班|站长|顾问|管家|店员|导购员?|营业员|服务员|收银员?|柜员|业务员|销售员?|促销员|理货员|员工|工作人员|前台"
    "|客服(?:人员|专员)?|快递员|快递小哥|外卖小哥|小哥|外卖员|配送员|送餐员|送货员|派送员|派件员|投递员|骑手|司机"
    "|师傅|安装工|安装员|安装人员|维修工|维修员|维修人员|保安|保洁|阿姨|护士|医生|大夫|老师|教练|律师|助理|老板|法人"
    "|技师|厨师|设计师|发型师|理发师|美发师|美容师|美甲师|造型师|摄影师|化妆师|按摩师|咨询师|工程师"
    "|客户|顾客|会员|用户|买家|业主|住户|车主|户主|机主|乘客|患者|村民|投诉人|举报人|反映人|申请人|当事人|联系人|经办人|负责人)"
)
_NUMBERED = r"工号(?:就?是|为|[:\s]){0,2}[A-Za-z]{0,3}[0-9]{2,8}(?:的|[,、:\s(])?"
# 付, 单, 费, 关 … begin a verb or a thing after a post far more often than a name (业主付定金, 师傅关煤气).
_UNLIKELY = "付单费关祝闻涂尚符易盛"
_DOUBTFUL = "申任常何万方余单安温严石"
_GIVEN_UNTOLD = rf"(?:(?![{_NOT_GIVEN}某太很会要没又还再将已未该更最够挺着过只号总])[\u4e00-\u9fff])"
_NICKNAME = "[小老阿](?![白费单康毛常金时])"  # 客服小王; not 小白, 小单
_AFTER_ROLE = (
    rf"(?=$|[^\u4e00-\u9fff]|[的是我你您他她和跟与在就都也不没把被让给对说来去到从及很太又还将讲]|{_TITLE}|{_POST}"
    "|态度|服务|电话|手机|工号|非常|特别|真的|真是|十分|超级|超好|超棒|超有|热情|热心|耐心|细心|贴心|专业|认真|负责|推荐|介绍|帮|告诉|主动|反映|反馈"
    "|投诉|表示|声称|承诺|答应|辛苦|全程|推诿|骗|骂|吼|联系|上门|安装|送|处理|一直|一再|多次|再次|今天|昨天|等人|等\\d|以及|强烈|本人|身份证|因|于\\d|要)"
)
_NO_PERSON_END = "人客粉迷控者户员族货党座镇村县市省"  # 我是安徽人, 我是白羊座
_BESIDE_PHONE = r"(?=[,:\s]{0,2}(?:(?:电话|手机)(?:号码?)?[:\s]{0,2})?(?:1[3-9][0-9][0-9 -]{8,10}(?![0-9])|\[手机\]))"

_HINT = re.compile(rf"{_TITLE}|{_POST}|{_ROLE}|我叫|我是|我就是|俺是|俺就是|名叫|名字|姓名|件人|货人|本人|工号")
_PHONE_HINT = re.compile(r"1[3-9][0-9][0-9 -]{8}|\[手机\]")


def name_rules(text: str) -> tuple[Rule, ...]:
    """Rules for people's names.

    Parameters
    ----------
    text : str
        Normalised. Most comments hold nothing that tells of a name and are passed over at once.

    Returns
    -------
    tuple of Rule
        Those that can find something in the text; the first that claims a place has it.
    """
    return (_rules() if _HINT.search(text) else ()) + (_beside_phone() if _PHONE_HINT.search(text) else ())


@cache
def _rules() -> tuple[Rule, ...]:
    surname = _surname()
    untold = rf"{surname}{_GIVEN_UNTOLD}{{1,2}}?"
    likely = rf"(?![{_UNLIKELY}]){untold}"
    told = (
        rf"(?P<it>{surname}{_GIVEN}{{0,2}}?)(?={_TITLE})",
        rf"{_BEFORE}(?P<it>{surname}{_GIVEN}{{0,2}}?)(?={_POST})",
        rf"(?P<it>{surname})(?={_POST})",
        rf"{_TOLD}(?P<it>{surname}{_GIVEN}{{1,2}}?){_AFTER}",
        rf"本人(?:名叫|叫|[:,])?(?P<it>{surname}{_GIVEN}{{1,2}}?){_AFTER_SELF}",
    )
    by_context = (
        rf"{_TOLD}(?P<it>{surname}{_GIVEN}{{1,2}})",
        rf"(?:我|俺|本人)(?:就是|是)(?P<it>{untold}(?<![{_NO_PERSON_END}])){_AFTER_SELF}",
        rf"{_ROLE}(?:[:,]|叫|名叫)?\s?(?P<it>{likely}){_AFTER_ROLE}",
        rf"{_ROLE}[:,]?\s?(?P<it>{_NICKNAME}{surname}){_AFTER_ROLE}",
        rf"{_NUMBERED}(?P<it>{likely}){_AFTER_ROLE}",
        rf"{_BEFORE}(?P<it>{likely})(?=[,(\s]?工号[:\s]?[A-Za-z]{{0,3}}[0-9])",
    )
    return tuple(Rule("name", re.compile(pattern), _is_name) for pattern in told) + tuple(
        Rule("name", re.compile(pattern), _is_no_word) for pattern in by_context
    )


@cache
def _beside_phone() -> tuple[Rule, ...]:
    pattern = rf"(?:{_BEFORE}|(?<=联系|电话))(?P<it>(?![{_UNLIKELY}]){_surname()}{_GIVEN_UNTOLD}{{1,2}}?){_BESIDE_PHONE}"
    return (Rule("name", re.compile(pattern), _is_no_word),)


@cache
def _surname() -> str:
    # One class for all of one character: tried at every character of a text, an alternation of two hundred takes its time.
    surnames = lexicon_lines("surnames")
    return f"(?:{'|'.join(name for name in surnames if len(name) > 1)}|[{''.join(name for name in surnames if len(name) == 1)}])"


@cache
def full_name() -> re.Pattern[str]:
    """Pattern of a whole name, for cells that should hold nothing else.

    Returns
    -------
    re.Pattern
        Surname and a given name of one or two characters; to be used with ``fullmatch``.

    Examples
    --------
    >>> bool(full_name().fullmatch("李四")), bool(full_name().fullmatch("小程序"))
    (True, False)
    """
    words = "|".join(sorted(_not_names() | _common_words()))
    return re.compile(rf"(?!{words}){_surname()}{_GIVEN}{{1,2}}")


def _is_name(match: Match) -> bool:
    # Not where a word begins with the surname (高级…), or ends with it (基金…).
    start = match.start("it")
    words = {match.string[start : start + 2], match.string[max(start - 1, 0) : start + 1]}
    return words.isdisjoint(_not_names())


def _is_no_word(match: Match) -> bool:
    name = match["it"]
    if not _is_name(match) or name[:2] in _common_words():
        return False
    # 申金条, 何高层: a verb or a question word, and a word of its own. 王文学 is a name.
    return name[0] not in _DOUBTFUL or name[1:] not in _not_names() | _common_words()


@cache
def _not_names() -> frozenset[str]:
    return frozenset(lexicon_lines("not_names"))


@cache
def _common_words() -> frozenset[str]:
    return frozenset(lexicon_lines("words_like_names"))
