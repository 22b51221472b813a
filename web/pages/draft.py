"""The draft of a run's codebook, as every page with pain points shows it: may they be edited, what is not committed, what just happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2s
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import redirect, request
from werkzeug.wrappers import Response

from voc.codebook import Codebook
from voc.errors import ConflictError, RecordNotFound, VocError
from voc.store import Store
from voc.store.point_records import PointEdit
from voc.store.points import history
from voc.store.run_codebooks import Kept
from web.access import sees
from web.api.codebook import document
from web.messages import load_messages, one_language, t
from web.pages.access import may
from web.pages.preferences import local_path
from web.run_records import CodebookDocument

SAID = ("done", "done_of", "done_into", "done_kind", "done_n")  # names in an address by which a page says what just happened
MOVING = frozenset({"merge", "split", "move", "exclude", "restore"})  # edits that may move clauses
DONE = frozenset({
    "merged", "renamed", "locked", "unlocked", "dismissed", "restored", "split", "moved", "excluded", "pinned", "unpinned",
    "undone", "discarded", "committed", "rolled_back",
})  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """What a page shows of the codebook of a run.

    Parameters
    ----------
    run_id : str
        The run.
    book : Codebook or None
        None where the run is not the last of a codebook: it cannot be edited.
    refusal : VocError or None
        Why not.
    newest : str or None
        The run that can be edited instead, where there is one.
    moved : int
        Clauses that the draft moves.
    """

    run_id: str
    book: Codebook | None
    refusal: VocError | None = None
    newest: str | None = None
    moved: int = 0

    @property
    def may_edit(self) -> bool:  # numpydoc ignore=RT01
        """Whether this reader may edit this run's pain points: buttons are shown."""
        return self.book is not None and may("write")

    @property
    def edits(self) -> tuple[PointEdit, ...]:  # numpydoc ignore=RT01
        """The edits that are not committed, the oldest first."""
        return tuple(edit for edit in history(self.book) if edit.version is None) if self.book else ()

    @property
    def labels(self) -> dict[str, str]:  # numpydoc ignore=RT01
        """Names of all pain points of the codebook, also of those that are merged or dismissed."""
        return {point.id: point.label for point in self.book.pain_points} if self.book else {}

    @property
    def mark(self) -> str:  # numpydoc ignore=RT01
        """Says which draft the reader has seen (see `need_seen`)."""
        return mark_of(self.book) if self.book else ""

    @property
    def why(self) -> str:  # numpydoc ignore=RT01
        """Why the pain points cannot be edited, and what to do, in the reader's language."""
        error = self.refusal
        return t("draft.refused", why=one_language(error.message), how=one_language(error.hint)) if error else ""

    @property
    def said(self) -> str:  # numpydoc ignore=RT01
        """What just happened, from the address; empty where nothing did."""
        given = {name.removeprefix("done_"): request.args.get(name, "") for name in SAID}
        if given["done"] not in DONE:
            return ""
        names = {name: self.labels.get(given[name], "") for name in ("of", "into")}
        if given["done"] == "undone":
            kind = given["kind"] if f"draft.edit.{given['kind']}" in load_messages("zh") else "other"
            return t("draft.done.undone", what=t(f"draft.edit.{kind}", of=_quoted(names["of"]), into=_quoted(names["into"])))
        count = given["n"] if given["n"].isascii() and given["n"].isdigit() else "1"
        return t(f"draft.done.{given['done']}", of=_quoted(names["of"]), into=_quoted(names["into"]), n=count)

    def words(self, edit: PointEdit) -> str:
        """An edit in words.

        Parameters
        ----------
        edit : PointEdit
            Of the codebook.

        Returns
        -------
        str
            In the reader's language.
        """
        return edit_words(edit, self.labels)


