"""Praise by denial: a clause that only says that a fault is not there ("没有破损", "一点也不油腻", "不用排队").

Models that count words read the fault and miss the 没有 before it. The rule is narrow: each fault and each negation of the clause must
be part of such a denial, and nothing may make a question, a wish, a comparison or another's words of it. A denied merit ("不新鲜") and a
service that is missing ("没有退款") are no denial of a fault.
"""

from __future__ import annotations

import re
from functools import cache

from voc.corpora import lexicon_lines, lexicon_table

# What may stand between the negation and the fault without changing what is denied.
_BETWEEN = (
    "任何|什么|丝毫|半点|一(?:点儿?|丝|处|个)|明显的?|太大的?|大的?|出现|发生|发现|产生|造成|遇到|碰到|看到|见到|有|过|"
    "觉得|感觉到?|感到|显得?|会|算|那么|太|很|特别|非常|过于|过分|怎么|想象中?的?|预想中?的?|传说中?的?|"
    "质量|品质|做工|运输|包装|外观|物流|商品|容易|易|至于"
)
_HAS_NOT = r"(?<![有还])(?:没有?|未见|未曾?|(?<!毫)无|毫无)"
_IS_NOT = r"(?:(?<=([^才岂免]))|^)不(?!\1)(?:是(?=[很太特那]))?"  # not 贵不贵, 是不是
_NEED_NOT = r"(?<![要用])(?:不(?:用|必|需要?)|无(?:需|须)|用不着)(?:再|去|一直)?"
# What may follow the fault: what it is a kind of, then the end, a particle or another statement. Not 没有破损包赔, 不差钱.
_AFTER = (
    "(?:的?(?:问题|情况|现象|地方|感觉|东西|之类))?"
    "(?=$|[^\u4e00-\u9fff]|[了啊呢哦呀哈嘛和或与及也都又还而且很挺真好不没无]|等$|的(?:$|[^\u4e00-\u9fff]))"
)
_SAME_BREATH = "(?:[和或与及、]|以及|或者)?"  # 没有破损和划痕
# Questions, wishes, conditions, comparisons, what others said or what used to be: there the fault may well exist.
_NOT_SAID = re.compile(
    r"[吗?]|希望|但愿|如果|要是|假如|若|除非|建议|最好|应该|应当|必须|保证|承诺|(?<![来可以总的])说(?!实话)|声称|宣传|号称|写着|标注|显示|"
    r"为了|确保|才|只有|以为|原来|本来|以前|之前|过去|上次|别[家人]|其[他它]|隔壁|人家|难道|即使|就算|只要|坚决|哪|谁|怎么可能|除了|要求|检测|回复|告诉|竟|居然|比|更|最|这么|如此|越来越"
)
_TELLING = frozenset("慢差贵坏脏臭烂漏洒撒破碎裂")  # 油 stands in 油条 too
_NEGATION = re.compile(r"[没无未]|(?<!差)不(?![错过仅但光愧])|别(?!的|人)")


def denies_fault(clause: str) -> bool:
    """Whether a clause only says that faults are not there.

    Parameters
    ----------
    clause : str
        Normalised.

    Returns
    -------
    bool
        False where anything else may be wrong too, or the denial is not the customer's own plain statement.

    Examples
    --------
    >>> [denies_fault(clause) for clause in ("包装没有破损", "一点也不油腻", "没有退款", "不新鲜", "有没有异味")]
    [True, True, False, False, False]
    """
    if not _MAY_DENY.search(clause) or _NOT_SAID.search(clause):
        return False
    rest, denials = _denials().subn("", clause)
    return denials > 0 and not _NEGATION.search(rest) and not _wrong().search(rest)


_MAY_DENY = re.compile("[没无未不]")


@cache
def _denials() -> re.Pattern[str]:
    words = {kind: [word for one, word in lexicon_table("faults") if one == kind] for kind in ("thing", "state", "burden")}
    long = [word for kind in ("state", "burden") for word in words[kind] if len(word) > 1]  # 没有卡: no card
    had, been, borne = (_any(found) for found in ([*words["thing"], *long], words["state"], words["burden"]))
    between, heavily = f"(?:{_BETWEEN}){{0,4}}", "(?:那么|觉得|感觉到?|感到|很|太|特别|过于|想象中?的?){1,4}"
    return re.compile(
        f"(?:{_HAS_NOT}(?:{between}{had}|{between}{heavily}{been}|(?:让[我人们您]*)?(?:怎么)?{had})(?:{_SAME_BREATH}{had})*"
        f"|{_IS_NOT}{between}{been}(?:{_SAME_BREATH}{been})*|{_NEED_NOT}{borne}){_AFTER}"
    )


@cache
def _wrong() -> re.Pattern[str]:
    """Words that say by themselves that something is wrong; of one character only those that few other words hold."""
    words = [*(word for _, word in lexicon_table("faults")), *lexicon_lines("opinions")]
    return re.compile(_any([word for word in words if len(word) > 1 or word in _TELLING]))


def _any(words: list[str]) -> str:
    return f"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"
