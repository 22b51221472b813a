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
from voc.wording import HAN, NEGATORS, UNFINISHED, Wording

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
        self.wording = Wording(tags)
        self.stop = frozenset(lexicon_lines("stopwords"))
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
        return [word for word in words if word not in self.stop and HAN.search(word)] or words

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
            word for word in words if word not in UNFINISHED and (len(word) > 1 or self.wording.is_opinion(word)) and word not in NEGATORS
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
                if first in UNFINISHED and after > place + 1:
                    continue
                pair = (first, second)
                fits = (
                    SHORTEST <= len(first) + len(second) <= LONGEST
                    and not self.wording.breaks_off(second)
                    and self.wording.says_of_what(pair)
                )
                if (
                    fits
                    and first != second
                    and self.wording.is_opinion(first) != self.wording.is_opinion(second)
                    and any(map(self.wording.is_thing, pair))
                ):
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
        return any(map(self.wording.is_opinion, self.words(clause)))

    def _phrases(self, clause: str) -> Iterator[tuple[str, ...]]:
        kept = self._kept(clause)
        for start in range(len(kept)):
            for end in range(start + 1, min(start + WINDOW, len(kept)) + 1):
                if end > start + 1 and kept[end - 2][1] in UNFINISHED and kept[end - 1][0] > kept[end - 2][0] + 1:
                    break  # 没有 denies what stands next to it, not what fillers part it from
                phrase = tuple(word for _, word in kept[start:end])
                whole = len(set(phrase)) == len(phrase) and not self.wording.breaks_off(phrase[-1]) and self.wording.says_of_what(phrase)
                if whole and SHORTEST <= sum(map(len, phrase)) <= LONGEST:
                    yield phrase

    def _kept(self, clause: str) -> list[tuple[int, str]]:
        """Words that can be part of a name, without degree, and where they stand."""
        content = frozenset(self.content_words(clause))
        words = enumerate(self.words(clause))
        return [(place, _DEGREE.sub("", word)) for place, word in words if word in content and self.wording.names(word)]

    def _worth(self, phrase: tuple[str, ...], support: float) -> float:
        """Share of members that hold the phrase, more for each word, for naming a thing and for saying what is wrong with it."""
        thing = any(self.wording.is_thing(word) for word in phrase)
        return support * log(1 + len(phrase)) * (1 + thing) * (1 + self._judges(phrase))

    def _judges(self, phrase: tuple[str, ...]) -> bool:
        return any(map(self.wording.is_opinion, phrase))
