"""Which language and script a comment is written in, and whether it says anything at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from voc.corpora import lexicon_lines
from voc.normalise import to_simplified
from voc.records import Language

_NOT_LANGUAGE = re.compile(r"\[[^\[\]\s]{1,6}\]|https?://[!-~]+|(?<![!-~])[!-~]{1,64}@[!-~]+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA = re.compile("[\u3041-\u30fa]")
_WORD = re.compile(r"[^\W\d_]+")
_PROSE = re.compile(r"\b[a-z]{2,}\b", re.ASCII)  # brands and models (iPhone, TF, X1) carry capitals or digits

_HAN_PER_WORD = 1.6  # a Chinese word is that long on average, so that shares of words can be compared
_MINORITY = 0.2  # below this share a script or language is only quoted
_NOISE = re.compile(r"\b(?:[a-z]|(?:qwe|wer|ert|rty|asd|sdf|dfg|fgh|ghj|hjk|jkl|zxc|xcv|cvb|vbn|bnm)[a-z]{0,5})\b", re.IGNORECASE)


def detect_language(text: str) -> Language:
    """Name the language of a comment, and the script if it is Chinese.

    Chinese without a character that tells the scripts apart ("好吃") counts as Simplified. Placeholders, emoji names in brackets and
    addresses of pages and mail are no language.

    Parameters
    ----------
    text : str
        Cleaned, before conversion to Simplified.

    Returns
    -------
    {"zh-Hans", "zh-Hant", "en", "mixed", "other", "none"}
        "mixed": at least a fifth is Chinese and a fifth English prose, or both scripts at that rate; "none": no letter at all.

    Examples
    --------
    >>> [detect_language(text) for text in ("味道不错", "味道不錯", "slow delivery", "。。。")]
    ['zh-Hans', 'zh-Hant', 'en', 'none']
    """
    text = _NOT_LANGUAGE.sub(" ", text)
    han = len(_HAN.findall(text))
    if not han:
        letters = "".join(_WORD.findall(text))
        if not letters:
            return "none"
        return "en" if sum(map(str.isascii, letters)) > (1 - _MINORITY / 2) * len(letters) else "other"
    if len(_KANA.findall(text)) > _MINORITY * han:
        return "other"
    english = len(_PROSE.findall(text))
    share = english / (english + han / _HAN_PER_WORD)
    if english > 2 and share > _MINORITY:
        return "en" if share > 1 - _MINORITY else "mixed"
    return _script(text)


def is_informative(normalised: str) -> bool:
    """Tell whether anything is said that can be acted on or learnt from.

    False where nothing is left after taking away what `corpora/lexicon/no_content.txt` and ``no_answer.txt`` list, marks, digits,
    emoji names, placeholders and keyboard noise: empty answers ("无", "暂无建议"), bare verdicts without reason ("很好", "非常满意"),
    "还没用".

    Parameters
    ----------
    normalised : str
        The analysed writing of a comment.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_informative("没有"), is_informative("没有热水")
    (False, True)
    """
    return _nothing_but_fillers().fullmatch(_NOISE.sub(" ", _NOT_LANGUAGE.sub(" ", normalised))) is None


def is_no_answer(normalised: str) -> bool:
    """Tell whether a comment is an empty answer, which has no sentiment and speaks of no touchpoint.

    Parameters
    ----------
    normalised : str
        The analysed writing of a comment.

    Returns
    -------
    bool
        True where nothing but words of `corpora/lexicon/no_answer.txt` and punctuation is there; bare verdicts ("很好") and emoji are
        an answer.

    Examples
    --------
    >>> [is_no_answer(text) for text in ("没有", "暂无建议。", "没有热水", "很好", "不满")]
    [True, True, False, False, False]
    """
    return _nothing_but_no_answer().fullmatch(normalised) is not None


def _script(text: str) -> Language:
    characters = set(text)
    simplified, traditional = _telling_characters()
    hans, hant = len(characters & simplified), len(characters & traditional)
    if hant > (hans + hant) * (1 - _MINORITY):
        return "zh-Hant"
    return "mixed" if hant > (hans + hant) * _MINORITY else "zh-Hans"


@cache
def _telling_characters() -> tuple[frozenset[str], frozenset[str]]:
    # The national character sets know: 后 里 台 只, in use on both sides, are in both; 这 is not in Big5, 這 not in GB 2312.
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    gb, big5 = ({c for c in characters if c.encode(charset, "ignore")} for charset in ("gb2312", "big5hkscs"))
    return frozenset(gb - big5), frozenset(c for c in big5 - gb if to_simplified(c) != c)


@cache
def _nothing_but_fillers() -> re.Pattern[str]:
    words = _any_of([*lexicon_lines("no_content"), *lexicon_lines("no_answer")])
    return re.compile(rf"(?:[\W\d_]|{words})*+", re.IGNORECASE)


@cache
def _nothing_but_no_answer() -> re.Pattern[str]:
    words = _any_of(lexicon_lines("no_answer"))
    return re.compile(rf"\W*+(?:{words})(?:[\W_]|{words})*+", re.IGNORECASE)


def _any_of(fillers: Sequence[str]) -> str:
    """Longest first, and to be repeated possessively: one way to read a text, so that a long one takes linear time."""
    return "|".join(rf"\b{re.escape(one)}\b" if one.isascii() else re.escape(one) for one in sorted(fillers, key=len, reverse=True))