def draft_of(store: Store, run_id: str) -> Draft:
    """The draft of a run's codebook.

    Parameters
    ----------
    store : Store
        Holds it.
    run_id : str
        The run, which the reader may see.

    Returns
    -------
    Draft
        For ``draft_bar.html`` and for buttons that edit.
    """
    try:
        kept = store.codebook_of(run_id, with_run=False)
    except ConflictError as refusal:
        return Draft(run_id, None, refusal, _newest(store, run_id) if refusal.code == "not_last_run" else None)
    moves = any(edit.kind in MOVING for edit in kept.book.draft)  # the others need no difference, which takes time
    return Draft(run_id, kept.book, moved=document_of(store, store.codebook_of(run_id)).moved if moves else 0)


def document_of(store: Store, kept: Kept) -> CodebookDocument:
    """A codebook as it is shown.

    Parameters
    ----------
    store : Store
        Remembers it.
    kept : Kept
        The codebook.

    Returns
    -------
    CodebookDocument
        With the difference between draft and last version.
    """
    return store.cache.get("codebook document", (kept.name, kept.revision), lambda: document(kept.name, kept.book))


def edit_words(edit: PointEdit, labels: Mapping[str, str]) -> str:
    """An edit in words.

    Parameters
    ----------
    edit : PointEdit
        From `voc.store.points.history`.
    labels : mapping of str to str
        Pain point id → name.

    Returns
    -------
    str
        In the reader's language.
    """
    if edit.kind == "rename":  # the pain point has the new name by now
        return t("draft.renamed_to", name=_quoted(edit.label or ""))
    what = t(f"draft.edit.{edit.kind}", of=_quoted(labels.get(edit.point or "", "")), into=_quoted(labels.get(edit.into or "", "")))
    more = " · ".join(edit.words) or _quoted(edit.text or "")
    return t("draft.more", what=what, more=more) if more else what


def mark_of(book: Codebook) -> str:
    """Tells one draft from another.

    Parameters
    ----------
    book : Codebook
        With its draft.

    Returns
    -------
    str
        Another one after any edit, undo or commit.
    """
    last = repr(book.draft[-1]) if book.draft else ""
    return f"{book.version}-{len(book.draft)}-{blake2s(last.encode(), digest_size=6).hexdigest()}"


def need_seen(book: Codebook, mark: str) -> None:
    """Refuse to undo, discard or commit what the reader has not seen.

    Parameters
    ----------
    book : Codebook
        As it is now.
    mark : str
        From `mark_of`, when the reader's page was made.

    Raises
    ------
    ConflictError
        If somebody changed the draft since.
    """
    if mark != mark_of(book):
        raise ConflictError(
            "draft_changed_meanwhile",
            "草稿刚被别人改过，这一步没有做 / somebody else has just changed the draft; nothing was done",
            "看看差异，再做一次 / look at the difference, then do it again",
        )


def back(address: str | None, done: str, **more: object) -> Response:
    """Go back to where a form was sent from, which then says what happened.

    Parameters
    ----------
    address : str or None
        As the form says it; anything that is not ours leads to the start.
    done : str
        One of `DONE`.
    **more : object
        ``of`` and ``into``: pain points; ``kind``: of the edit that was undone; ``n``: how many. Those that are None are left out.

    Returns
    -------
    werkzeug.wrappers.Response
        303.
    """
    place = urlsplit(local_path(address or "/"))
    said = urlencode({"done": done, **{f"done_{name}": value for name, value in more.items() if value is not None}})
    return redirect(urlunsplit(place._replace(query=f"{place.query}&{said}".lstrip("&"), fragment="")), 303)


def _quoted(name: str) -> str:
    return t("draft.quoted", name=name) if name else ""


def _newest(store: Store, run_id: str) -> str | None:
    """The last run of the codebook that a run was made with, if the reader may see it."""
    name = store.current(run_id).run.settings.get("codebook")
    book = store.codebook(name) if isinstance(name, str) else None
    if book is None or book.run is None:
        return None
    try:
        return book.run.id if sees(store.upload_of(book.run.id)) else None
    except RecordNotFound:
        return None
