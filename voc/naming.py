"""Names of pain points: what it is about and what is wrong with it, in 2–10 Chinese characters from the clauses themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import log

from voc.classify import Floats
from voc.corpora import lexicon_lines, lexicon_table
from voc.taxonomy import Taxonomy

SHORTEST = 3  # characters of a mined name
LONGEST = 8  # characters of a mined name
WINDOW = 5  # words of a mined phrase
MOST_NAMES = 50
# Probability from which a clause counts as a known problem; half of a group's clauses give it that problem's name.
KNOWN_FROM = 0.3
_HAN = re.compile(r"[\u4e00-\u9fff]")
_DEGREE = re.compile(r"^[太很真超巨最挺更特极]+(?=[\u4e00-\u9fff])")


class Namer:
    """Finds the names of groups of complaints.

    Parameters
    ----------
    words : callable
        Normalised text → its words.
    taxonomy : Taxonomy
        Names a group that names nothing itself.
    """

    def __init__(self, words: Callable[[str], list[str]], taxonomy: Taxonomy) -> None:
        self.words = words
        self.taxonomy = taxonomy
        self.stop = frozenset(lexicon_lines("stopwords"))
        self.opinions = frozenset(lexicon_lines("opinions"))
        self.known = {code: label for code, label, _ in lexicon_table("pains")}

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

    def known_name(self, probabilities: Floats, codes: Sequence[str]) -> str | None:
        """Name of the known problem that a group is, if it is one.

        Parameters
        ----------
        probabilities : ndarray of shape (n_members, n_codes)
            Of each known problem.
        codes : sequence of str, length n_codes
            Names of the columns.

        Returns
        -------
        str or None
            From `corpora/lexicon/pains.tsv`.
        """
        best = int(probabilities.mean(axis=0).argmax())
        agree = (probabilities.argmax(axis=1) == best) & (probabilities[:, best] >= KNOWN_FROM)
        return self.known[codes[best]] if agree.mean() >= 0.5 else None

    def mined_names(self, clauses: Iterable[str], touchpoint: str) -> Iterator[str]:
        """Phrases that could name a group, the best first.

        A phrase is a run of words of a clause with fillers and degree taken out ("送餐真的太慢了" → "送餐慢"). Its worth is the
        share of clauses that hold all its words, more for naming an opinion and something else beside it.

        Parameters
        ----------
        clauses : iterable of str
            Normalised members.
        touchpoint : str
            Key; its Chinese name makes the last resort.

        Yields
        ------
        str
            Unending: the last resort comes numbered again and again.
        """
        counted = Counter(clauses)
        support: Counter[tuple[str, ...]] = Counter()
        for clause, count in counted.items():
            for phrase in set(self._phrases(clause)):
                support[phrase] += count
        total = counted.total()
        worth = {phrase: self._worth(phrase, count / total) for phrase, count in support.items() if count > 1 or total < 4}
        best = sorted(worth, key=lambda phrase: (-worth[phrase], phrase))[:MOST_NAMES]
        yield from dict.fromkeys("".join(phrase) if self._judges(phrase) else f"{''.join(phrase)}问题" for phrase in best)
        last = f"{self.taxonomy.by_id[touchpoint].zh}其他问题"
        yield last
        number = 2
        while True:
            yield f"{last}{number}"
            number += 1

    def _phrases(self, clause: str) -> Iterator[tuple[str, ...]]:
        kept = [_DEGREE.sub("", word) for word in self.words(clause) if word not in self.stop and _HAN.search(word)]
        for start in range(len(kept)):
            for end in range(start + 1, min(start + WINDOW, len(kept)) + 1):
                phrase = tuple(kept[start:end])
                if len(set(phrase)) == len(phrase) and SHORTEST <= sum(map(len, phrase)) <= LONGEST:
                    yield phrase

    def _worth(self, phrase: tuple[str, ...], support: float) -> float:
        """Share of members that hold the phrase, more for each word and for naming an opinion with something beside it."""
        judged = sum(map(self._is_opinion, phrase))
        return support * log(1 + len(phrase)) * (1 + bool(judged) + bool(judged and len(phrase) > judged))

    def _judges(self, phrase: tuple[str, ...]) -> bool:
        return any(map(self._is_opinion, phrase))

    def _is_opinion(self, word: str) -> bool:
        return word in self.opinions or word.startswith(("不", "没", "无", "未", "难"))
