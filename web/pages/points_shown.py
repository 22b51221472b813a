"""Which pain points of a run a list shows, and in what order: from its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from flask import request

from voc.codebook.records import CodedPainPoint
from voc.normalise import normalise
from voc.records import Analysis, ChangeKind, PainPoint, PainType
from voc.store import Store
from voc.store.case_records import Case
from voc.store.search import fold
from web.access import sees
from web.names import touchpoint_name
from web.pages.draft import Draft, document_of
from web.pages.frame import Frame

VIEWS = ("cards", "table", "tree")
PAIN_TYPES: tuple[PainType, ...] = get_args(PainType)
STATUSES = ("active", "locked", "case", "dismissed", "merged")
HIDDEN = ("dismissed", "merged")  # only in the codebook
FIELDS = ("q", "touchpoint", "type", "status")
SORTS = ("label", "touchpoint", "type", "comments", "share", "severity", "trend", "stability", "status")
TOLD = ("new", "growing", "fading", "edited")  # changes that are worth a mark


@dataclass(frozen=True)
class Asked:
    """What the address asks for; what it says wrongly counts as not said.

    Parameters
    ----------
    view, sort : str
        One of `VIEWS`; one of `SORTS`, with a minus for the largest first.
    q, touchpoint, type, status : str
        Empty: all; of `status`: those that are shown everywhere.
    page : int
        From 1.
    """

    view: str
    sort: str
    q: str
    touchpoint: str
    type: str
    status: str
    page: int

    @property
    def kept(self) -> dict[str, str]:  # numpydoc ignore=RT01
        """All of it but the page, as the address names it: for links and forms; what goes without saying is left out."""
        said = {"view": self.view, "sort": self.sort} | {name: str(getattr(self, name)) for name in FIELDS}
        return {name: value for name, value in said.items() if value and (name, value) not in (("view", "cards"), ("sort", "-comments"))}

    @property
    def narrowed(self) -> bool:  # numpydoc ignore=RT01
        """Whether anything but the order is asked for."""
        return bool(self.q or self.touchpoint or self.type or self.status)


@dataclass(frozen=True)
class Shown:
    """A pain point of a list.

    Parameters
    ----------
    point : PainPoint
        Its figures.
    rank : int
        In the run, from 1.
    touchpoint : str
        Its name.
    locked : bool
        Whether it is.
    change : ChangeKind or None
        Against the last version, where that is worth a mark.
    case : Case or None
        The one that is open, else the last.
    counts : tuple of int
        Comments by week.
    later : float or None
        See `voc.store.part_records.Weekly.later`.
    """

    point: PainPoint
    rank: int
    touchpoint: str
    locked: bool
    change: ChangeKind | None
    case: Case | None
    counts: tuple[int, ...]
    later: float | None


def asked_for() -> Asked:
    """Read the address of the present request.

    Returns
    -------
    Asked
        Sorted by comments where it says nothing.
    """
    said = {name: request.args.get(name, "").strip() for name in ("view", "sort", "page", *FIELDS)}
    page = said["page"]
    return Asked(
        view=said["view"] if said["view"] in VIEWS else "cards",
        sort=said["sort"] if said["sort"].removeprefix("-") in SORTS else "-comments",
        q=said["q"][:100],
        touchpoint=said["touchpoint"],
        type=said["type"] if said["type"] in PAIN_TYPES else "",
        status=said["status"] if said["status"] in STATUSES[1:] else "",
        page=int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 6 else 1,
    )


def counted(store: Store, frame: Frame) -> Analysis:
    """The figures of the comments that the frame's filters leave.

    Parameters
    ----------
    store : Store
        Holds the run.
    frame : Frame
        Run and filters.

    Returns
    -------
    Analysis
        Pain points without members.
    """
    analysis = store.current(frame.run_id).analysis
    if not frame.filters:
        return analysis
    part = store.part(frame.run_id, frame.chosen)
    counts = {"journey": part.journey, "pain_points": part.pain_points}
    return analysis.model_copy(update={**counts, "input": analysis.input.model_copy(update={"comments": part.comments})})


def shown_points(store: Store, frame: Frame, analysis: Analysis, draft: Draft, asked: Asked) -> list[Shown]:
    """The pain points that are asked for.

    Parameters
    ----------
    store : Store
        Holds the run.
    frame : Frame
        Which run.
    analysis : Analysis
        From `counted`.
    draft : Draft
        Says which are locked.
    asked : Asked
        Search, filters, order.

    Returns
    -------
    list of Shown
        In their order.
    """
    taxonomy, weekly = store.words_of(store.current(frame.run_id).run.settings)[0], store.weekly(frame.run_id, frame.chosen)
    locked = {point.id for point in draft.book.pain_points if point.locked} if draft.book else frozenset[str]()
    changes = {change.id: change.kind for change in analysis.changes if change.kind in TOLD}
    cases = cases_of(store, frame.run_id)
    found = store.points_holding(frame.run_id, asked.q) if asked.q else None
    rows = [
        Shown(
            point=point,
            rank=rank,
            touchpoint=touchpoint_name(taxonomy, point.touchpoint),
            locked=point.id in locked,
            change=changes.get(point.id),
            case=cases.get(point.id),
            counts=weekly.points.get(point.id, ()),
            later=weekly.later(point.id),
        )
        for rank, point in enumerate(analysis.pain_points, 1)
    ]
    return _sorted((row for row in rows if (found is None or row.point.id in found) and _wanted(row, asked)), asked.sort)


def cases_of(store: Store, run_id: str) -> dict[str, Case]:
    """Cases of a run's pain points, or of its codebook's, that the reader may see.

    Parameters
    ----------
    store : Store
        Holds them.
    run_id : str
        The run.

    Returns
    -------
    dict of str to Case
        By pain point: the one that is due first, a closed one only where there is no other.
    """
    codebook = store.current(run_id).state.codebook
    found: dict[str, Case] = {}
    for case in store.cases(sees=sees):
        if case.is_of(run_id, codebook):
            found.setdefault(case.pain_point_id, case)
    return found


def hidden_points(store: Store, draft: Draft, asked: Asked) -> list[tuple[CodedPainPoint, int]]:
    """Pain points that people dismissed, or merged into others.

    Parameters
    ----------
    store : Store
        Remembers their counts.
    draft : Draft
        With the codebook; without: none is known.
    asked : Asked
        Which of the two; search and filters.

    Returns
    -------
    list of (CodedPainPoint, int)
        With the comments that it has itself, the most first.
    """
    if draft.book is None:
        return []
    wanted_text = fold(normalise(asked.q).normalised)
    counts = {point.id: point.comments for point in document_of(store, store.codebook_of(draft.run_id)).pain_points}
    wanted = [
        (point, counts.get(point.id, 0))
        for point in draft.book.pain_points
        if point.status == asked.status
        and asked.touchpoint in ("", point.touchpoint)
        and wanted_text in fold(normalise(point.label).normalised)
    ]
    return sorted(wanted, key=lambda one: (-one[1], one[0].label))


def _wanted(row: Shown, asked: Asked) -> bool:
    point = row.point
    status = {"locked": row.locked, "case": row.case is not None}.get(asked.status, True)
    return status and asked.touchpoint in ("", point.touchpoint) and asked.type in ("", point.pain_type)


_KEYS: Mapping[str, Callable[[Shown], Any]] = {
    "label": lambda row: _as_spoken(row.point.label),
    "touchpoint": lambda row: _as_spoken(row.touchpoint),
    "type": lambda row: PAIN_TYPES.index(row.point.pain_type),
    "comments": lambda row: row.point.comments,
    "share": lambda row: row.point.share,
    "severity": lambda row: row.point.severity,
    "trend": lambda row: row.later,
    "stability": lambda row: row.point.stability,
    "status": lambda row: (row.case is not None, row.locked, row.change is not None),
}


def _sorted(rows: Iterable[Shown], sort: str) -> list[Shown]:
    """What has no value comes last in both directions; the rank decides where values are the same."""
    key, down = _KEYS[sort.removeprefix("-")], sort.startswith("-")
    by_rank = list(rows)
    known = [row for row in by_rank if key(row) is not None]
    return sorted(known, key=key, reverse=down) + [row for row in by_rank if key(row) is None]


def _as_spoken(name: str) -> bytes:
    """GB 2312, which begins GB 18030, has the usual characters in the order of their pinyin."""
    return name.encode("gb18030")
