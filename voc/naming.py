"""Names of pain points: what it is about and what is wrong with it, in 2–10 Chinese characters from the clauses themselves."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import log

from voc.classify import Floats
from voc.corpora import lexicon_lines, lexicon_table
from voc.taxonomy import Taxonomy

LONGEST = 8  # characters of a mined name
WINDOW = 5  # words of a mined phrase
# Mean probability from which a group is called by the name of a known problem.
KNOWN_FROM = 0.4
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
        mean = probabilities.mean(axis=0)
        best = int(mean.argmax())
        return self.known[codes[best]] if mean[best] >= KNOWN_FROM else None

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
        worth = {phrase: self._worth(phrase, count, total) for phrase, count in support.items() if count > 1 or total < 4}
        yield from dict.fromkeys("".join(phrase) for phrase, _ in sorted(worth.items(), key=lambda item: (-item[1], item[0]))[:50])
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
                if 2 <= sum(map(len, phrase)) <= LONGEST:
                    yield phrase

    def _worth(self, phrase: tuple[str, ...], count: int, total: int) -> float:
        name = "".join(phrase)
        judged = [word for word in phrase if self._is_opinion(word)]
        says_what = len(judged) < len(phrase) or len(name) > 3
        bonus = (2.5 if judged else 1.0) * (1.6 if judged and says_what else 1.0)
        return count / total * bonus * log(1 + len(name))

    def _is_opinion(self, word: str) -> bool:
        return word in self.opinions or word.startswith(("不", "没", "无", "未", "难"))
