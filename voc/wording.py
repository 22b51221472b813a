"""Which words of a complaint can name it: what it is about, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from voc.corpora import lexicon_lines

NEGATORS = ("不", "没", "无", "未", "难")
# A name that ends in one of these breaks off.
UNFINISHED = frozenset(
    {"不", "没", "没有", "无", "未", "别", "不能", "不会", "不是", "不要", "不想", "不给", "不让", "不到", "不敢", "不肯"}
)
UNFINISHED |= {"不愿", "无法", "难", "没人", "没给", "不了"}
_BROKEN_OFF = tuple(word for word in UNFINISHED if len(word) > 1)  # 根本无法 is a word of the dictionary
_PARTICLES = ("得", "着", "成", "是", "把", "被")  # 放得, 闹成: what follows would say it
# They begin like a denial and deny nothing: things of that name, and words that join or colour statements.
_THINGS_NOT_DENIALS = frozenset({"不动产", "无人机", "无线", "未来", "不锈钢"})
_JOINING = frozenset({"不仅", "不但", "不同", "不得", "不少", "不断", "不然", "不知", "不胜感激", "不过", "无论", "无论是", "难道"})
_JOINING |= {"没想到", "想不到", "不料", "不知不觉", "不论", "不妨", "不止", "不光", "虽然", "虽说", "即使", "既然", "万万没想到"}
# Demands are named by what is wrong, not by what is to be done about it: 小程序卡顿 for 修复小程序卡顿.
_DEMANDS = frozenset(
    {"要求", "责令", "希望", "建议", "恳请", "请求", "恳求", "呼吁", "盼望", "但愿", "强烈要求", "改进", "改善", "改正", "整改"}
)
_DEMANDS |= {
    "修复",
    "恢复",
    "增加",
    "增设",
    "增开",
    "加强",
    "加大",
    "加快",
    "完善",
    "提高",
    "提升",
    "优化",
    "落实",
    "尽快",
    "补发",
    "确认",
    "听闻",
}
_VAGUE = frozenset({"办法", "地方", "时间", "时候", "想象", "对方"})  # 没有办法 says of nothing
_DESCRIBES_AFTER = frozenset("乱")  # the one adjective of one character that names a problem in front of a thing: 乱停车
_COMPOUNDS = frozenset({"小程序"})  # things that the dictionary cuts in two
_AND_SO_ON = "等"  # or "wait", which known problems cover
# Time, number, measure, pronoun, adverb, preposition, conjunction, particle, interjection, sound, place, name: no part of a name.
_EMPTY_TAGS = frozenset(
    {"t", "tg", "m", "mq", "q", "r", "d", "p", "c", "u", "ud", "ug", "uj", "ul", "uv", "uz", "y", "e", "o", "f", "s", "x", "ad", "vd"}
)
_EMPTY_TAGS |= {"ns", "nr", "nrt", "nrfg"}
HAN = re.compile(r"[\u4e00-\u9fff]")


class Wording:
    """Tells what words do in a name.

    Parameters
    ----------
    tags : mapping of str to str
        Word → its usual part of speech (ICTCLAS tags).
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self.tags = tags
        self.opinions = frozenset(lexicon_lines("opinions"))

    def names(self, word: str) -> bool:
        """Whether a word can be part of a name.

        Parameters
        ----------
        word : str
            Of a normalised clause.

        Returns
        -------
        bool
            An opinion, or a word of more than one character that is no filler, joins nothing and asks for nothing.
        """
        if not HAN.search(word) or word in _JOINING or word in _VAGUE:
            return False
        return self.is_opinion(word) or (len(word) > 1 and self._tag(word) not in _EMPTY_TAGS)

    def is_opinion(self, word: str) -> bool:
        """Whether a word says what is wrong.

        Parameters
        ----------
        word : str
            Any.

        Returns
        -------
        bool
            By `corpora/lexicon/opinions.txt`, negators and four-character idioms.
        """
        if word in _THINGS_NOT_DENIALS or word in _JOINING:
            return False
        denies = word.startswith(NEGATORS) or (len(word) == 3 and word.endswith("难"))  # 停车难
        return denies or word in self.opinions or word.removesuffix("了") in self.opinions or self._tag(word) == "i"

    def is_thing(self, word: str) -> bool:
        """Whether a word is something to find fault with.

        Parameters
        ----------
        word : str
            Any.

        Returns
        -------
        bool
            True for nouns, and for words that the dictionary does not know.
        """
        return len(word) > 1 and not self.is_opinion(word) and self._tag(word)[:1] in ("n", "")

    def says_of_what(self, phrase: Sequence[str]) -> bool:
        """Whether a phrase says what is complained of: 出行不方便, but not 不方便, 老地方, or 开发商 alone.

        Parameters
        ----------
        phrase : sequence of str
            Its words, at least one.

        Returns
        -------
        bool
            False too where it asks for something rather than complaining.
        """
        describes = self._attribute(phrase[0]) and "".join(phrase[:2]) not in _COMPOUNDS
        if phrase[0] in _DEMANDS or describes or _AND_SO_ON in phrase:
            return False
        if self._attribute(phrase[-1]) and not self.is_thing(phrase[-2]):
            return False
        if len(phrase) == 1:
            return self._tag(phrase[0]) in ("i", "l")
        said = (word for word in phrase if len(word) > 1 and word not in UNFINISHED)
        return any(self.is_thing(word) or self._tag(word)[:1] in ("v", "i", "l") for word in said)

    def breaks_off(self, word: str) -> bool:
        """Whether a name that ends in a word is not finished.

        Parameters
        ----------
        word : str
            Its last.

        Returns
        -------
        bool
            True for a negation, and for a verb with a particle that the dictionary does not know as one word: 闹成, 放得.
        """
        fragment = word.endswith(_PARTICLES) and not self.is_opinion(word) and (self._tag(word) == "" or word[-1] == "得")
        return word in UNFINISHED or word.endswith(_BROKEN_OFF) or fragment

    def _attribute(self, word: str) -> bool:
        """Whether a word describes what follows rather than finding fault with it: 大 in 大公司."""
        return len(word) == 1 and self._tag(word) == "a" and word not in _DESCRIBES_AFTER

    def _tag(self, word: str) -> str:
        return self.tags.get(word, "")
