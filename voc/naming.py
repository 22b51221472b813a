"""Names of pain points: what it is about and what is wrong with it, in 2–10 Chinese characters from the clauses themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from voc.classify import Floats
from voc.corpora import lexicon_lines, lexicon_table
from voc.taxonomy import Taxonomy

SHORTEST = 3  # characters of a mined name
LONGEST = 8  # characters of a mined name
WINDOW = 5  # words of a mined phrase
REACH = 2  # words from a thing to what is said of it
THING_SUPPORT = 0.3  # share of a group's clauses that must hold a name without an opinion
_PROBLEM = "问题"
LEAST_SUPPORT = 0.05  # share of a group's clauses that must hold its name
# Probability from which a clause counts as a known problem, and share of a group's clauses that give it the problem's name.
KNOWN_FROM = 0.4
KNOWN_SHARE = 0.4
_REMEMBERED = 200_000  # clauses whose words are kept: naming asks for them again and again
_NEGATORS = ("不", "没", "无", "未", "难")
# A name that ends in one of these breaks off.
_UNFINISHED = frozenset({"不", "没", "没有", "无", "未", "别", "不能", "不会", "不是", "不要", "不想", "不给", "不让", "不到"})
_UNFINISHED |= {"无法", "难", "没人", "没给", "不了"}
# They begin like a denial and deny nothing.
_DENY_NOTHING = frozenset(("不仅", "不但", "不动产", "不同", "不得", "不少", "不断", "不然", "不知", "不胜感激", "不过", "不锈钢"))
_DENY_NOTHING |= {"无人机", "无线", "无论", "无论是", "未来", "难道"}
_DESCRIBES_AFTER = frozenset("乱")  # the one adjective of one character that names a problem in front of a thing: 乱停车
_AND_SO_ON = "等"  # or "wait", which known problems cover
# Time, number, measure, pronoun, adverb, preposition, conjunction, particle, interjection, sound, place, name: no part of a name.
_EMPTY_TAGS = frozenset(
    {"t", "tg", "m", "mq", "q", "r", "d", "p", "c", "u", "ud", "ug", "uj", "ul", "uv", "uz", "y", "e", "o", "f", "s", "x", "ad", "vd"}
)
_EMPTY_TAGS |= {"ns", "nr", "nrt", "nrfg"}
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DEGREE = re.compile(r"^[太很真超巨最挺更特极]+(?=[\u4e00-\u9fff])")


class Meaning(NamedTuple):
    """What is known of a known problem.

    Parameters
    ----------
    code : str
        Its key in `corpora/lexicon/pains.tsv`.
    gloss : str
        In English.
    pain_type : str
        One of `voc.records.PainType`.
    """

    code: str
    gloss: str
    pain_type: str


def known_meanings(taxonomy: Taxonomy) -> dict[str, Meaning]:
    """What is known of the known problems of a taxonomy.

    Parameters
    ----------
    taxonomy : Taxonomy
        Touchpoints that they may be of.

    Returns
    -------
    dict of str to Meaning
        By their labels.
    """
    rows = (row for row in lexicon_table("pains") if row[1] in taxonomy.by_id)
    return {label: Meaning(code, gloss, pain_type) for code, _, label, gloss, pain_type in rows}


class Namer:
    """Finds the names of groups of complaints.

    Parameters
    ----------
    words : callable
        Normalised text → its words.
    tags : mapping of str to str
        Word → its usual part of speech (ICTCLAS tags).
    taxonomy : Taxonomy
        Touchpoints that known problems may be of.
    """

    def __init__(self, words: Callable[[str], list[str]], tags: Mapping[str, str], taxonomy: Taxonomy) -> None:
        self.words = lru_cache(_REMEMBERED)(words)
        self.tags = tags
        self.stop = frozenset(lexicon_lines("stopwords"))
        self.opinions = frozenset(lexicon_lines("opinions"))
        # Under a taxonomy of the user's own, only those known problems have a name whose touchpoint is in it.
        self.known = {code: (label, touchpoint) for code, touchpoint, label, *_ in lexicon_table("pains") if touchpoint in taxonomy.by_id}
        self.meanings = known_meanings(taxonomy)

    def content_words(self, text: str) -> list[str]:
        """Words that say something: without stop words, marks and numbers; all words where that leaves none.

        Parameters
        ----------
        text : str
            Normalised.

        Returns
        -------
        list of str
            In order; never empty for a text that is not.
        """
        words = self.words(text)
        return [word for word in words if word not in self.stop and _HAN.search(word)] or words

    def says_something(self, clause: str) -> bool:
        """Whether a clause is more than a filler, a mark or a number by itself ("结果", "为什么", "30").

        Parameters
        ----------
        clause : str
            Normalised.

        Returns
        -------
        bool
            True for a single word too, unless it is a stop word.
        """
        words = [word for word in self.words(clause) if any(map(str.isalpha, word))]
        return len(words) > 1 or any(word not in self.stop for word in words)

    def telling_words(self, text: str) -> frozenset[str]:
        """Words that alone say what something is about or what is wrong with it.

        Parameters
        ----------
        text : str
            Normalised.

        Returns
        -------
        frozenset of str
            Content words of two characters or more, and shorter ones that say what is wrong, but no bare negation.
        """
        words = self.content_words(text)
        return frozenset(
            word for word in words if word not in _UNFINISHED and (len(word) > 1 or self._is_opinion(word)) and word not in _NEGATORS
        )

    def known_problem(self, probabilities: Floats, codes: Sequence[str]) -> tuple[str, str] | None:
        """Name and touchpoint of the known problem that a group is, if it is one.

        Parameters
        ----------
        probabilities : ndarray of shape (n_members, n_codes)
            Of each known problem.
        codes : sequence of str, length n_codes
            Names of the columns.

        Returns
        -------
        tuple of (str, str), or None
            From `corpora/lexicon/pains.tsv`.
        """
        best = int(probabilities.mean(axis=0).argmax())
        agree = (probabilities.argmax(axis=1) == best) & (probabilities[:, best] >= KNOWN_FROM)
        return self.known.get(codes[best]) if agree.mean() >= KNOWN_SHARE else None

    def mined_names(self, clauses: Sequence[str], fewest: int = 2) -> list[str]:
        """Phrases that could name a group, the best first.

        A phrase is a run of words of a clause with fillers and degree taken out ("送餐真的太慢了" → "送餐慢"). Its worth is the
        share of clauses that hold it, more for each word, for naming a thing and for saying what is wrong with it.

        Parameters
        ----------
        clauses : sequence of str
            Normalised members.
        fewest : int
            Clauses that must hold a name, besides `LEAST_SUPPORT` of them.

        Returns
        -------
        list of str
            Empty where no phrase is common enough: the group has nothing in common that people would call it by.
        """
        support: Counter[tuple[str, ...]] = Counter()
        for clause, count in Counter(clauses).items():
            for phrase in set(self._phrases(clause)):
                support[phrase] += count
        least = max(fewest, LEAST_SUPPORT * len(clauses))
        worth = {phrase: self._worth(phrase, count / len(clauses)) for phrase, count in support.items() if count >= least}
        best = sorted(worth, key=lambda phrase: (-worth[phrase], phrase))
        return list(dict.fromkeys(self._written(phrase) for phrase in best))

    def _written(self, phrase: tuple[str, ...]) -> str:
        name = "".join(phrase)
        return name if self._judges(phrase) or name.endswith(_PROBLEM) else f"{name}{_PROBLEM}"

    def complaint_pairs(self, clause: str) -> Iterator[str]:
        """What a clause complains of and what it says of it, each pair as it would be written ("停车位太少了" → "停车位少").

        Parameters
        ----------
        clause : str
            Normalised.

        Yields
        ------
        str
            A thing and an opinion that stand at most `REACH` words apart, in the clause's order.
        """
        kept = self._kept(clause)
        for start, (place, first) in enumerate(kept):
            for after, second in kept[start + 1 : start + 1 + REACH]:
                if first in _UNFINISHED and after > place + 1:
                    continue
                pair = (first, second)
                fits = SHORTEST <= len(first) + len(second) <= LONGEST and second not in _UNFINISHED and self._says_of_what(pair)
                if fits and first != second and self._is_opinion(first) != self._is_opinion(second) and any(map(self._is_thing, pair)):
                    yield "".join(pair)

    def judges(self, name: str) -> bool:
        """Whether a name says what is wrong, not only what it is about.

        Parameters
        ----------
        name : str
            From `mined_names`.

        Returns
        -------
        bool
            False for a thing with 问题 behind it.
        """
        return not name.endswith(_PROBLEM)

    def holds(self, name: str, clauses: Sequence[str]) -> bool:
        """Whether a name that only says what it is about is at least true of many members.

        Parameters
        ----------
        name : str
            From `mined_names`.
        clauses : sequence of str
            Normalised members.

        Returns
        -------
        bool
            From `THING_SUPPORT` of them.
        """
        thing = name.removesuffix(_PROBLEM)
        return sum(thing in clause for clause in clauses) >= THING_SUPPORT * len(clauses)

    def names_problem(self, clause: str) -> bool:
        """Whether a clause holds a word that says what is wrong.

        Parameters
        ----------
        clause : str
            Normalised.

        Returns
        -------
        bool
            By `corpora/lexicon/opinions.txt`, negators and four-character idioms.
        """
        return any(map(self._is_opinion, self.words(clause)))

    def _phrases(self, clause: str) -> Iterator[tuple[str, ...]]:
        kept = self._kept(clause)
        for start in range(len(kept)):
            for end in range(start + 1, min(start + WINDOW, len(kept)) + 1):
                if end > start + 1 and kept[end - 2][1] in _UNFINISHED and kept[end - 1][0] > kept[end - 2][0] + 1:
                    break  # 没有 denies what stands next to it, not what fillers part it from
                phrase = tuple(word for _, word in kept[start:end])
                whole = len(set(phrase)) == len(phrase) and phrase[-1] not in _UNFINISHED and self._says_of_what(phrase)
                if whole and SHORTEST <= sum(map(len, phrase)) <= LONGEST:
                    yield phrase

    def _says_of_what(self, phrase: tuple[str, ...]) -> bool:
        """Whether a phrase says what is complained of: 出行不方便, but not 不方便, 老地方, or 开发商 alone."""
        if self._attribute(phrase[0]) or _AND_SO_ON in phrase or (self._attribute(phrase[-1]) and not self._is_thing(phrase[-2])):
            return False
        if len(phrase) == 1:
            return self._tag(phrase[0]) in ("i", "l")
        return any(self._is_thing(word) or self._tag(word)[:1] in ("v", "i", "l") for word in phrase if len(word) > 1)

    def _attribute(self, word: str) -> bool:
        """Whether a word describes what follows rather than finding fault with it: 大 in 大公司."""
        return len(word) == 1 and self._tag(word) == "a" and word not in _DESCRIBES_AFTER

    def _kept(self, clause: str) -> list[tuple[int, str]]:
        """Words that can be part of a name, without degree, and where they stand."""
        content = frozenset(self.content_words(clause))
        words = enumerate(self.words(clause))
        return [(place, _DEGREE.sub("", word)) for place, word in words if word in content and self._names(word)]

    def _names(self, word: str) -> bool:
        """Whether a word can be part of a name: an opinion, or a word of more than one character that is no filler."""
        if not _HAN.search(word):
            return False
        return self._is_opinion(word) or (len(word) > 1 and self._tag(word) not in _EMPTY_TAGS)

    def _worth(self, phrase: tuple[str, ...], support: float) -> float:
        """Share of members that hold the phrase, more for each word, for naming a thing and for saying what is wrong with it."""
        thing = any(self._is_thing(word) for word in phrase)
        return support * log(1 + len(phrase)) * (1 + thing) * (1 + self._judges(phrase))

    def _judges(self, phrase: tuple[str, ...]) -> bool:
        return any(map(self._is_opinion, phrase))

    def _is_opinion(self, word: str) -> bool:
        if word in _DENY_NOTHING:
            return False
        denies = word.startswith(_NEGATORS) or (len(word) == 3 and word.endswith("难"))  # 停车难
        return denies or word in self.opinions or word.removesuffix("了") in self.opinions or self._tag(word) == "i"

    def _is_thing(self, word: str) -> bool:
        return len(word) > 1 and not self._is_opinion(word) and self._tag(word)[:1] in ("n", "")

    def _tag(self, word: str) -> str:
        return self.tags.get(word, "")
