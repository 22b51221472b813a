"""The form of an upload that waits: how its tables are read and its comments analysed, and what a reader makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, cast, get_args

from voc.corpora import taxonomy_names
from voc.ingest.encoding import CODECS
from voc.jobsettings import JobFile, JobSettings, TableChoice
from voc.preview import COLUMNS, ShownTable
from voc.records import Role
from voc.store import Store
from web.messages import one_language, t

ROLES = ("", *get_args(Role))  # "": not used
ENCODINGS = tuple(name for name in CODECS if name not in ("gbk", "gb2312"))  # others are read as one of these
# Said in words of ours, since what the library says is for the command line.
_SPOKEN = (
    "no_text_column",
    "empty_text_column",
    "unknown_column",
    "unknown_encoding",
    "no_rows",
    "unknown_extension",
    "not_a_table",
    "file_gone",
    "no_table",
)
_MENDED_HERE = ("wrong_encoding",)  # says itself what is wrong, and where; how to mend it on the page is ours


def taxonomy_choices(store: Store) -> list[tuple[str, str]]:
    """Touchpoints that comments can be analysed by.

    Parameters
    ----------
    store : Store
        Holds those that administrators wrote.

    Returns
    -------
    list of (str, str)
        Pairs of what a job calls them and of their name: those that come with the program first.
    """
    shipped = [(name, t(f"upload_taxonomy.{name}")) for name in taxonomy_names()]
    return shipped + [(kept.reference, t("upload.kept_taxonomy", name=kept.name, version=kept.version)) for kept in store.taxonomies.all()]


class Column(NamedTuple):
    """A column of a table, as a row of the form."""

    name: str
    field: str  # of the form
    role: str
    cells: tuple[str, ...]


class Member(NamedTuple):
    """A table in a group."""

    at: int  # place among all tables
    label: str
    used: bool
    encoding: str  # what it is read in; empty: it is no text
    chosen: str  # the encoding that somebody chose; empty: found out
    encoding_field: str  # empty where another table of the file has it
    header_field: str  # empty where the format names the columns
    header_row: str
    header_rows: tuple[tuple[str, str], ...]  # to choose from: number, and what is in it
    fault: tuple[str, str] | None  # what is wrong, and what to do


class Read(NamedTuple):
    """What a form says about the tables."""

    settings: JobSettings
    faults: dict[int, str]  # place of the first table of a group → what is wrong with it
    anew: str  # why the columns have to be looked at once more: `encoding`, `header`; empty: they need not


class Group(NamedTuple):
    """Tables with the same columns: what these hold is said once for all of them."""

    members: tuple[Member, ...]
    columns: tuple[Column, ...]
    numbers: tuple[int, ...]  # of the rows that are shown
    more: int  # columns that are not shown
    fault: str


def mark_of(tables: Sequence[ShownTable]) -> str:
    """What a form says it was made of: two people may be at the same upload.

    Parameters
    ----------
    tables : sequence of ShownTable
        That the form shows.

    Returns
    -------
    str
        A digest.
    """
    return sha256(
        repr([(table.file, table.table.sheet, table.table.header_row, table.table.headers) for table in tables]).encode()
    ).hexdigest()[:16]


def spoken_fault(code: str, message: str, hint: str) -> tuple[str, str]:
    """What is wrong with a table, for people who do not type commands.

    Parameters
    ----------
    code, message, hint : str
        Of the error, in both languages.

    Returns
    -------
    tuple of str and str
        What is wrong and what to do, to be shown in one language.
    """
    if code in _MENDED_HERE:
        return message, t(f"upload_mend.{code}", hint=one_language(hint))
    return (t(f"upload_fault.{code}"), t(f"upload_mend.{code}")) if code in _SPOKEN else (message, hint)


def groups_of(
    tables: Sequence[ShownTable],
    settings: JobSettings,
    form: Mapping[str, str] | None = None,
    faults: Mapping[int, str] | None = None,
) -> list[Group]:
    """The tables as the form shows them.

    Parameters
    ----------
    tables : sequence of ShownTable
        All of the upload.
    settings : JobSettings
        Of its job.
    form : mapping of str to str, optional
        What was typed, where that was refused.
    faults : mapping of int to str, optional
        Place of the first table of a group → why it was refused.

    Returns
    -------
    list of Group
        Those that cannot be read at all are alone, without columns.
    """
    first = {table.file: at for at, table in reversed(list(enumerate(tables)))}
    groups = []
    for places in _alike(tables):
        lead = _lead(tables, places)
        members = tuple(_member(tables[at], at, settings, form, first[tables[at].file] == at) for at in places)
        shown, roles = tables[lead], _roles(tables[lead])
        columns = [
            Column(
                name,
                field := f"role-{places[0]}-{number}",
                roles.get(name, "") if form is None else form.get(field, ""),
                tuple(row.cells[number] if number < len(row.cells) else "" for row in shown.rows),
            )
            for number, name in enumerate(shown.table.headers[:COLUMNS])
        ]
        more = max(len(shown.table.headers) - COLUMNS, 0)
        groups.append(Group(members, tuple(columns), tuple(row.number for row in shown.rows), more, (faults or {}).get(places[0], "")))
    return groups


def read_tables(form: Mapping[str, str], settings: JobSettings, tables: Sequence[ShownTable], *, start: bool) -> Read:
    """What the form says about the tables.

    Parameters
    ----------
    form : mapping of str to str
        Sent with the mark of these tables.
    settings : JobSettings
        Of the job until now.
    tables : sequence of ShownTable
        That the form showed.
    start : bool
        Whether the analysis is to begin: nothing may be left open then.

    Returns
    -------
    Read
        With the settings as they will be.
    """
    chosen: dict[int, list[TableChoice]] = {number: [] for number in range(len(settings.files))}
    faults: dict[int, str] = {}
    anew = ""
    for places in _alike(tables):
        used = [at for at in places if f"use-{at}" in form and tables[at].table.headers]
        if not used:
            continue
        rows = {at: _header_row(form, at, tables[at]) for at in used}
        moved = [at for at in used if rows[at] not in (None, tables[at].table.header_row)]
        choice, fault = _choice(form, places[0], tables[_lead(tables, places)], start=start)
        if fault and len(moved) < len(used):
            faults[places[0]] = fault
        for at in used:  # another header makes other names of columns
            said = TableChoice() if at in moved else choice
            chosen[tables[at].file].append(said.model_copy(update={"sheet": tables[at].table.sheet, "header_row": rows[at]}))
        anew = "header" if moved else anew
    files = []
    for number, file in enumerate(settings.files):
        encoding = form.get(f"encoding-{number}", file.encoding or "") or None
        again = encoding != (file.encoding or settings.encoding) and encoding in (None, *ENCODINGS)
        anew = "encoding" if again else anew  # so do other characters
        files.append(JobFile(path=file.path, name=file.name, encoding=encoding, tables=None if again else tuple(chosen[number])))
    update: dict[str, object] = {"files": tuple(files), "columns": {}, "sheets": (), "encoding": None, "header_row": None}
    return Read(settings.model_copy(update=update), faults, anew)


def _alike(tables: Sequence[ShownTable]) -> list[list[int]]:
    """Places of tables that have the same columns."""
    found: dict[object, list[int]] = {}
    for at, table in enumerate(tables):
        found.setdefault(table.table.headers or at, []).append(at)
    return list(found.values())


def _lead(tables: Sequence[ShownTable], places: Sequence[int]) -> int:
    return next((at for at in places if tables[at].table.text_columns), places[0])


def _roles(table: ShownTable) -> dict[str, str]:
    known: dict[str, str] = {header: role for role, header in table.table.columns.items()}
    return known | dict.fromkeys(table.table.text_columns, "text")


def _member(table: ShownTable, at: int, settings: JobSettings, form: Mapping[str, str] | None, first_of_file: bool) -> Member:
    file = settings.files[table.file]
    encoding = table.table.encoding or ""
    by_choice = bool(file.encoding or settings.encoding) or (table.fault is not None and table.fault.code == "unknown_encoding")
    field = f"encoding-{table.file}" if first_of_file and (encoding or by_choice) else ""
    header_field = f"header-{at}" if table.top else ""
    return Member(
        at=at,
        label=f"{file.name} · {table.table.sheet}" if table.table.sheet is not None else file.name,
        used=table.used if form is None else f"use-{at}" in form,
        encoding=encoding,
        chosen=(file.encoding or settings.encoding or "") if form is None else form.get(field, ""),
        encoding_field=field,
        header_field=header_field,
        header_row=form.get(header_field, "") if form is not None and header_field in form else str(table.table.header_row),
        header_rows=_header_rows(table),
        fault=spoken_fault(table.fault.code, table.fault.message, table.fault.hint) if table.fault else None,
    )


def _header_rows(table: ShownTable) -> tuple[tuple[str, str], ...]:
    shown = {row.number: t("upload.header_row", n=row.number, cells=" · ".join(row.cells)) for row in table.top}
    shown.setdefault(table.table.header_row, t("upload.row", n=table.table.header_row))  # below those that are shown
    shown[0] = t("upload.header_none")
    return tuple((str(number), shown[number]) for number in sorted(shown))


def _header_row(form: Mapping[str, str], at: int, table: ShownTable) -> int | None:
    """What the form says of the header; what it does not offer is not said."""
    said = form.get(f"header-{at}", "")
    offered = table.top and said in dict(_header_rows(table))
    return int(said) if offered else None


def _choice(form: Mapping[str, str], place: int, table: ShownTable, *, start: bool) -> tuple[TableChoice, str]:
    before = _roles(table)
    text: list[str] = []
    columns: dict[Role, str] = {}
    fault = ""
    for number, header in enumerate(table.table.headers):
        role = form.get(f"role-{place}-{number}", "") if number < COLUMNS else before.get(header, "")
        if role == "text":
            text.append(header)
        elif role in columns:
            fault = t("upload.twice", role=t(f"upload_role.{role}"))
        elif role in ROLES and role:
            columns[cast(Role, role)] = header
    if not text and (start or columns):
        fault = fault or t("upload.no_text")
    return TableChoice(text=tuple(text), columns=columns), fault
