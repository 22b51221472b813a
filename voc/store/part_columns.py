"""Which comments of a run have what, as arrays: read once, so that the figures of any of its parts are counted in milliseconds.

The database takes a second or more to count a third of 200,000 comments anew, whatever the indexes; a comment here is a few bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, Text, cast, func, or_, select

from voc.records import SCORES
from voc.store.cache import Cache
from voc.store.chosen import of_days, of_fields
from voc.store.current import Current
from voc.store.paging import one_of
from voc.store.placed import Placed
from voc.store.points import monday
from voc.store.records import RunFilter
from voc.store.tables import AnnotationRow, CommentRow, MembershipRow, MentionRow
from voc.store.wordless import Wordless, of_upload

Bools = NDArray[np.bool_]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")
_ALONE, _FILE = 2**40, 2**42  # so that rows, comments without one, and files get numbers apart


class Mentions(NamedTuple):
    """Places of the comments that speak of a touchpoint, as the models said."""

    all: Ints
    negative: Ints


class Scores(NamedTuple):
    """Scores of comments that have any, and of respondents who wrote nothing."""

    places: Ints
    respondents: Ints  # comments of one row of a table share theirs
    given: Mapping[str, Doubles]  # of the comments, by score; NaN where none
    wordless: Wordless


class Columns:
    """One run; a comment is known by its place among the run's comments, from 0.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    memory : Cache
        Remembers what was read.
    """

    def __init__(self, connection: Connection, now: Current, memory: Cache) -> None:
        self.connection = connection
        self.now = now
        self.memory = memory
        self._of_run = (AnnotationRow.run_id == now.run.id,)
        self._of_upload = (CommentRow.upload_id == now.run.upload_id,)

    @property
    def keys(self) -> Ints:  # numpydoc ignore=RT01
        """Numbers of the comments, in order."""
        return self._kept("keys", lambda: np.sort(self._numbers(AnnotationRow.comment_id.expression, *self._of_run)))

    def chosen(self, wanted: RunFilter) -> Bools:
        """Which comments a filter chooses.

        Parameters
        ----------
        wanted : RunFilter
            The filter.

        Returns
        -------
        ndarray of bool, shape (n,)
            By place.
        """
        mask = np.ones(len(self.keys), dtype=bool)
        days = of_days(CommentRow, wanted)
        # One after another: each is answered by an index alone.
        for conditions in [*([one] for one in of_fields(wanted)), *([days] if days else [])]:
            own = np.zeros(len(self.keys), dtype=bool)
            own[self._places(self._numbers(CommentRow.id.expression, *self._of_upload, *conditions))] = True
            mask &= own
        return mask

    def sentiment(self) -> Mapping[str, Ints]:
        """Comments of each sentiment, as the models said.

        Returns
        -------
        mapping of str to ndarray
            By label.
        """
        listed = select(AnnotationRow.label, _listed(AnnotationRow.comment_id.expression)).where(*self._of_run)
        return self._kept("sentiment", lambda: self._grouped(listed.group_by(AnnotationRow.label)))

    def mentions(self) -> Mapping[str, Mentions]:
        """Comments that speak of each touchpoint, as the models said.

        Returns
        -------
        mapping of str to Mentions
            By touchpoint.
        """

        def read() -> Mapping[str, Mentions]:
            listed = select(MentionRow.touchpoint, _listed(MentionRow.comment_id.expression)).where(MentionRow.run_id == self.now.run.id)
            every = self._grouped(listed.group_by(MentionRow.touchpoint))
            bad = self._grouped(listed.where(MentionRow.polarity == "negative").group_by(MentionRow.touchpoint))
            none = np.zeros(0, dtype=np.int64)
            return {touchpoint: Mentions(np.unique(places), np.unique(bad.get(touchpoint, none))) for touchpoint, places in every.items()}

        return self._kept("mentions", read)

    def members(self) -> Mapping[str, Ints]:
        """Comments of the pain points that are shown, once for each clause, as reviews and edits leave them.

        Returns
        -------
        mapping of str to ndarray
            By pain point, in order.
        """
        stood = self.now.standing

        def as_found() -> Mapping[str, Ints]:
            listed = select(MembershipRow.pain_point_id, _listed(MembershipRow.comment_id.expression))
            listed = listed.where(MembershipRow.run_id == self.now.run.id).group_by(MembershipRow.pain_point_id)
            return {point: np.sort(places) for point, places in self._grouped(listed).items()}

        def as_they_are() -> Mapping[str, Ints]:
            found = self._kept("members", as_found)
            anew = self._moved(stood.left) if stood.left else {}
            return {point: anew[point] if point in anew else found[point] for point in stood.shown if point in anew or point in found}

        return self.memory.get("columns: members now", self.now.state, as_they_are)

    def _moved(self, left: Placed) -> dict[str, Ints]:
        """The same of the pain points whose members the run did not find."""
        clauses = left.clauses

        def read() -> Ints:
            places = self.places_of(place[0] for place in clauses.places)
            return np.array([places.get(place[0], -1) for place in clauses.places], dtype=np.int64)

        of = self.memory.get("columns: places of clauses", (self.now.state.run_key, len(clauses.places)), read)
        moved = {point: of[left.members[point]] for point in left.shown if point in left.moved}
        return {point: np.sort(places[places >= 0]) for point, places in moved.items()}

    def places_of(self, ids: Iterable[str]) -> dict[str, int]:
        """Where some comments are.

        Parameters
        ----------
        ids : iterable of str
            Their ids.

        Returns
        -------
        dict of str to int
            Those that were erased are left out.
        """
        listed = one_of(CommentRow.comment_id.expression, sorted(set(ids)), sqlite=self.connection.dialect.name == "sqlite")
        rows = self.connection.execute(select(CommentRow.comment_id, CommentRow.id).where(*self._of_upload, listed)).all()
        keys = self.keys
        at = np.searchsorted(keys, [row[1] for row in rows])
        return {row[0]: int(place) for row, place in zip(rows, at, strict=True) if place < len(keys) and keys[place] == row[1]}

    def duplicates(self) -> Ints:
        """Comments that copy an earlier one.

        Returns
        -------
        ndarray
            Places.
        """
        copied = CommentRow.duplicate_of.is_not(None)
        return self._kept("duplicates", lambda: self._places(self._numbers(CommentRow.id.expression, *self._of_upload, copied)))

    def uninformative(self) -> Ints:
        """Comments with nothing to act on.

        Returns
        -------
        ndarray
            Places.
        """
        empty = AnnotationRow.informative.is_(False)
        return self._kept("uninformative", lambda: self._places(self._numbers(AnnotationRow.comment_id.expression, *self._of_run, empty)))

    def scores(self) -> Scores:
        """All that respondents gave.

        Returns
        -------
        Scores
            One row a comment; apart from those, one a respondent who wrote nothing.
        """

        def read() -> Scores:
            given = or_(*(getattr(CommentRow, score).is_not(None) for score in SCORES))
            columns = [CommentRow.__table__.c[name] for name in ("id", "row", *SCORES)]
            said: list[ColumnElement[str]] = [func.coalesce(cast(column, Text), "nan") for column in columns]
            listed = func.aggregate_strings(reduce(lambda line, cell: line + "," + cell, said), ",")
            files = self.connection.execute(select(listed).where(*self._of_upload, given).group_by(CommentRow.file)).scalars().all()
            tables = [np.fromstring(text, sep=",").reshape(-1, len(columns)) for text in files] or [np.zeros((0, len(columns)))]
            rows = np.concatenate(tables)
            keys, row = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
            who = np.where(row > 0, row, _ALONE + keys) + _FILE * np.repeat(np.arange(len(tables)), [len(one) for one in tables])
            known = np.isin(keys, self.keys)
            by_score: dict[str, Doubles] = {score: rows[known, at] for at, score in enumerate(SCORES, start=2)}
            return Scores(self._places(keys), who[known], by_score, of_upload(self.connection, self.now.run.upload_id))

        return self._kept("scores", read)

    def weeks(self) -> tuple[tuple[str, ...], Ints, str | None]:
        """The week of each comment.

        Returns
        -------
        weeks : tuple of str
            Mondays with a comment, in order.
        of : ndarray of shape (n,)
            Place in `weeks`; −1 where the comment has no date.
        until : str or None
            Last day with a comment; None where none has a date.
        """

        def read() -> tuple[tuple[str, ...], Ints, str | None]:
            day = func.substr(CommentRow.created_at, 1, 10)
            listed = select(day, _listed(CommentRow.id.expression)).where(*self._of_upload, CommentRow.created_at != "").group_by(day)
            days = {on: (week, places) for on, places in self._grouped(listed).items() if len(places) and (week := monday(on))}
            weeks = tuple(sorted({week for week, _ in days.values()}))
            number = {week: at for at, week in enumerate(weeks)}
            of = np.full(len(self.keys), -1, dtype=np.int64)
            for week, places in days.values():
                of[places] = number[week]
            return weeks, of, max(days, default=None)

        return self._kept("weeks", read)

    def read(self) -> None:
        """Read all that parts are counted from, so that the first of them need not wait."""
        for read in (self.sentiment, self.mentions, self.members, self.duplicates, self.uninformative, self.weeks):
            read()

    def _kept(self, what: str, read: Callable[[], T]) -> T:
        return self.memory.get(f"columns: {what}", self.now.state.run_key, read)

    def _numbers(self, column: ColumnElement[int], *conditions: ColumnElement[bool]) -> Ints:
        return _parsed(self.connection.execute(select(_listed(column)).where(*conditions)).scalar())

    def _grouped(self, rows: Select[Any]) -> dict[str, Ints]:
        return {name: self._places(_parsed(listed)) for name, listed in self.connection.execute(rows)}

    def _places(self, keys: Ints) -> Ints:
        """Places of comments of the upload; those that the run has not are left out."""
        at = np.searchsorted(self.keys, keys)
        inside = at < len(self.keys)
        inside[inside] = self.keys[at[inside]] == keys[inside]
        return at[inside].astype(np.int64)


def _listed(column: ColumnElement[int]) -> ColumnElement[str]:
    """Very many numbers as one text: rows of their own would take ten times as long."""
    return func.aggregate_strings(cast(column, Text), ",")


def _parsed(listed: str | None) -> Ints:
    return np.fromstring(listed or "", dtype=np.int64, sep=",")
