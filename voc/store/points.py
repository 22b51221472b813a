"""One pain point of a run: its trend, its history, and what a split would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import Connection, Select, func, select

from voc.codebook.find import active
from voc.codebook.records import AnyEdit, Codebook, CodedPainPoint
from voc.codebook.versions import outcome_of
from voc.codebook.view import counted
from voc.errors import CodebookError, RecordNotFound
from voc.metrics import share, wilson
from voc.normalise import normalise
from voc.records import PainPoint, Quote
from voc.store import run_codebooks
from voc.store.cache import Cache
from voc.store.current import Current
from voc.store.point_records import PinnedClause, PointDetail, PointEdit, SplitPreview, WeekCount
from voc.store.recount import details_of, nothing_of
from voc.store.tables import AnnotationRow, CommentRow, MembershipRow

_SHOWN = 10  # quotes of a preview


def point_detail(connection: Connection, now: Current, point_id: str, memory: Cache) -> PointDetail:
    """All that is known of a pain point.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.
    point_id : str
        The pain point; one that was merged or dismissed will do where the run was made with a codebook.
    memory : Cache
        Remembers codebooks and counts.

    Returns
    -------
    PointDetail
        With its weeks and its history; its members are asked for as comments.

    Raises
    ------
    RecordNotFound
        If neither the run nor its codebook knows it.
    """
    kept = run_codebooks.shown(connection, now.run.id, memory, with_run=False)
    coded = kept.book.by_id.get(point_id) if kept else None
    shown = {point.id: (rank, point) for rank, point in enumerate(now.analysis.pain_points, 1)}
    rank, point = shown.get(point_id, (None, None))
    if point is None and kept and coded and (whole := run_codebooks.shown(connection, now.run.id, memory)):
        point = _hidden(connection, now, whole.book, coded, memory)
    if point is None:
        raise unknown_point(point_id)
    return PointDetail(
        point=point,
        run_id=now.run.id,
        rank=rank,
        status=coded.status if coded else "active",
        into=coded.into if coded else None,
        locked=coded.locked if coded else False,
        editable=now.state.last,
        edited=point_id in now.standing.moved,
        pinned=tuple(PinnedClause(comment_id=one.member.comment_id, text=one.text) for one in coded.pinned) if coded else (),
        trend=_trend(connection, now, point_id, memory),
        history=history(kept.book, point_id) if kept else (),
    )


def unknown_point(point_id: str) -> RecordNotFound:
    """What to say where there is no such pain point.

    Parameters
    ----------
    point_id : str
        As asked for.

    Returns
    -------
    RecordNotFound
        To be raised.
    """
    return RecordNotFound("unknown_pain_point", f"这次分析里没有这个痛点 / the run has no such pain point: {point_id!r}")


def history(book: Codebook, point_id: str | None = None) -> tuple[PointEdit, ...]:
    """Edits of a codebook.

    Parameters
    ----------
    book : Codebook
        Which knows them.
    point_id : str, optional
        Only those that name this pain point, or excluded what is pinned there.

    Returns
    -------
    tuple of PointEdit
        The oldest first; those of the draft last.
    """
    rows: list[tuple[int | None, AnyEdit]] = [(version.number, edit) for version in book.versions for edit in version.edits]
    rows += [(None, edit) for edit in book.draft]
    found = [
        PointEdit(
            at=edit.at,
            by=edit.by,
            kind=edit.kind,
            version=number,
            point=getattr(edit, "point", None),
            into=getattr(edit, "into", None),
            label=getattr(edit, "label", None),
            words=getattr(edit, "words", ()),
            text=getattr(edit, "text", None),
            members=len(edit.members),
        )
        for number, edit in rows
    ]
    return tuple(one for one in found if point_id is None or point_id in (one.point, one.into))


def split_preview(kept: run_codebooks.Kept, point_id: str, words: Sequence[str], memory: Cache) -> SplitPreview:
    """What a split would do.

    Parameters
    ----------
    kept : Kept
        The codebook, with its last run.
    point_id : str
        An active pain point.
    words : sequence of str
        In either script; clauses that hold one of them would go.
    memory : Cache
        Remembers where the members of a codebook are.

    Returns
    -------
    SplitPreview
        Counts and some of the clauses.

    Raises
    ------
    CodebookError
        If there is no such pain point, it is not active, or no word is given.
    """
    book = kept.book
    active(book, point_id)
    wanted = tuple(dict.fromkeys(filter(None, (normalise(word).normalised.strip() for word in words))))
    if not wanted:
        raise CodebookError("no_words", "没有给出词语 / no words given", "words=小票")
    homes = memory.get("homes", (kept.name, kept.revision), lambda: outcome_of(book).homes, most=2)
    members = [one for ref, one in zip(book.run.refs, book.run.members, strict=True) if homes[ref] == point_id] if book.run else []
    folded = [word.casefold() for word in wanted]
    going = [one for one in members if any(word in one.words.casefold() for word in folded)]
    refs = {one.ref for one in going}
    staying = [one for one in members if one.ref not in refs]
    quotes = [
        tuple(Quote(comment_id=one.comment_id, start=one.start, end=one.end, text=one.text) for one in some[:_SHOWN])
        for some in (going, staying)
    ]
    comments, stays_comments = (len({one.comment_id for one in some}) for some in (going, staying))
    return SplitPreview(
        words=wanted,
        size=len(going),
        comments=comments,
        stays=len(staying),
        stays_comments=stays_comments,
        quotes=quotes[0],
        rest=quotes[1],
    )


def _hidden(connection: Connection, now: Current, book: Codebook, coded: CodedPainPoint, memory: Cache) -> PainPoint:
    """One that is not shown: dismissed, merged, or without members in this run. What it holds is counted all the same."""
    homes = outcome_of(book).homes
    members = [one for ref, one in zip(book.run.refs, book.run.members, strict=True) if homes[ref] == coded.id] if book.run else []
    words = {(one.comment_id, one.start, one.end): one.words for one in members}
    inside = details_of(now.run, now.state.run_key, memory).complaints(connection, list(words), words)
    of = now.analysis.input.comments
    if inside:
        fresh = [quote for point in now.run.analysis.pain_points for quote in point.quotes]
        return counted(coded, inside, (), fresh, of).model_copy(update={"members": ()})
    return nothing_of(coded, of)


def _trend(connection: Connection, now: Current, point_id: str, memory: Cache) -> tuple[WeekCount, ...]:
    all_weeks = memory.get("weeks", now.state.run_key, lambda: weeks_of_run(connection, now.run.id, now.run.upload_id))
    if point_id in now.standing.shown and point_id not in now.standing.moved:
        own = _weeks_found(connection, now.run.id, point_id)
    else:
        ids = sorted({place[0] for place in now.standing.places(connection, point_id)})
        details = details_of(now.run, now.state.run_key, memory)
        own = Counter(week for one in details.origins(connection, ids) if (week := monday(one.created_at)))
    return tuple(
        WeekCount(week=week, comments=own[week], of=n, share=share(own[week], n), interval=wilson(own[week], n))
        for week, n in sorted(all_weeks.items())
    )


def _weeks_found(connection: Connection, run_id: str, point_id: str) -> Counter[str]:
    """Comments of a pain point as the run found it, by week."""
    day = func.substr(CommentRow.created_at, 1, 10)
    rows = select(day, func.count(MembershipRow.comment_id.distinct()))
    rows = rows.join(MembershipRow, MembershipRow.comment_id == CommentRow.id)
    return _by_week(
        connection, rows.where(MembershipRow.run_id == run_id, MembershipRow.pain_point_id == point_id, day != "").group_by(day)
    )


def weeks_of_run(connection: Connection, run_id: str, upload_id: int) -> Counter[str]:
    """Comments of a run by week.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    upload_id : int
        Whose comments it analysed.

    Returns
    -------
    Counter of str
        By Monday; comments without a date are left out.
    """
    day = func.substr(CommentRow.created_at, 1, 10)
    of_run = (AnnotationRow.run_id == run_id, AnnotationRow.comment_id == CommentRow.id)
    rows = select(day, func.count()).where(CommentRow.upload_id == upload_id, day != "", select(1).where(*of_run).exists()).group_by(day)
    return _by_week(connection, rows)


def _by_week(connection: Connection, days: Select[tuple[str, int]]) -> Counter[str]:
    weeks: Counter[str] = Counter()
    for on, count in connection.execute(days).tuples():
        if week := monday(on):
            weeks[week] += count
    return weeks


def monday(at: str | None) -> str | None:
    """First day of a date's week.

    Parameters
    ----------
    at : str or None
        ISO 8601 date or date-time.

    Returns
    -------
    str or None
        ISO 8601 date; None where there is no whole date.

    Examples
    --------
    >>> monday("2024-03-07T12:00:00"), monday("2024-03")
    ('2024-03-04', None)
    """
    try:
        day = date.fromisoformat((at or "")[:10])
    except ValueError:
        return None
    return (day - timedelta(days=day.weekday())).isoformat()
