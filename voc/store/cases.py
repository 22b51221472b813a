"""Cases: a pain point gets an owner and a due time, and is closed once its cause and what was done are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import Connection, insert, select, update

from voc.errors import RecordNotFound, StoreError
from voc.metrics import share, wilson
from voc.normalise import normalise
from voc.redact import redact
from voc.store import read
from voc.store.cache import Cache
from voc.store.case_records import Case, CaseChange, CaseDetail, CaseEntry, CaseFilter, CaseStatus, Measured
from voc.store.current import Current, current
from voc.store.people import CaseEntryRow, CaseRow, CodebookRow
from voc.store.points import unknown_point
from voc.store.records import StoredUpload
from voc.store.tables import PainPointRow, RunRow, UploadRow
from voc.store.write import now

STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
MOST = 1000  # cases of a list
Sees = Callable[[StoredUpload], bool]


def open_case(connection: Connection, run_id: str, point_id: str, change: CaseChange, actor: str | None, memory: Cache) -> CaseDetail:
    """Open a case for a pain point.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    run_id : str
        Run that shows the pain point; its share there is what the case starts from.
    point_id : str
        The pain point.
    change : CaseChange
        What is known of the case already.
    actor : str or None
        Who opens it.
    memory : Cache
        Remembers runs.

    Returns
    -------
    CaseDetail
        With its number.

    Raises
    ------
    RecordNotFound
        If there is no such run, or it does not show the pain point.
    StoreError
        If the case is opened closed, or the due time is none.
    """
    at = now()
    run = current(connection, run_id, memory)
    point = next((one for one in run.analysis.pain_points if one.id == point_id), None)
    if point is None:
        raise unknown_point(point_id)
    values = {
        "pain_point_id": point_id,
        "run_id": run_id,
        "label": point.label,
        "codebook": run.state.codebook,
        "owner": None,
        "due": None,
        "status": "received",
        "root_cause": "",
        "action": "",
        "opened_at": at,
        "before": _measured(run, point_id).model_dump_json(),
    }
    number = connection.execute(insert(CaseRow).values(values).returning(CaseRow.id)).scalar_one()
    _note(connection, number, actor, at, "status", None, "received")
    return change_case(connection, number, change, actor, memory)


def cases(connection: Connection, wanted: CaseFilter, sees: Sees | None = None) -> tuple[Case, ...]:
    """Cases that may be seen.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    wanted : CaseFilter
        Which.
    sees : callable, optional
        Whether an upload may be seen; cases that were opened on others are left out.

    Returns
    -------
    tuple of Case
        Those that are not closed first, the earliest due time first; at most 1,000.
    """
    rows = _rows(connection)
    for column, value in ((CaseRow.status, wanted.status), (CaseRow.owner, wanted.owner), (CaseRow.pain_point_id, wanted.pain_point)):
        rows = rows.where(column == value) if value is not None else rows
    found = [_case(row) for row in connection.execute(rows).mappings() if _may(row, sees)]
    found = [case for case in found if wanted.overdue in (None, case.overdue)]
    return tuple(sorted(found, key=lambda case: (case.status == "closed", case.due or "~", -case.id))[:MOST])


def case(connection: Connection, number: int, sees: Sees | None = None) -> CaseDetail:
    """One case with its history.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    number : int
        Its number.
    sees : callable, optional
        Whether an upload may be seen.

    Returns
    -------
    CaseDetail
        Notes and changes, the oldest first.

    Raises
    ------
    RecordNotFound
        If there is none, or it was opened on an upload that may not be seen.
    """
    row = connection.execute(_rows(connection).where(CaseRow.id == number)).mappings().first()
    if row is None or not _may(row, sees):
        raise RecordNotFound("unknown_case", f"没有这个案例 / no such case: {number}")
    entries = select(CaseEntryRow.__table__).where(CaseEntryRow.case_id == number).order_by(CaseEntryRow.id)
    fields = CaseEntry.model_fields
    return CaseDetail(
        case=_case(row),
        entries=tuple(CaseEntry(**{name: entry[name] for name in fields}) for entry in connection.execute(entries).mappings()),
    )


def change_case(
    connection: Connection, number: int, change: CaseChange, actor: str | None, memory: Cache, sees: Sees | None = None
) -> CaseDetail:
    """Change a case; each change is noted.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    number : int
        Its number.
    change : CaseChange
        What to change.
    actor : str or None
        Who does.
    memory : Cache
        Remembers runs.
    sees : callable, optional
        Whether an upload may be seen.

    Returns
    -------
    CaseDetail
        As it is then. Once it is closed, the pain point's share in the newest run of its codebook stands beside the one that it was
        opened with; a case that is opened again loses it.

    Raises
    ------
    RecordNotFound
        If there is no such case.
    StoreError
        If it is to be closed without root cause and action, or the due time is none.
    """
    known = case(connection, number, sees).case
    at = now()
    given = change.model_dump(exclude_none=True)
    values: dict[str, Any] = {name: redact_text(given[name]) for name in ("owner", "root_cause", "action") if name in given}
    if "due" in given:
        values["due"] = due_time(given["due"]) if given["due"].strip() else None
    if "owner" in values:
        values["owner"] = given["owner"].strip() or None  # a colleague's name, which is no customer's
    if "status" in given:
        values["status"] = given["status"]
    values = {name: value for name, value in values.items() if value != getattr(known, name)}
    after = {**known.model_dump(), **values}
    if after["status"] == "closed" and not (after["root_cause"].strip() and after["action"].strip()):
        raise StoreError(
            "case_incomplete",
            "闭环前要写明根因和措施 / root cause and action are needed to close",
            "root_cause, action",
        )
    for name, value in values.items():
        _note(connection, number, actor, at, name, getattr(known, name), value)
    if values.get("status") == "closed":
        measured = _newest(connection, known, memory, sees)
        values |= {"closed_at": at, "after": measured.model_dump_json() if measured else None}
    elif "status" in values and known.status == "closed":
        values |= {"closed_at": None, "after": None}
    if values:
        connection.execute(update(CaseRow).where(CaseRow.id == number).values(values))
    return case(connection, number)


def add_note(connection: Connection, number: int, text: str, actor: str | None, sees: Sees | None = None) -> CaseDetail:
    """Say something of a case.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    number : int
        Its number.
    text : str
        Stored with personal data masked.
    actor : str or None
        Who says it.
    sees : callable, optional
        Whether an upload may be seen.

    Returns
    -------
    CaseDetail
        With the note.

    Raises
    ------
    RecordNotFound
        If there is no such case.
    """
    case(connection, number, sees)
    _note(connection, number, actor, now(), "note", None, redact_text(text))
    return case(connection, number)


def due_time(text: str) -> str:
    """A due time as the store keeps it.

    Parameters
    ----------
    text : str
        ISO 8601 date or date-time; without a time zone it is UTC, without a time the end of that day.

    Returns
    -------
    str
        ISO 8601 date-time, UTC, to the second.

    Raises
    ------
    StoreError
        If it is none.

    Examples
    --------
    >>> due_time("2024-06-01T18:00:00+08:00"), due_time("2024-06-01")
    ('2024-06-01T10:00:00+00:00', '2024-06-01T23:59:59+00:00')
    """
    try:
        at = datetime.fromisoformat(text.strip())
        if len(text.strip()) <= len("2024-06-01"):
            at = at.replace(hour=23, minute=59, second=59)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError) as error:
        raise StoreError("bad_due", f"不是时间 / not a time: {text!r}", "2024-06-01T18:00:00+08:00") from error


def redact_text(text: str) -> str:
    """What people write of a case, with personal data masked.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str
        To be stored.
    """
    return redact(normalise(text))[0].text


def _rows(connection: Connection) -> Any:
    upload = [UploadRow.__table__.c[name].label(f"upload_{name}") for name in StoredUpload.model_fields]
    joined = select(CaseRow.__table__, *upload).outerjoin(RunRow, RunRow.id == CaseRow.run_id)
    return joined.outerjoin(UploadRow, UploadRow.id == RunRow.upload_id).order_by(CaseRow.id)


def _may(row: Mapping[Any, Any], sees: Sees | None) -> bool:
    if sees is None or row["upload_id"] is None:
        return True
    return sees(StoredUpload(**{name: row[f"upload_{name}"] for name in StoredUpload.model_fields}))


def _case(row: Mapping[Any, Any]) -> Case:
    plain = {name: row[name] for name in Case.model_fields if name not in ("overdue", "before", "after")}
    figures = {name: Measured.model_validate_json(row[name]) if row[name] else None for name in ("before", "after")}
    overdue = row["status"] != "closed" and row["due"] is not None and row["due"] < now()
    return Case(**plain, **figures, overdue=overdue)


def _note(connection: Connection, number: int, actor: str | None, at: str, kind: str, before: str | None, text: str | None) -> None:
    connection.execute(insert(CaseEntryRow).values(case_id=number, author=actor, at=at, kind=kind, before=before, text=text))


def _measured(run: Current, point_id: str) -> Measured:
    point = next((one for one in run.analysis.pain_points if one.id == point_id), None)
    n, of = point.comments if point else 0, run.analysis.input.comments
    return Measured(run_id=run.run.id, at=run.run.started_at, n=n, of=of, share=share(n, of), interval=wilson(n, of))


def _newest(connection: Connection, known: Case, memory: Cache, sees: Sees | None) -> Measured | None:
    """In the last run of its codebook, which may have no comment of it any more; else in the newest run that has it."""
    last = select(RunRow.id).join(CodebookRow, CodebookRow.run_id == RunRow.id).where(CodebookRow.name == known.codebook)
    ids = connection.execute(last).scalars().all()
    of_it = select(RunRow.id).join(PainPointRow, PainPointRow.run_id == RunRow.id).where(PainPointRow.id == known.pain_point_id)
    for run_id in (*ids, *connection.execute(of_it.order_by(RunRow.started_at.desc(), RunRow.id)).scalars().all()):
        if sees is None or sees(read.upload_of(connection, run_id)):
            return _measured(current(connection, run_id, memory), known.pain_point_id)
    return None
