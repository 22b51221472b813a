"""The half of a store by which people read what runs found, decide on it, and follow it up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from voc.codebook.records import Codebook
from voc.errors import RecordNotFound
from voc.naming import Meaning
from voc.records import Analysis, Answer, Label, PainPoint, Quote
from voc.store import (
    cases,
    codebooks,
    decisions,
    export,
    listing,
    pace,
    part,
    part_columns,
    points,
    read,
    reviews,
    run_codebooks,
    search,
    wordless,
)
from voc.store.cache import Cache
from voc.store.case_records import Case, CaseChange, CaseDetail, CaseFilter
from voc.store.corrections import gold_lines
from voc.store.current import Current, current
from voc.store.part_records import Part, Source, Weekly
from voc.store.point_records import PointDetail, SplitPreview
from voc.store.records import CommentFilter, CommentPage, Review, ReviewPace, ReviewSummary, RunFilter, RunPage, StoredComment, StoredUpload
from voc.store.recount import known_values, known_words
from voc.store.standing import standing_of, state_of
from voc.store.statistics import plan_of, renamed, statistics

if TYPE_CHECKING:
    from voc.statistics import StatisticsReport
    from voc.statistics.records import AuditedShares, Plan

if TYPE_CHECKING:
    from voc.statistics.records import SubIssue
from voc.store.paging import write_cursor
from voc.store.write import now
from voc.taxonomy import Taxonomy

Sees = Callable[[StoredUpload], bool]


class Findings(ABC):
    """Base of `Store`, which says how a transaction begins."""

    @cached_property
    def cache(self) -> Cache:  # numpydoc ignore=RT01
        """What is dear to compute."""
        return Cache()

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:  # numpydoc ignore=RT01
        """A transaction that sees one state throughout."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:  # numpydoc ignore=RT01
        """A transaction that holds as a whole or not at all."""

    def run_page(self, sees: Sees | None = None, *, cursor: str | None = None, limit: int = 50) -> RunPage:  # numpydoc ignore=PR01,RT01
        """A page of runs, the newest first (see `voc.store.read.run_page`)."""
        with self.reading() as connection:
            return read.run_page(connection, sees, cursor=cursor, limit=limit)

    def current(self, run_id: str) -> Current:  # numpydoc ignore=PR01,RT01
        """A run as it holds now, after reviews and edits (see `voc.store.current`)."""
        with self.reading() as connection:
            return current(connection, run_id, self.cache)

    def part(self, run_id: str, chosen: RunFilter | None = None) -> Part:  # numpydoc ignore=PR01,RT01
        """The figures of some comments of a run, after reviews and edits (see `voc.store.part`)."""
        with self.reading() as connection:
            return part.part(connection, current(connection, run_id, self.cache), chosen or RunFilter(), self.cache)

    def weekly(self, run_id: str, chosen: RunFilter | None = None) -> Weekly:  # numpydoc ignore=PR01,RT01
        """The same comments and their pain points, week by week."""
        with self.reading() as connection:
            return part.weekly(connection, current(connection, run_id, self.cache), chosen or RunFilter(), self.cache)

    def warm(self, run_id: str) -> None:  # numpydoc ignore=PR01
        """Compute ahead what the pages of a run need, so that whoever comes first need not wait."""
        self.part(run_id)
        self.weekly(run_id)
        self.field_values(run_id)
        self.statistics(run_id)
        self.narrower(run_id)
        with self.reading() as connection:
            part_columns.Columns(connection, current(connection, run_id, self.cache), self.cache).read()
            run_codebooks.shown(connection, run_id, self.cache)

    def sources(self, run_id: str, quotes: Sequence[Quote]) -> dict[str, Source]:  # numpydoc ignore=PR01,RT01
        """Id → comment, of those that are quoted."""
        with self.reading() as connection:
            return part.sources(connection, current(connection, run_id, self.cache), quotes)

    def statistics(self, run_id: str) -> StatisticsReport | None:  # numpydoc ignore=PR01,RT01
        """Statistics of a run as it was analysed, under today's names; none where it was saved without (see `voc.store.statistics`)."""
        with self.reading() as connection:
            state = state_of(connection, run_id)
            found = self.cache.get("statistics", state.run_key, lambda: statistics(connection, run_id))
            if found is None or not state.edited:
                return found
            labels = {point.id: point.label for point in current(connection, run_id, self.cache).analysis.pain_points}
            return self.cache.get("statistics, renamed", state, lambda: renamed(found, labels))

    def plan(self, run_id: str, sees: Sees | None = None) -> Plan | None:  # numpydoc ignore=PR01,RT01
        """The plan of a run's statistics, with owner and due time from the cases that are open (see `voc.store.statistics.plan_of`)."""
        found = self.statistics(run_id)
        return plan_of(found.plan, self.current(run_id).run, self.cases(sees=sees)) if found else None

    def audited_shares(self, run_id: str) -> AuditedShares:  # numpydoc ignore=PR01,RT01
        """What a random sample of reviews says of the models, and the shares that follow (see `voc.store.audited`)."""
        from voc.store.audited import audited_shares

        with self.reading() as connection:
            state = state_of(connection, run_id)
            run = self.cache.get("run", state.run_key, lambda: read.run(connection, run_id))
            counts = {label: said.n for label, said in run.analysis.metrics.sentiment.items()}
            return self.cache.get("audited_shares", state, lambda: audited_shares(connection, run_id, counts))

    def wordless(self, upload_id: int) -> dict[tuple[str, int], Answer]:  # numpydoc ignore=PR01,RT01
        """Scores of respondents who wrote nothing, by file and row (see `voc.store.wordless`)."""
        with self.reading() as connection:
            return wordless.answers(connection, upload_id)

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
            inside = stood.inside(connection, wanted.pain_point if wanted else None)
            members = partial(stood.members, connection)
            return read.comments(connection, run_id, wanted, cursor=cursor, limit=limit, inside=inside, members=members)

    def quoted_comments(self, run_id: str, point: PainPoint) -> tuple[StoredComment, ...]:  # numpydoc ignore=PR01,RT01
        """Comments that a pain point of a run quotes, whole, in the order in which they were stored."""
        ids = tuple(dict.fromkeys(quote.comment_id for quote in point.quotes))
        if not ids:
            return ()
        with self.reading() as connection:
            members = partial(standing_of(connection, state_of(connection, run_id), self.cache).members, connection)
            wanted = CommentFilter(pain_point=point.id)
            return read.comments(connection, run_id, wanted, limit=len(ids), inside=ids, members=members).comments

    def comment(self, run_id: str, key: int) -> StoredComment:  # numpydoc ignore=PR01,RT01
        """One comment of a run; `RecordNotFound` where the run has none of this number."""
        page = self.comments(run_id, cursor=write_cursor("comment", key - 1), limit=1)
        if not page.comments or page.comments[0].key != key:
            raise RecordNotFound("unknown_comment", f"这次分析里没有这条评论 / the run has no such comment: {key}", run=run_id)
        return page.comments[0]

    def keys_of(self, run_id: str, comment_id: str) -> dict[str, int]:  # numpydoc ignore=PR01,RT01
        """Comments of a run by the id of their row (see `voc.store.search.with_id`)."""
        with self.reading() as connection:
            return search.with_id(connection, run_id, comment_id.strip())

    def count_comments(self, run_id: str, wanted: CommentFilter, most: int = 1000) -> int:  # numpydoc ignore=PR01,RT01
        """How many comments of a run there are; `most` + 1 where more (see `voc.store.read.count`)."""
        with self.reading() as connection:
            stood = standing_of(connection, state_of(connection, run_id), self.cache)
            inside = stood.inside(connection, wanted.pain_point)
            return read.count(connection, run_id, wanted, most=most, inside=inside)

    def words_of(self, settings: Mapping[str, Any]) -> tuple[Taxonomy, dict[str, Meaning]]:  # numpydoc ignore=PR01,RT01
        """Touchpoints and known problems by the settings of a run, its own kept ones too (see `voc.store.recount.known_words`)."""
        name = settings.get("taxonomy")
        with self.reading() as connection:
            return known_words(name if isinstance(name, str) else "", connection)

    def field_values(self, run_id: str) -> dict[str, tuple[str, ...]]:  # numpydoc ignore=PR01,RT01
        """What the comments of a run have in the fields that filters go by, the most frequent first."""
        with self.reading() as connection:
            state = state_of(connection, run_id)
            run = self.cache.get("run", state.run_key, lambda: read.run(connection, run_id))
            counts = known_values(connection, run, state.run_key, self.cache)
        return {
            field: tuple(value for value, _ in sorted(found.items(), key=lambda of: (-of[1], of[0]))) for field, found in counts.items()
        }

    @contextmanager
    def export_rows(self, run_id: str) -> Iterator[export.Rows]:  # numpydoc ignore=PR01,YD01
        """All comments of a run in their order, as lines of JSON or CSV (see `voc.store.export.Rows`), all of one state."""
        with self.reading() as connection:
            yield export.Rows(connection, current(connection, run_id, self.cache))

    def texts(self, run_id: str, wanted: Collection[str]) -> dict[str, str]:  # numpydoc ignore=PR01,RT01
        """Text of a few comments, by id (see `voc.store.export.texts_of`)."""
        with self.reading() as connection:
            return export.texts_of(connection, run_id, wanted)

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
        at = now()
        with self.writing() as connection:
            return tuple(reviews.add_review(connection, run_id, key, target, label, reviewer, at) for target, label in decided.items())

    def withdraw_review(
        self, run_id: str, key: int, reviewer: str | None = None, target: str | None = None
    ) -> Review:  # numpydoc ignore=PR01,RT01
        """Take back the last decision that somebody made on a comment (see `voc.store.reviews.withdraw_review`)."""
        with self.writing() as connection:
            return reviews.withdraw_review(connection, run_id, key, target, reviewer)

    def withdraw_together(self, run_id: str, reviewer: str | None = None, key: int | None = None) -> int:  # numpydoc ignore=PR01,RT01
        """Take back what somebody decided together last; number of the comment (see `voc.store.reviews.withdraw_together`)."""
        with self.writing() as connection:
            return reviews.withdraw_together(connection, run_id, reviewer, key)

    def review_pace(self, run_id: str, reviewer: str | None = None) -> ReviewPace:  # numpydoc ignore=PR01,RT01
        """How somebody gets on (see `voc.store.pace.review_pace`)."""
        with self.reading() as connection:
            return pace.review_pace(connection, run_id, reviewer)

    def reviewed_comments(self, upload_id: int) -> int:  # numpydoc ignore=PR01,RT01
        """How many comments of an upload people decided on (see `voc.store.pace.reviewed_comments`)."""
        with self.reading() as connection:
            return pace.reviewed_comments(connection, upload_id)

    def random_audit(self, run_id: str) -> tuple[str, ...]:  # numpydoc ignore=PR01,RT01
        """Ids of reviewed comments that are a random sample of the run (see `voc.store.pace.random_audit`)."""
        with self.reading() as connection:
            return pace.random_audit(connection, run_id)

    def corrections(self, run_id: str) -> Iterator[str]:  # numpydoc ignore=PR01,YD01
        """What people decided, as lines for `voc train` and `voc evaluate` (see `voc.store.corrections`)."""
        cursor = None
        while True:
            page = self.comments(run_id, CommentFilter(reviewed=True), cursor=cursor, limit=500)
            yield from gold_lines(page.comments)
            if (cursor := page.next) is None:
                return

    def review_summary(self, run_id: str) -> ReviewSummary:  # numpydoc ignore=PR01,RT01
        """How much of a run was reviewed, and how far people and models agree."""
        with self.reading() as connection:
            return decisions.review_summary(connection, run_id)

    def codebook(self, name: str) -> Codebook | None:  # numpydoc ignore=PR01,RT01
        """A codebook by its name."""
        with self.reading() as connection:
            kept = codebooks.load(connection, name, self.cache)
        return kept.book if kept else None

    def codebook_names(self) -> frozenset[str]:  # numpydoc ignore=RT01
        """Names of all codebooks, those of private uploads too."""
        with self.reading() as connection:
            return codebooks.names(connection)

    def save_codebook(self, name: str, book: Codebook, *, opened: Codebook | None) -> None:  # numpydoc ignore=PR01
        """Write a codebook, unless somebody else changed it since it was opened (see `voc.store.codebooks.replace`)."""
        with self.writing() as connection:
            codebooks.replace(connection, name, book, opened=opened, cache=self.cache)

    def codebook_of(self, run_id: str, *, with_run: bool = True) -> run_codebooks.Kept:  # numpydoc ignore=PR01,RT01
        """The codebook that edits of a run's pain points go to; `ConflictError` where the run is the last of none."""
        with self.reading() as connection:
            return codebooks.of_run(connection, run_id, self.cache, with_run=with_run)

    def codebook_shown(self, run_id: str) -> Codebook | None:  # numpydoc ignore=PR01,RT01
        """The codebook that says what the pain points of a run are, without clauses (see `voc.store.run_codebooks.shown`)."""
        with self.reading() as connection:
            kept = run_codebooks.shown(connection, run_id, self.cache, with_run=False)
        return kept.book if kept else None

    def edit_codebook(
        self, run_id: str, change: Callable[[Codebook], Codebook], by: str | None = None
    ) -> Codebook:  # numpydoc ignore=PR01,RT01
        """Change the codebook of a run by functions of `voc.codebook` (see `voc.store.codebooks.edit`)."""
        return codebooks.edit(self, run_id, change, by)

    def pain_point(self, run_id: str, point_id: str) -> PointDetail:  # numpydoc ignore=PR01,RT01
        """One pain point as it holds now, with trend and history (see `voc.store.points.point_detail`)."""
        with self.reading() as connection:
            return points.point_detail(connection, current(connection, run_id, self.cache), point_id, self.cache)

    def narrower(self, run_id: str) -> dict[str, tuple[SubIssue, ...]]:  # numpydoc ignore=PR01,RT01
        """The narrower issues of each pain point (see `voc.store.listing.narrower`)."""
        with self.reading() as connection:
            return listing.narrower(connection, current(connection, run_id, self.cache), self.cache)

    def points_holding(self, run_id: str, query: str) -> frozenset[str]:  # numpydoc ignore=PR01,RT01
        """Pain points of a run whose name, words or quotes hold a query (see `voc.store.listing.holding`)."""
        with self.reading() as connection:
            now = current(connection, run_id, self.cache)
        return listing.holding(now, query, self.cache)

    def split_preview(self, run_id: str, point_id: str, words: Sequence[str]) -> SplitPreview:  # numpydoc ignore=PR01,RT01
        """What a split would do (see `voc.store.points.split_preview`)."""
        return points.split_preview(self.codebook_of(run_id), point_id, words, self.cache)

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
