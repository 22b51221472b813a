"""The half of a store by which people read what runs found, decide on it, and follow it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial

from sqlalchemy import Connection

from voc.codebook.records import Codebook
from voc.records import Analysis, Label
from voc.store import cases, codebooks, decisions, export, points, read, reviews
from voc.store.cache import Cache
from voc.store.case_records import Case, CaseChange, CaseDetail, CaseFilter
from voc.store.current import Current, current
from voc.store.point_records import PointDetail, SplitPreview
from voc.store.records import CommentFilter, CommentPage, Review, ReviewSummary, RunPage, StoredUpload
from voc.store.standing import standing_of, state_of

Sees = Callable[[StoredUpload], bool]


class Findings:
    """Base of `Store`, which says how a transaction begins."""

    @cached_property
    def cache(self) -> Cache:  # numpydoc ignore=RT01
        """What is dear to compute."""
        return Cache()

    def reading(self) -> AbstractContextManager[Connection]:  # numpydoc ignore=RT01
        """A transaction that sees one state throughout."""
        raise NotImplementedError

    def writing(self) -> AbstractContextManager[Connection]:  # numpydoc ignore=RT01
        """A transaction that holds as a whole or not at all."""
        raise NotImplementedError

    def run_page(self, sees: Sees | None = None, *, cursor: str | None = None, limit: int = 50) -> RunPage:  # numpydoc ignore=PR01,RT01
        """A page of runs, the newest first (see `voc.store.read.run_page`)."""
        with self.reading() as connection:
            return read.run_page(connection, sees, cursor=cursor, limit=limit)

    def current(self, run_id: str) -> Current:  # numpydoc ignore=PR01,RT01
        """A run as it holds now, after reviews and edits (see `voc.store.current`)."""
        with self.reading() as connection:
            return current(connection, run_id, self.cache)

    def current_with_members(self, run_id: str) -> Analysis:  # numpydoc ignore=PR01,RT01
        """The same as the whole record that `voc analyse` writes, members included."""
        with self.reading() as connection:
            return export.with_members(connection, current(connection, run_id, self.cache))

    def comments(
        self, run_id: str, wanted: CommentFilter | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> CommentPage:  # numpydoc ignore=PR01,RT01
        """A page of a run's comments, with what holds of them after reviews and edits (see `voc.store.read.comments`)."""
        with self.reading() as connection:
            stood = standing_of(connection, state_of(connection, run_id), self.cache)
            point, inside = wanted.pain_point if wanted else None, None
            if point and stood.placed is not None and (point in stood.moved or point not in stood.shown):
                inside = sorted({place[0] for place in stood.places(connection, point)})
            members = partial(stood.members, connection)
            return read.comments(connection, run_id, wanted, cursor=cursor, limit=limit, inside=inside, members=members)

    @contextmanager
    def export_rows(self, run_id: str) -> Iterator[export.Rows]:  # numpydoc ignore=PR01,YD01
        """All comments of a run in their order, as lines of JSON or CSV (see `voc.store.export.Rows`), all of one state."""
        with self.reading() as connection:
            yield export.Rows(connection, current(connection, run_id, self.cache))

    def add_review(
        self, run_id: str, key: int, target: str, label: Label | None, reviewer: str | None = None
    ) -> Review:  # numpydoc ignore=PR01,RT01
        """Note a human decision; the newest holds (see `voc.store.reviews.add_review`)."""
        with self.writing() as connection:
            return reviews.add_review(connection, run_id, key, target, label, reviewer)

    def add_reviews(
        self, run_id: str, key: int, decided: Mapping[str, Label | None], reviewer: str | None = None
    ) -> tuple[Review, ...]:  # numpydoc ignore=PR01,RT01
        """Note several decisions on a comment, target → label, all or none."""
        with self.writing() as connection:
            return tuple(reviews.add_review(connection, run_id, key, target, label, reviewer) for target, label in decided.items())

    def withdraw_review(
        self, run_id: str, key: int, reviewer: str | None = None, target: str | None = None
    ) -> Review:  # numpydoc ignore=PR01,RT01
        """Take back the last decision that somebody made on a comment (see `voc.store.reviews.withdraw_review`)."""
        with self.writing() as connection:
            return reviews.withdraw_review(connection, run_id, key, target, reviewer)

    def review_summary(self, run_id: str) -> ReviewSummary:  # numpydoc ignore=PR01,RT01
        """How much of a run was reviewed, and how far people and models agree."""
        with self.reading() as connection:
            return decisions.review_summary(connection, run_id)

    def codebook(self, name: str) -> Codebook | None:  # numpydoc ignore=PR01,RT01
        """A codebook by its name."""
        with self.reading() as connection:
            kept = codebooks.load(connection, name, self.cache)
        return kept.book if kept else None

    def save_codebook(self, name: str, book: Codebook, *, opened: Codebook | None) -> None:  # numpydoc ignore=PR01
        """Write a codebook, unless somebody else changed it since it was opened (see `voc.store.codebooks.replace`)."""
        with self.writing() as connection:
            codebooks.replace(connection, name, book, opened=opened, cache=self.cache)

    def codebook_of(self, run_id: str) -> codebooks.Kept:  # numpydoc ignore=PR01,RT01
        """The codebook that edits of a run's pain points go to; `ConflictError` where the run is the last of none."""
        with self.reading() as connection:
            return codebooks.of_run(connection, run_id, self.cache)

    def edit_codebook(
        self, run_id: str, change: Callable[[Codebook], Codebook], by: str | None = None
    ) -> Codebook:  # numpydoc ignore=PR01,RT01
        """Change the codebook of a run by functions of `voc.codebook` (see `voc.store.codebooks.edit`)."""
        return codebooks.edit(self, run_id, change, by)

    def pain_point(self, run_id: str, point_id: str) -> PointDetail:  # numpydoc ignore=PR01,RT01
        """One pain point as it holds now, with trend and history (see `voc.store.points.point_detail`)."""
        with self.reading() as connection:
            return points.point_detail(connection, current(connection, run_id, self.cache), point_id, self.cache)

    def split_preview(self, run_id: str, point_id: str, words: Sequence[str]) -> SplitPreview:  # numpydoc ignore=PR01,RT01
        """What a split would do (see `voc.store.points.split_preview`)."""
        return points.split_preview(self.codebook_of(run_id).book, point_id, words)

    def open_case(
        self, run_id: str, point_id: str, change: CaseChange | None = None, actor: str | None = None
    ) -> CaseDetail:  # numpydoc ignore=PR01,RT01
        """Open a case for a pain point (see `voc.store.cases.open_case`)."""
        with self.writing() as connection:
            return cases.open_case(connection, run_id, point_id, change or CaseChange(), actor, self.cache)

    def cases(self, wanted: CaseFilter | None = None, sees: Sees | None = None) -> tuple[Case, ...]:  # numpydoc ignore=PR01,RT01
        """Cases, those that are due first (see `voc.store.cases.cases`)."""
        with self.reading() as connection:
            return cases.cases(connection, wanted or CaseFilter(), sees)

    def case(self, number: int, sees: Sees | None = None) -> CaseDetail:  # numpydoc ignore=PR01,RT01
        """One case with its history."""
        with self.reading() as connection:
            return cases.case(connection, number, sees)

    def change_case(
        self, number: int, change: CaseChange, actor: str | None = None, sees: Sees | None = None
    ) -> CaseDetail:  # numpydoc ignore=PR01,RT01
        """Change a case, each change noted (see `voc.store.cases.change_case`)."""
        with self.writing() as connection:
            return cases.change_case(connection, number, change, actor, self.cache, sees)

    def add_note(
        self, number: int, text: str, actor: str | None = None, sees: Sees | None = None
    ) -> CaseDetail:  # numpydoc ignore=PR01,RT01
        """Say something of a case."""
        with self.writing() as connection:
            return cases.add_note(connection, number, text, actor, sees)
