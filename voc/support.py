"""Which complaints bear out the name of the pain point that they were put into."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from voc.metrics import share
from voc.naming import Namer
from voc.space import Placed

RECOGNISED_FROM = 0.2  # probability from which a complaint that is most likely a known problem counts as that one
TYPICAL_SHARE = 0.02  # share of the complaints that bear a name out in which a word must stand to be typical of them
TYPICAL_LIFT = 3.0  # times as frequent there as in all complaints


class Support:
    """Tells whose words bear out a name.

    Parameters
    ----------
    placed : Placed
        All complaints of a run.
    namer : Namer
        Tells the words that say something, and knows the known problems.
    """

    def __init__(self, placed: Placed, namer: Namer) -> None:
        self._namer = namer
        self._codes = placed.codes
        self._best, self._sure = placed.known.argmax(axis=1), placed.known.max(axis=1, initial=0.0) >= RECOGNISED_FROM
        texts = [complaint.normalised for complaint in placed.complaints]
        self._text = "\n".join(texts)  # all in one: a word is looked up in all complaints at the speed of one search
        self._starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        self._words = [namer.telling_words(text) for text in texts]
        self._holders: dict[str, set[int]] = defaultdict(set)
        for index, words in enumerate(self._words):
            for word in words:
                self._holders[word].add(index)
        self._containing = cache(self._find)

    def said_by(self, label: str, members: Iterable[int]) -> set[int]:
        """Complaints that say what a label says.

        Parameters
        ----------
        label : str
            Of a pain point.
        members : iterable of int
            Indices of complaints.

        Returns
        -------
        set of int
            Those that hold a word of the label (what it is about, or what is wrong), or that are recognised as the known problem of
            that name.
        """
        words = self._namer.telling_words(label)  # 送餐 is in 送餐员, but 大 is not said by 大学
        saying = [self._containing(word) if len(word) > 1 else self._holders.get(word, set()) for word in words]
        return self._recognised(label).union(*saying).intersection(members)

    def label_support(self, label: str, members: Sequence[int]) -> float:
        """Of how many members the name of a pain point is true, as far as words tell.

        Parameters
        ----------
        label : str
            Of the pain point.
        members : sequence of int
            Indices of its complaints.

        Returns
        -------
        float
            Share that says what the label says, 0–1.
        """
        return share(len(self.said_by(label, members)), len(members))

    def typical_words(self, sure: Iterable[int]) -> frozenset[str]:
        """Other words in which people say the same.

        Parameters
        ----------
        sure : iterable of int
            Complaints that say what a label says.

        Returns
        -------
        frozenset of str
            Words of at least two of them and of `TYPICAL_SHARE` of them, `TYPICAL_LIFT` times as frequent there as everywhere.
        """
        sure = list(sure)
        inside = Counter(word for index in sure for word in self._words[index])
        fewest = max(2, TYPICAL_SHARE * len(sure))
        usual = len(sure) / max(len(self._words), 1)
        return frozenset(
            word for word, count in inside.items() if count >= fewest and count >= TYPICAL_LIFT * usual * len(self._holders[word])
        )

    def shares_words(self, words: frozenset[str], members: Iterable[int]) -> set[int]:
        """Complaints that hold any of some words.

        Parameters
        ----------
        words : frozenset of str
            E.g. from `typical_words`.
        members : iterable of int
            Indices of complaints.

        Returns
        -------
        set of int
            Some of the members.
        """
        return set[int]().union(*(self._holders[word] for word in words)).intersection(members)

    def _find(self, word: str) -> set[int]:
        """Complaints in which a word stands, as a word or inside another."""
        places = [match.start() for match in re.finditer(re.escape(word), self._text)]
        return set((np.searchsorted(self._starts, places, side="right") - 1).tolist())

    def _recognised(self, label: str) -> set[int]:
        """Complaints that are most likely the known problem of a name."""
        meaning = self._namer.meanings.get(label)
        if not meaning or meaning.code not in self._codes:
            return set()
        return set(np.flatnonzero((self._best == self._codes.index(meaning.code)) & self._sure).tolist())
