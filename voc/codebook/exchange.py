"""A codebook's pain points to and from JSON, and a CSV that Excel opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from voc.codebook.file import pretty_json
from voc.codebook.records import Codebook, Status
from voc.codebook.versions import outcome_of
from voc.errors import CodebookError
from voc.records import Record
from voc.taxonomy import OVERALL

STATUS_NAMES: dict[Status, str] = {"active": "在用", "dismissed": "忽略", "merged": "并入"}
_COLUMNS = {
    "id": "编号 Id",
    "label": "痛点 Pain point",
    "touchpoint": "触点 Touchpoint",
    "status": "状态 Status",
    "into": "并入 Into",
    "locked": "锁定 Locked",
    "comments": "评论数 Comments",
    "examples": "例句 Examples",
    "pinned": "钉住的原话 Pinned",
}
_YES = {"是", "y", "yes", "true", "1", "锁定", "locked"}
# A cell that starts with one of these is a formula to Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Entry(Record):
    """A pain point as it travels."""

    id: str = Field("", description="empty: one of your own, which the codebook does not know yet")
    label: str
    touchpoint: str = OVERALL
    status: Status = "active"
    into: str | None = None
    locked: bool = False
    comments: int = Field(0, description="in the last run; not read back")
    examples: tuple[str, ...] = Field((), description="clauses that it is recognised by; read only for new pain points")
    pinned: tuple[str, ...] = Field((), description="not read back")


class Entries(Record):
    """What `voc codebook export` writes as JSON."""

    schema_: Literal["voc.pain-points/1"] = Field("voc.pain-points/1", alias="schema")
    pain_points: tuple[Entry, ...]


def entries(book: Codebook) -> Entries:
    """Pain points of a codebook as they travel.

    Parameters
    ----------
    book : Codebook
        Of which the draft counts.

    Returns
    -------
    Entries
        In the codebook's order.
    """
    counts = outcome_of(book).counts()
    return Entries(
        pain_points=tuple(
            Entry(
                **point.model_dump(include={"id", "label", "touchpoint", "status", "into", "locked"}),
                comments=counts.get(point.id, 0),
                examples=point.prototype,
                pinned=tuple(one.text for one in point.pinned),
            )
            for point in book.pain_points
        )
    )


def entries_json(found: Entries) -> str:
    """Write entries as JSON.

    Parameters
    ----------
    found : Entries
        What to write.

    Returns
    -------
    str
        One file's text.
    """
    return pretty_json(found.model_dump(mode="json", exclude_none=True)) + "\n"


def entries_csv(found: Entries) -> str:
    """Write entries as a CSV that Excel opens: with a BOM, examples one a line of their cell, no cell a formula.

    Parameters
    ----------
    found : Entries
        What to write.

    Returns
    -------
    str
        One file's text, the BOM included.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS.values())
    for entry in found.pain_points:
        cells = [
            entry.id,
            entry.label,
            entry.touchpoint,
            STATUS_NAMES[entry.status],
            entry.into or "",
            "是" if entry.locked else "",
            str(entry.comments),
            "\n".join(entry.examples),
            "\n".join(entry.pinned),
        ]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return "\ufeff" + out.getvalue()


def read_entries(path: Path) -> Entries:
    """Read a file of `entries_json` or `entries_csv`, as it is or as Excel saved it.

    Parameters
    ----------
    path : pathlib.Path
        Ends in ``.json`` or ``.csv``; any encoding that tables may have.

    Returns
    -------
    Entries
        Not checked against any codebook.

    Raises
    ------
    CodebookError
        If it cannot be read, or is no list of pain points.
    """
    from voc.ingest.encoding import CODECS, detect_encoding

    try:
        text = path.read_text(encoding=CODECS[detect_encoding(path)]).removeprefix("\ufeff")
    except OSError as error:
        raise CodebookError("not_readable", f"读不了文件 / cannot read the file: {path.name!r}: {error.strerror}") from error
    if path.suffix == ".csv":
        return Entries(pain_points=tuple(_rows(text, path.name)))
    try:
        return Entries.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise CodebookError(
            "not_pain_points",
            f"不是导出的痛点 / no exported pain points: {path.name!r}: {'.'.join(map(str, first['loc']))} {first['msg']}",
            "用 voc codebook export 导出的 .json 或 .csv / a .json or .csv of voc codebook export",
        ) from error


def _rows(text: str, name: str) -> Iterable[Entry]:
    reader = csv.reader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in next(reader, [])]
    places = {field: at for at, cell in enumerate(header) for field, title in _COLUMNS.items() if _same(cell, field, title)}
    if "label" not in places:
        raise CodebookError(
            "no_label_column",
            f"没有“{_COLUMNS['label']}”这一列 / no such column: {name!r}",
            "用 voc codebook export 导出一份看表头 / see the header of an export",
        )
    for number, row in enumerate(reader, 2):
        cells = {field: row[at].strip().removeprefix("'") for field, at in places.items() if at < len(row)}
        if any(cells.values()):
            yield _entry(cells, name, number)


def _same(cell: str, field: str, title: str) -> bool:
    chinese, _, english = title.partition(" ")
    return cell.casefold() in {title.casefold(), chinese, english.casefold(), field}


def _entry(cells: dict[str, str], name: str, row: int) -> Entry:
    statuses: dict[str, Status] = {word: status for status, chinese in STATUS_NAMES.items() for word in (status, chinese)}
    word = cells.get("status", "").casefold() or "active"
    if word not in statuses:
        names = "、".join(STATUS_NAMES.values())
        raise CodebookError("bad_status", f"看不懂的状态 / unknown status: {word!r}", f"可用 / use one of: {names}", file=name, row=row)
    if not cells.get("label"):
        raise CodebookError("no_label", "没有名称 / no name", "每行都要有名称 / each row needs one", file=name, row=row)
    return Entry(
        id=cells.get("id", ""),
        label=cells["label"],
        touchpoint=cells.get("touchpoint") or OVERALL,
        status=statuses[word],
        into=cells.get("into") or None,
        locked=cells.get("locked", "").casefold() in _YES,
        examples=tuple(filter(None, map(str.strip, cells.get("examples", "").splitlines()))),
    )
