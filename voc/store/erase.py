"""Erases a customer or an upload for good: rows, search index, memberships, and quotes inside JSON; figures stay.

Counts and shares of runs stay as they were. Backups made before still hold what was erased.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, delete, insert, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute

from voc.codebook.records import clause_digest
from voc.errors import RecordNotFound, StoreError
from voc.normalise import normalise
from voc.redact import redact_field
from voc.store import wordless
from voc.store.connection import Database
from voc.store.people import AuditRow, CaseEntryRow, CaseRow, CodebookRow, RunCodebookRow
from voc.store.search import Indexed, drop_from_index, fold
from voc.store.statistics import forget_small_segments
from voc.store.tables import AnnotationRow, Base, CommentRow, PainPointRow, ProblemRow, RunRow, UploadRow
from voc.store.worktables import AnswerRow
from voc.store.write import now


class Gone(NamedTuple):
    """What may not be found any more."""

    ids: frozenset[str]
    texts: tuple[str, ...]  # as search knows them
    places: frozenset[tuple[str, int]]  # file and row
    refs: frozenset[tuple[str, str]]  # as a codebook calls clauses: id and digest; ids alone may be those of another upload's comments


def erase_customer(connection: Connection, customer_id: str, actor: str | None) -> int:
    """Erase all comments of a customer, and the scores beside which nothing was written.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction; `scour` comes after it.
    customer_id : str
        As the tables call the customer.
    actor : str, optional
        Who asks, for the audit.

    Returns
    -------
    int
        Comments erased; 0 where there were only scores.

    Raises
    ------
    StoreError
        If such an id was masked when it was stored, as telephone numbers are, and tells nobody apart.
    RecordNotFound
        If neither a comment nor a score is of that customer.
    """
    stored = stored_customer(customer_id)
    rows, scores = _comments(connection, CommentRow.customer_id == stored), wordless.of_customer(connection, stored)
    if not rows and not scores:
        raise unknown_customer()
    uploads = sorted({row["upload_id"] for row in rows} | {upload_id for upload_id, _, _ in scores})
    for upload_id in uploads:
        own = [row for row in rows if row["upload_id"] == upload_id]
        _erase(connection, upload_id, own, [(file, row) for of, file, row in scores if of == upload_id])
    _audit(connection, actor, "erase_customer", comments=len(rows), scores=len(scores), uploads=uploads)
    return len(rows)


def erase_upload(connection: Connection, upload_id: int, actor: str | None) -> int:
    """Erase an upload with its comments, problems and runs.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction; `scour` comes after it.
    upload_id : int
        The upload.
    actor : str, optional
        Who asks, for the audit.

    Returns
    -------
    int
        Comments erased.

    Raises
    ------
    RecordNotFound
        If there is no such upload.
    """
    if connection.execute(select(UploadRow.id).where(UploadRow.id == upload_id)).first() is None:
        raise RecordNotFound("unknown_upload", f"没有这次上传 / no such upload: {upload_id}")
    rows = _comments(connection, CommentRow.upload_id == upload_id)
    _erase(connection, upload_id, rows)
    runs = select(RunRow.id).where(RunRow.upload_id == upload_id)
    private = select(UploadRow.id).where(UploadRow.id == upload_id, UploadRow.private.is_(True))
    connection.execute(delete(CaseRow).where(CaseRow.run_id.in_(runs), private.exists()))  # without its run, everybody could see it
    connection.execute(delete(UploadRow).where(UploadRow.id == upload_id))
    _audit(connection, actor, "erase_upload", comments=len(rows), uploads=[upload_id])
    return len(rows)


def stored_customer(customer_id: str) -> str:
    """A customer's id as the store has it.

    Parameters
    ----------
    customer_id : str
        As the tables call the customer.

    Returns
    -------
    str
        Without blanks around it.

    Raises
    ------
    StoreError
        If such an id was masked when it was stored, as telephone numbers are, and tells nobody apart.
    """
    if (stored := redact_field("customer_id", customer_id)) != customer_id.strip():
        raise StoreError(
            "masked_customer",
            "这个客户编号是个人信息，入库时已脱敏，分不清是谁 / this customer id is personal data and was masked when it was stored",
            "删除整次上传 / erase the upload instead",
        )
    return stored


def unknown_customer() -> RecordNotFound:
    """Error: nothing is of that customer.

    Returns
    -------
    RecordNotFound
        To be raised.
    """
    return RecordNotFound("unknown_customer", "没有这个客户的评论或打分 / no comment or score is of that customer")


def scour(database: Database) -> None:
    """Overwrite what deleted rows leave in the files of the database.

    Parameters
    ----------
    database : Database
        From which something was erased.

    Raises
    ------
    StoreError
        If another program holds the files; to be called again then.
    """
    with database.outside() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("VACUUM")
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
            if busy:
                raise StoreError(
                    "not_scoured",
                    "已删除，但别的程序正在读，日志文件里还有残留 / erased, but another program reads, and the log file still holds traces",
                    "关掉它，再调用 Store.scour() / close it and call Store.scour()",
                    store=database.name,
                )
        else:
            names = ", ".join(f'"{name}"' for name in (*sorted(Base.metadata.tables), "comment_search"))
            connection.exec_driver_sql(f"VACUUM FULL {names}")


def _comments(connection: Connection, condition: Any) -> Sequence[RowMapping]:
    columns = (CommentRow.id, CommentRow.upload_id, CommentRow.comment_id, CommentRow.search_text, CommentRow.file, CommentRow.row)
    return connection.execute(select(*columns).where(condition)).mappings().all()


def _erase(connection: Connection, upload_id: int, rows: Sequence[RowMapping], scores: Sequence[tuple[str, int]] = ()) -> None:
    """Comments of one upload, whose ids are its own, and scores by file and row."""
    gone = Gone(
        frozenset(row["comment_id"] for row in rows),
        tuple(row["search_text"] for row in rows),
        frozenset([*((row["file"], row["row"]) for row in rows), *scores]),
        _refs(connection, rows),
    )
    runs = select(RunRow.id).where(RunRow.upload_id == upload_id)
    _scrub(connection, RunRow.analysis, RunRow.upload_id == upload_id, gone)
    forget_small_segments(connection, upload_id)
    _scrub(connection, PainPointRow.record, PainPointRow.run_id.in_(runs), gone)
    _scrub_codebooks(connection, frozenset(connection.execute(runs).scalars()), gone)
    _scrub_cases(connection, gone)
    drop_from_index(connection, [Indexed(row["id"], row["search_text"]) for row in rows])
    connection.execute(delete(AnswerRow).where(AnswerRow.upload_id == upload_id))  # may show the first rows of the table
    here = CommentRow.upload_id == upload_id
    places = sorted(gone.places)
    for some in (places[at : at + 500] for at in range(0, len(places), 500)):
        connection.execute(delete(ProblemRow).where(ProblemRow.upload_id == upload_id, tuple_(ProblemRow.file, ProblemRow.row).in_(some)))
    for chunk in (rows[at : at + 500] for at in range(0, len(rows), 500)):
        ids = [row["comment_id"] for row in chunk]
        connection.execute(update(CommentRow).where(here, CommentRow.duplicate_of.in_(ids)).values(duplicate_of=None))
        connection.execute(delete(CommentRow).where(CommentRow.id.in_([row["id"] for row in chunk])))


def _scrub(connection: Connection, column: InstrumentedAttribute[str], condition: Any, gone: Gone) -> None:
    table = column.class_.__table__
    keys = table.primary_key.columns
    for row in connection.execute(select(*keys, column).where(condition)).all():
        *key, record = row
        clean = _dumped(_without(json.loads(record), gone))
        if clean != record:
            same = [item == value for item, value in zip(keys, key, strict=True)]
            connection.execute(update(table).where(*same).values({column.key: clean}))


def _refs(connection: Connection, rows: Sequence[RowMapping]) -> frozenset[tuple[str, str]]:
    """What codebooks call the clauses of comments, in whatever run."""
    found = set()
    ids = {row["id"]: row["comment_id"] for row in rows}
    keys = list(ids)
    for chunk in (keys[at : at + 500] for at in range(0, len(keys), 500)):
        records = select(AnnotationRow.comment_id, AnnotationRow.record).where(AnnotationRow.comment_id.in_(chunk))
        for key, record in connection.execute(records):
            said = json.loads(record)
            texts = {said["text"][clause["start"] : clause["end"]] for clause in said["clauses"]}
            found |= {(ids[key], clause_digest(normalise(text).normalised)) for text in texts}
    return frozenset(found)


def _scrub_codebooks(connection: Connection, runs: frozenset[str], gone: Gone) -> None:
    """Those in use, and those kept for earlier runs: rules and prototypes of all, clauses of the runs that had what is gone."""
    keys: tuple[tuple[type[Base], InstrumentedAttribute[str]], ...] = (
        (CodebookRow, CodebookRow.name),
        (RunCodebookRow, RunCodebookRow.run_id),
    )
    for table, key in keys:
        for name in connection.execute(select(key)).scalars().all():
            row = connection.execute(select(table.__table__).where(key == name)).mappings().one()
            clean = {"record": _dumped(_without(json.loads(row["record"]), gone))}
            if row["run"] and row["run_id"] in runs:
                clean["run"] = _dumped(_without(json.loads(row["run"]), gone))
            changed = {column: text for column, text in clean.items() if text != row[column]}
            if changed:
                revision = row["revision"] + 1
                more = {"run_revision": revision} if "run" in changed else {}
                connection.execute(update(table).where(key == name).values(revision=revision, **changed, **more))


def _scrub_cases(connection: Connection, gone: Gone) -> None:
    """Notes that quote a comment as a whole."""
    for kind, columns in ((CaseRow, ("root_cause", "action")), (CaseEntryRow, ("before", "text"))):
        for row in connection.execute(select(kind.__table__)).mappings().all():
            changed = {name: "" for name in columns if row[name] and any(text and text in fold(row[name]) for text in gone.texts)}
            if changed:
                connection.execute(update(kind).where(kind.id == row["id"]).values(changed))


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _without(value: Any, gone: Gone) -> Any:
    """The same JSON without items that name or repeat what is gone."""
    if isinstance(value, list):
        return [_without(item, gone) for item in value if not _is_of(item, gone)]
    if isinstance(value, dict):
        clean = {name: _without(item, gone) for name, item in value.items()}
        if "prototype" in clean:
            clean["prototype"] = [clause for clause in clean["prototype"] if not any(fold(clause) in text for text in gone.texts)]
        if "text" in clean and clean.get("members") != value.get("members"):
            clean["text"] = ""  # an edit quotes the members that it concerned
        return clean
    return value


def _is_of(item: Any, gone: Gone) -> bool:
    if isinstance(item, list):  # a `Ref`
        return tuple(item) in gone.refs if len(item) == 2 and all(isinstance(part, str) for part in item) else False
    if not isinstance(item, dict):
        return False
    return (
        item.get("comment_id") in gone.ids
        or tuple(item.get("member") or ()) in gone.refs
        or ("reason" in item and (item.get("file"), item.get("row")) in gone.places)
    )


def _audit(connection: Connection, actor: str | None, action: str, **detail: object) -> None:
    connection.execute(insert(AuditRow).values(at=now(), actor=actor, action=action, detail=json.dumps(detail)))
