"""What a rating cell states: numbers, stars, Chinese numerals, and the five steps of satisfaction."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from voc.ingest.names import to_simplified

# A column of scores says the same few things over and over.
_REMEMBERED = 1 << 14
_NUMBER = re.compile(
    r"(?P<number>-?\d{1,9}(?:\.\d{1,9})?)\s*(?:分|点|points?|(?P<star>颗星|星级|星|stars?)(?P<half>半)?)?"
    r"\s*(?:/\s*(?P<of>\d+)\s*(?:分|颗星|星|points?|stars?)?)?\s*(?:\(满分\s*(?P<full>\d+)\s*分?\)|[(:、.—\-\s=](?P<words>\D*))?",
    re.IGNORECASE,
)
_NUMERALS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九十")} | {"两": 2}
_NUMERAL = re.compile(r"(?P<numeral>[零一二两三四五六七八九十])\s*(?:分|(?P<star>颗星|星级|星)(?P<half>半)?)")
_STARS = re.compile("(?P<stars>[★⭐🌟]{1,10})(?P<half>1⁄2|半)?☆*")
_STEPS = {
    5.0: "非常满意 很满意 十分满意 极其满意 完全满意 very_satisfied extremely_satisfied",
    4.0: "满意 比较满意 较满意 satisfied somewhat_satisfied",
    # 基本满意 stands between 满意 and 不满意 in the standard five steps of public services.
    3.0: "一般 中立 基本满意 neutral",
    2.0: "不满意 不太满意 比较不满意 较不满意 dissatisfied somewhat_dissatisfied unsatisfied",
    1.0: "非常不满意 很不满意 极不满意 极其不满意 十分不满意 very_dissatisfied extremely_dissatisfied very_unsatisfied",
}
_WORDS = {word: value for value, words in _STEPS.items() for word in words.split()}
_MIDDLE = 3.0
# "A. 非常满意", "非常满意（5分）", "满意！"
_WORDED = re.compile(
    r"(?:[A-Ea-e][.、:)\s]\s*)?(?P<words>[^\W\d]+(?:\s[^\W\d]+)?)\s*(?:[(:\-—\s]*(?P<number>\d{1,2}(?:\.\d)?)\s*分?\s*\)?)?[!。.~]*"
)
# Longer cells are comments, and not worth the search.
_LONGEST = 100


class _Stated(NamedTuple):
    """A score, and out of how many where the cell says or implies it."""

    value: float
    of: float | None = None


def score(text: str) -> float | None:
    """Number that a rating cell states.

    Parameters
    ----------
    text : str
        "4.0", "5分", "9/10", "5 - 非常愿意", "四星半", "★★★★☆", or one of the five steps of satisfaction (非常满意 is 5).

    Returns
    -------
    float or None
        None if it states none, or its number contradicts its words (1 - 非常满意).

    Examples
    --------
    >>> score("4.5分"), score("非常满意"), score("好评")
    (4.5, 5.0, None)
    """
    stated = _stated(text)
    return stated.value if stated else None


def nps_score(text: str) -> int | None:
    """Answer to "how likely are you to recommend us", 0 to 10.

    Parameters
    ----------
    text : str
        A cell.

    Returns
    -------
    int or None
        None if it is no whole number from 0 to 10, or one on another scale: five stars are not a 5 out of 10.

    Examples
    --------
    >>> nps_score("9分"), nps_score("10.0"), nps_score("11"), nps_score("五星")
    (9, 10, None, None)
    """
    stated = _stated(text)
    if stated is None or stated.of not in (None, 10.0):
        return None
    return int(stated.value) if stated.value.is_integer() and 0 <= stated.value <= 10 else None


@lru_cache(_REMEMBERED)
def _stated(text: str) -> _Stated | None:
    if len(text) > _LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text).replace("\ufe0f", "")
    if match := _NUMBER.fullmatch(text):
        of = match["of"] or match["full"] or (5 if match["star"] else None)
        words = to_simplified(match["words"] or "").strip(" ()、.:-—=")
        return _agreeing(_Stated(float(match["number"]) + _half(match), float(of) if of else None), _WORDS.get(words))
    if match := _NUMERAL.fullmatch(text):
        return _Stated(_NUMERALS[match["numeral"]] + _half(match), 5.0 if match["star"] else None)
    if match := _STARS.fullmatch(text):
        return _Stated(len(match["stars"]) + _half(match), 5.0)
    return _worded(text)


def _half(match: re.Match[str]) -> float:
    return 0.5 if match["half"] else 0.0


def _worded(text: str) -> _Stated | None:
    match = _WORDED.fullmatch(text)
    step = _WORDS.get(to_simplified(match["words"]).lower().replace(" ", "_")) if match else None
    if match is None or step is None:
        return None
    return _agreeing(_Stated(float(match["number"])), step) if match["number"] else _Stated(step, 5.0)


def _agreeing(stated: _Stated, step: float | None) -> _Stated | None:
    """The score, unless the words beside it stand on the other side of the middle: then nobody can say which is meant."""
    against = step is not None and stated.value <= 5 and (stated.value - _MIDDLE) * (step - _MIDDLE) < 0
    return None if against else stated
