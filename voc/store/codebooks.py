"""Codebooks in the store: nobody overwrites what somebody else decided meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2s
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, update

from voc.codebook.records import Codebook
from voc.codebook.rules import rules_of
from voc.codebook.session import CodebookSession
from voc.errors import ConflictError, RecordNotFound
from voc.store.cache import Cache
from voc.store.people import CodebookRow
from voc.store.run_codebooks import Kept, head_of, keep, loaded
from voc.store.tables import RunRow
from voc.store.write import now

if TYPE_CHECKING:
    from voc.store.findings import Findings

CHANGED = "codebook_changed_meanwhile"
TRIES = 5  # of an edit while others edit the same codebook
_MOVE_NOTHING = ("rename", "unlock", "unpin")  # kinds of edits


def load(connection: Connection, name: str, cache: Cache, *, with_run: bool = True) -> Kept | None:
    """A codebook.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    name : str
        What people call it.
    cache : Cache
        Remembers it.
    with_run : bool
        Whether its last run is needed, which is large.

    Returns
    -------
    Kept or None
        None where there is none of that name.
    """
    return loaded(connection, CodebookRow, CodebookRow.name == name, cache, with_run=with_run)


def names(connection: Connection) -> frozenset[str]:
    """Names of all codebooks.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.

    Returns
    -------
    frozenset of str
        Those of private uploads too.
    """
    return frozenset(connection.execute(select(CodebookRow.name)).scalars())


def save(connection: Connection, name: str, book: Codebook, *, before: Kept | None) -> int:
    """Write a codebook, unless somebody else has.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    name : str
        What people call it.
    book : Codebook
        What to write.
    before : Kept or None
        What it was made from; None where there was none.

    Returns
    -------
    int
        The new revision.

    Raises
    ------
    ConflictError
        If it is not what it was made from any more.
    """
    found = connection.execute(select(CodebookRow.revision).where(CodebookRow.name == name)).scalar()
    if found != (before.revision if before else None):
        raise changed_meanwhile(name)
    revision = (found or 0) + 1
    bare = book.model_copy(update={"run": None}).model_dump_json(exclude_none=True)
    values: dict[str, object] = {"revision": revision, "saved_at": now(), "record": bare, "edited": True}
    same_run = before is not None and (before.book.run is book.run or before.book.run == book.run)
    if not same_run:  # large, and edits do not touch it
        run = None if book.run is None else book.run.model_dump_json(exclude_none=True)
        values |= {"run": run, "run_id": book.run.id if book.run else None, "run_revision": revision}
        values |= {"edited": False, "moving": moving(book)}
        keep(connection, name)
    if before is None:
        connection.execute(insert(CodebookRow).values(name=name, **values))
    else:
        same = (CodebookRow.name == name, CodebookRow.revision == before.revision)
        if not connection.execute(update(CodebookRow).where(*same).values(values)).rowcount:
            raise changed_meanwhile(name)
    return revision


def replace(connection: Connection, name: str, book: Codebook, *, opened: Codebook | None, cache: Cache) -> None:
    """Write a codebook that was made from one that was read, unless somebody else has written meanwhile.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    name : str
        What people call it.
    book : Codebook
        What to write.
    opened : Codebook or None
        What it was made from, as it was read; None where there was none.
    cache : Cache
        Remembers codebooks.

    Raises
    ------
    ConflictError
        If it is not what was opened any more.
    """
    kept = load(connection, name, cache)
    if (kept.book if kept else None) != opened:
        raise changed_meanwhile(name)
    save(connection, name, book, before=kept)


def of_run(connection: Connection, run_id: str, cache: Cache, *, with_run: bool = True) -> Kept:
    """The codebook that edits of a run's pain points go to.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run.
    cache : Cache
        Remembers codebooks.
    with_run : bool
        Whether its last run is needed, which is large.

    Returns
    -------
    Kept
        To go on with.

    Raises
    ------
    RecordNotFound
        If there is no such run.
    ConflictError
        If it was made without a codebook, or a newer run has taken its place.
    """
    known = connection.execute(select(RunRow.id, RunRow.codebook_version).where(RunRow.id == run_id)).first()
    if known is None:
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    found = head_of(connection, run_id)
    kept = load(connection, found.name, cache, with_run=with_run) if found and found.last else None
    if kept:
        return kept
    if known.codebook_version is None:
        raise ConflictError(
            "no_codebook",
            "这次分析没有用痛点手册，痛点不能修改 / the run was made without a codebook; its pain points cannot be edited",
            "用手册再分析一次 / analyse the upload again with a codebook",
        )
    raise ConflictError(
        "not_last_run",
        "手册后来又分析过别的数据；这次分析保留到那时为止的修改，要再改请到最近一次 / "
        "the codebook has gone on with a newer run; this one keeps what was edited until then, and further edits are made on the last one",
        "打开最近一次分析 / open the newest run",
    )


def edit(store: Findings, run_id: str, change: Callable[[Codebook], Codebook], by: str | None) -> Codebook:
    """Change the codebook of a run, however many others do so at once.

    Parameters
    ----------
    store : Store
        Holds it.
    run_id : str
        The codebook's last run.
    change : callable
        One of the edits of `voc.codebook`, or several; called anew where somebody else was first.
    by : str, optional
        Who decides.

    Returns
    -------
    Codebook
        As saved.

    Raises
    ------
    CodebookError
        If the edit is not allowed.
    ConflictError
        If the run is not the last of a codebook, or others keep changing it.
    """
    for _ in range(TRIES - 1):
        try:
            return _edit_once(store, run_id, change, by)
        except ConflictError as conflict:
            if conflict.code != CHANGED:
                raise
    return _edit_once(store, run_id, change, by)


def _edit_once(store: Findings, run_id: str, change: Callable[[Codebook], Codebook], by: str | None) -> Codebook:
    with store.reading() as connection:
        kept = of_run(connection, run_id, store.cache)
    book = _signed(kept.book, change(kept.book), by)
    with store.writing() as connection:
        revision = save(connection, kept.name, book, before=kept)
    for kind in ("bare codebook", "codebook"):
        store.cache.get(kind, (kept.name, revision), lambda: book)
    return book


def moving(book: Codebook) -> str:
    """Digest of all that decides where members are: names of pain points do not.

    Parameters
    ----------
    book : Codebook
        With or without its run.

    Returns
    -------
    str
        32 hexadecimal digits.
    """
    digest = blake2s(digest_size=16)
    edits = [edit for version in book.versions for edit in version.edits]
    splits = [edit for edit in edits if edit.kind == "split"]  # also those that do not hold any more (see `voc.codebook.versions.run_of`)
    others: Sequence[object] = [edit for edit in rules_of(book) if edit.kind not in _MOVE_NOTHING]
    for edit in (*splits, *others):
        digest.update(repr(edit).encode())
    digest.update(repr([(point.id, point.status) for point in book.pain_points]).encode())
    return digest.hexdigest()


def changed_meanwhile(name: str) -> ConflictError:
    """What to say to who was not first.

    Parameters
    ----------
    name : str
        Of the codebook.

    Returns
    -------
    ConflictError
        To be raised.
    """
    return ConflictError(
        CHANGED,
        f"手册刚被别人改过，没有保存 / somebody else has just changed the codebook; nothing was saved: {name!r}",
        "再试一次 / try again",
    )


def _signed(before: Codebook, after: Codebook, by: str | None) -> Codebook:
    """The codebook with who made the edits that are new in its draft."""
    known = len(before.draft)
    if by is None or after.draft[:known] != before.draft or len(after.draft) == known:
        return after
    return after.model_copy(update={"draft": (*after.draft[:known], *(one.model_copy(update={"by": by}) for one in after.draft[known:]))})


class _StoredCodebook:
    """A codebook on the shelf of a store."""

    def __init__(self, store: Findings, name: str) -> None:
        self.store = store
        self.name = name

    def load(self) -> Codebook | None:
        return self.store.codebook(self.name)

    def save(self, book: Codebook, *, opened: Codebook | None) -> None:
        self.store.save_codebook(self.name, book, opened=opened)


class StoreCodebookSession(CodebookSession):
    """The codebook of one analysis, kept in a store; `Store.save_run` saves it with the run, in one transaction.

    Parameters
    ----------
    store : Store
        Holds it.
    name : str
        What people call it; it need not exist yet.
    """

    def __init__(self, store: Findings, name: str) -> None:
        super().__init__(_StoredCodebook(store, name))
        self.store = store

    def write(self, connection: Connection) -> None:
        """Write the codebook with the run, within a transaction that also adds the run.

        Parameters
        ----------
        connection : sqlalchemy.Connection
            In that transaction.

        Raises
        ------
        ConflictError
            If somebody else changed the codebook since the analysis began.
        """
        replace(connection, self.name, self.book, opened=self.opened, cache=self.store.cache)
