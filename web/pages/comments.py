"""GET /runs/{run_id}/comments and one of them: what customers wrote, and what was made of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response

from voc.records import INTENTS, LABELS
from voc.store import Store
from voc.store.records import CommentFilter
from web.api.exchange import check_fields
from web.messages import t
from web.names import touchpoint_name
from web.pages.access import Page, may
from web.pages.frame import FILTERS, Frame, open_frame
from web.pages.judging import decide, groups_of
from web.pages.navigation import with_query
from web.pages.reasons import reasons_of
from web.pages.remarks import about, evidence_of, pieces_of

PER_PAGE = 25
COUNTED = 5000  # comments that are found are counted so far
TRAIL = 40  # pages that one can go back; their cursors stand in the address
OWN = ("q", "touchpoint", "sentiment", "pain_point", "intent", "mixed", "reviewed", "order")
SAID = ("corrected", "undone")  # what may have happened just now


class Place(NamedTuple):
    """Which page of the list: its number, and the cursors of this one and those before, the oldest first."""

    number: int = 1
    cursors: tuple[str, ...] = ()

    @property
    def cursor(self) -> str | None:  # numpydoc ignore=RT01
        """Where this page begins; None: at the first comment."""
        return self.cursors[-1] if self.cursors else None

    def before(self) -> str | None:  # numpydoc ignore=RT01
        """The page before as the address has it; None: the first, or no longer known."""
        return _written(self.number - 1, self.cursors[:-1]) if len(self.cursors) > 1 else None

    def behind(self, cursor: str) -> str:  # numpydoc ignore=PR01,RT01
        """The next page as the address has it."""
        return _written(self.number + 1, (*self.cursors, cursor)[-TRAIL:])


def _written(number: int, cursors: tuple[str, ...]) -> str:
    return ".".join([str(number), *cursors])


def read_place(written: str) -> Place:
    """Read what `Place` writes.

    Parameters
    ----------
    written : str
        From the address; whatever does not name a page is the first.

    Returns
    -------
    Place
        Its cursors are not checked yet.

    Examples
    --------
    >>> read_place("3.abc.def").cursor, read_place("3.abc.def").before(), read_place("x")
    ('def', '2.abc', Place(number=1, cursors=()))
    """
    number, *cursors = written[:4000].split(".")
    return Place(int(number), tuple(cursors)) if cursors and number.isdecimal() and len(number) < 6 else Place()


def _wanted() -> CommentFilter:
    given = {name: [value] for name in (*FILTERS, *OWN) if (value := request.args.get(name, "").strip())}
    return check_fields(CommentFilter, given)


def _options(frame: Frame, store: Store) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen beside the filters of every page."""
    now = store.current(frame.run_id)
    taxonomy, _ = store.words_of(now.run.settings)
    yes_no = [("True", t("comments.yes")), ("False", t("comments.no"))]
    choices: dict[str, list[tuple[str, str]]] = {
        "sentiment": [(label, t(f"polarity.{label}")) for label in LABELS],
        "touchpoint": [(cell.touchpoint, touchpoint_name(taxonomy, cell.touchpoint)) for cell in now.analysis.journey],
        "pain_point": [(point.id, point.label) for point in now.analysis.pain_points],
        "intent": [(intent, t(f"intent.{intent}")) for intent in INTENTS],
        "mixed": yes_no,
        "reviewed": yes_no,
    }
    every = ("", t("filter.all"))
    return {name: [every, *options] for name, options in choices.items()}


def _active(frame: Frame, wanted: CommentFilter, options: dict[str, list[tuple[str, str]]]) -> list[tuple[str, str]]:
    """Filters that are set, as pairs for the filter bar."""
    own = wanted.model_dump(include=set(OWN) - {"order"}, exclude_none=True)
    words = {name: dict(options.get(name, ())).get(str(value), str(value)) for name, value in own.items()}
    return [*frame.active, *((name, f"{t(f'comments.{name}')} {value}") for name, value in words.items())]


def make_comments(store: Store) -> list[Page]:
    """Make the pages.

    Parameters
    ----------
    store : Store
        Holds the runs.

    Returns
    -------
    list of Page
        For who may read, and for who may write.
    """
    page, correcting = Page("comments", needs="read"), Page("correcting", needs="write")

    def names(run_id: str) -> dict[str, Any]:
        now = store.current(run_id)
        taxonomy, _ = store.words_of(now.run.settings)
        labels = {point.id: point.label for point in now.analysis.pain_points}
        return {
            "run": now.run,
            "taxonomy": taxonomy,
            "name_of": lambda touchpoint: touchpoint_name(taxonomy, touchpoint),
            "label_of": labels,
            "standing": now.standing,
        }

    @page.get("/runs/<run_id>/comments")
    def show(run_id: str) -> str:
        frame, wanted = open_frame(store, run_id), _wanted()
        place, options = read_place(request.args.get("page", "")), _options(frame, store)
        found = store.comments(run_id, wanted, cursor=place.cursor, limit=PER_PAGE)
        return render_template(
            "comments.html",
            wanted=wanted,
            options=options,
            active=_active(frame, wanted, options),
            comments=[
                (comment, pieces_of(comment.annotation.text, evidence_of(comment), wanted.q or ""), about(comment))
                for comment in found.comments
            ],
            place=place,
            before=with_query(page=place.before()) if place.number > 1 else None,
            behind=with_query(page=place.behind(found.next)) if found.next else None,
            first=(place.number - 1) * PER_PAGE + 1,
            total=store.count_comments(run_id, wanted, COUNTED),
            counted=COUNTED,
            by_id=store.keys_of(run_id, wanted.q) if wanted.q and place.number == 1 else {},
            **names(run_id),
        )

    @page.get("/runs/<run_id>/comments/<int:key>", endpoint="one")
    def one(run_id: str, key: int) -> str:
        frame = open_frame(store, run_id)
        comment, known = store.comment(run_id, key), names(run_id)
        said = request.args.get("said")
        return render_template(
            "comment.html",
            frame=frame,
            comment=comment,
            pieces=pieces_of(comment.annotation.text, evidence_of(comment)),
            about=about(comment),
            groups=groups_of(known["run"], known["taxonomy"], comment, comment.touchpoints),
            reasons=reasons_of(comment, known["standing"], known["label_of"], known["name_of"]),
            said=said if said in SAID else None,
            writes=may("write"),
            mine=[review for review in comment.reviews if review.reviewer == g.identity.name],
            **known,
        )

    @correcting.post("/runs/<run_id>/comments/<int:key>")
    def correct(run_id: str, key: int) -> Response:
        frame = open_frame(store, run_id)
        decide(store, store.current(run_id).run, key)
        return redirect(frame.url("comments.one", key=key, said="corrected"), 303)

    @correcting.post("/runs/<run_id>/comments/<int:key>/undo")
    def undo(run_id: str, key: int) -> Response:
        frame = open_frame(store, run_id)
        store.withdraw_together(run_id, g.identity.name, key)
        return redirect(frame.url("comments.one", key=key, said="undone"), 303)

    return [page, correcting]
