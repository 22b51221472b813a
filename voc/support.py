"""Which complaints bear out the name of the pain point that they were put into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

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
        self._placed = placed
        self._namer = namer
        self._words = [namer.telling_words(complaint.normalised) for complaint in placed.complaints]
        self._counts = Counter(word for words in self._words for word in words)

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
        words, column = self._namer.telling_words(label), self._column(label)
        return {index for index in members if self._holds(index, words) or (column is not None and self._recognised(index, column))}

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
        return frozenset(word for word, count in inside.items() if count >= fewest and count >= TYPICAL_LIFT * usual * self._counts[word])

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
        return {index for index in members if not words.isdisjoint(self._words[index])}

    def _holds(self, index: int, words: frozenset[str]) -> bool:
        text = self._placed.complaints[index].normalised  # 送餐 is in 送餐员, but 大 is not said by 大学
        return any(word in text if len(word) > 1 else word in self._words[index] for word in words)

    def _column(self, label: str) -> int | None:
        meaning = self._namer.meanings.get(label)
        return self._placed.codes.index(meaning.code) if meaning and meaning.code in self._placed.codes else None

    def _recognised(self, index: int, column: int) -> bool:
        known = self._placed.known[index]
        return int(known.argmax()) == column and bool(known[column] >= RECOGNISED_FROM)
