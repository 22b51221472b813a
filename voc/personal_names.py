"""How people's names look in a Chinese comment: a surname before a title (张女士), or a name that is told (我叫…, 联系人:…)."""

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
_TOLD = r"(?:我叫|名叫|(?<![盘品店])名字[是叫:]{1,2}|姓名[是为:]{0,2}|联系人[是为:]{0,2}|收[件货]人[是为:]{0,2}|客户名?[是为]?:)\s?"
_AFTER = r"(?=$|[^\u4e00-\u9fff]|男|女|电话|手机|身份证|[家住在的是于来从去])"
_AFTER_SELF = r"(?=$|[,。:;、()\s0-9]|男|女|电话|手机|身份证|家住|住|现住)"


@cache
def name_rules() -> tuple[Rule, ...]:
    """Rules for people's names.

    Returns
    -------
    tuple of Rule
        The first that claims a place has it.
    """
    surname = f"(?:{'|'.join(lexicon_lines('surnames'))})"
    patterns = (
        rf"(?P<it>{surname}{_GIVEN}{{0,2}}?)(?={_TITLE})",
        rf"{_BEFORE}(?P<it>{surname}{_GIVEN}{{0,2}}?)(?={_POST})",
        rf"(?P<it>{surname})(?={_POST})",
        rf"{_TOLD}(?P<it>{surname}{_GIVEN}{{1,2}}?){_AFTER}",
        rf"{_TOLD}(?P<it>{surname}{_GIVEN}{{1,2}})",
        rf"本人[:,]?(?P<it>{surname}{_GIVEN}{{1,2}}?){_AFTER_SELF}",
    )
    return tuple(Rule("name", re.compile(pattern), _is_name) for pattern in patterns)


def _is_name(match: Match) -> bool:
    # Not where a word begins with the surname (高级…), or ends with it (基金…).
    start = match.start("it")
    words = {match.string[start : start + 2], match.string[max(start - 1, 0) : start + 1]}
    return words.isdisjoint(_not_names())


@cache
def _not_names() -> frozenset[str]:
    return frozenset(lexicon_lines("not_names"))
