"""A row of a table becomes comments, or problems that say why not; nothing is dropped without a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from voc.ingest.columns import could_be_text
from voc.ingest.dates import ColumnYear, without_year
from voc.ingest.footer import mark_footer
from voc.ingest.names import asks
from voc.ingest.rawrow import CELL_LIMIT, RawRow, oversized
from voc.ingest.scores import nps_score, score
from voc.problems import EMPTY_ANSWER
from voc.records import SCORES, Answer, Comment, Notice, Problem, Role, SourceTable
from voc.redact import redact_field

_PARSERS: dict[Role, tuple[Callable[[str], object], str, str]] = {
    "nps": (nps_score, "不是 0–10 的整数 / not a whole number from 0 to 10", "写成 0 到 10 / write 0 to 10"),
    "csat": (score, "不是分数 / not a score", "写成数字 / write a number"),
    "ces": (score, "不是分数 / not a score", "写成数字 / write a number"),
    "rating": (score, "不是分数 / not a score", "写成数字 / write a number"),
}
_AGAIN = re.compile(r"(?P<name>.+)~\d+")
_NO_DATE = ("无法识别的日期 / unreadable date", "写成 2026-03-05 / write 2026-03-05")
_NO_YEAR = ("日期没有年份 / a date without a year", "补上年份，如 2026-03-05 / add the year, such as 2026-03-05")
_AS_IT_IS: tuple[Callable[[str], object], str, str] = (str, "", "")


class IdRegistry:
    """Ids given out so far, over all tables that are read together."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def unique(self, wanted: str) -> str:
        """Return the id itself the first time, then ``57~2``, ``57~3``, ...

        Parameters
        ----------
        wanted : str
            Id as the table has it.

        Returns
        -------
        str
            Never the same twice.
        """
        given = wanted
        while given in self._taken:
            self._taken[wanted] += 1
            given = f"{wanted}~{self._taken[wanted]}"
        self._taken[given] = 1
        return given


@dataclass(frozen=True)
class _Layout:
    """Which cell goes where, by place from 0."""

    label: str
    headers: tuple[str, ...]
    delimiter: str
    text: tuple[tuple[int, str, str | None], ...]
    id: int | None
    metadata: tuple[tuple[int, str, Role], ...]
    extra: tuple[tuple[int, str], ...]
    dates: ColumnYear

    @classmethod
    def of(cls, table: SourceTable, dates: ColumnYear) -> _Layout:
        """Look up the place of each column.

        Parameters
        ----------
        table : SourceTable
            How to read it; its headers are unique.
        dates : ColumnYear
            Of its column of dates.

        Returns
        -------
        _Layout
            A text carries its column's header as the question where there are several, or where the header asks one.
        """
        several = len(table.text_columns) > 1
        place = {header: at for at, header in enumerate(table.headers)}
        metadata = tuple((place[header], header, role) for role, header in table.columns.items() if role not in ("text", "id"))
        return cls(
            label=table.label,
            headers=table.headers,
            delimiter=table.delimiter or "",
            text=tuple((place[header], header, header if several or asks(header) else None) for header in table.text_columns),
            id=place[table.columns["id"]] if "id" in table.columns else None,
            metadata=metadata,
            extra=tuple((place[header], header) for header in table.ignored),
            dates=dates,
        )

    def problems(self, row: RawRow) -> Iterator[Problem]:
        """Say what a damaged row costs.

        Parameters
        ----------
        row : RawRow
            With a fault.

        Yields
        ------
        Problem
            One for each comment that the row should have held.
        """
        for _, header, _ in self.text:
            yield Problem(file=self.label, row=row.number, column=header, reason=row.fault, hint=row.hint)


def table_comments(
    table: SourceTable, rows: Callable[[], Iterable[RawRow]], ids: IdRegistry, prefix: str = ""
) -> Iterator[Comment | Problem]:
    """Comments and problems of one table, in the table's order.

    Parameters
    ----------
    table : SourceTable
        How to read it.
    rows : callable
        Gives all rows of the file, header and titles included; called again where dates lack their year.
    ids : IdRegistry
        Keeps ids unique; shared by tables that are read together.
    prefix : str
        Goes before the row number where the table has no id.

    Yields
    ------
    Comment or Problem
        Exactly one for each cell of each text column down to the last row that holds anything. A `Notice` comes on top: the comment
        is kept, but something beside it could not be used.
    """
    layout = _Layout.of(table, ColumnYear(lambda: _column(rows(), table, "created_at")))
    repeated = 0
    unfilled = {at for at, header in layout.extra if could_be_text(header)}
    text_places = [at for at, _, _ in layout.text]
    for row in mark_footer(_data_rows(rows(), table.header_row), text_places, layout.id):
        unfilled -= {at for at in unfilled if at < len(row.cells) and row.cells[at]}
        for item in _items(layout, row, prefix):
            if isinstance(item, Comment):
                given = ids.unique(item.id)
                repeated += given != item.id
                yield item if given == item.id else item.model_copy(update={"id": given})
            else:
                yield item
    yield from _table_notices(layout, table, repeated)
    yield from _column_notices(layout, unfilled)


def _table_notices(layout: _Layout, table: SourceTable, repeated: int) -> Iterator[Notice]:
    """What is to be said of a table as a whole, once it is read."""
    if repeated:
        reason = f"{repeated} 个编号重复，已加后缀 / {repeated} ids were taken already and got a suffix"
        yield Notice(file=layout.label, row=0, column=table.columns.get("id"), reason=reason, hint="检查编号列 / check the id column")
    if lent := layout.dates.lent:
        reason = f"{lent} 个日期没有年份，按同列其他日期取 {layout.dates.year} 年 / {lent} dates got the year of the column's others"
        hint = "不对就补上年份 / add the year where this is wrong"
        yield Notice(file=layout.label, row=0, column=table.columns.get("created_at"), reason=reason, hint=hint)


def _column_notices(layout: _Layout, unfilled: Iterable[int]) -> Iterator[Notice]:
    """What is to be said of whole columns."""
    for at in sorted(unfilled):
        reason, hint = "整列为空，未作文本列 / the column is empty and was not taken for text", "确认导出了这一列 / check the export"
        yield Notice(file=layout.label, row=0, column=layout.headers[at], reason=reason, hint=hint)
    for header in layout.headers:
        if (again := _AGAIN.fullmatch(header)) and again["name"] in layout.headers:
            reason = "列名重复，已加后缀 / another column has this name: a suffix was added"
            yield Notice(file=layout.label, row=0, column=header, reason=reason, hint=f"分别改名 / rename one: {again['name']}")


def _column(rows: Iterable[RawRow], table: SourceTable, role: Role) -> Iterator[str]:
    """Filled cells of one column."""
    at = table.headers.index(table.columns[role])
    return (row.cells[at] for row in rows if row.number > table.header_row and len(row.cells) > at and row.cells[at])


def _data_rows(rows: Iterable[RawRow], header_row: int) -> Iterator[RawRow]:
    """Rows below the header; blank ones only where another row follows."""
    blank = 0
    for row in rows:
        if row.number <= header_row:
            continue
        if not row.fault and not any(row.cells):
            blank += 1
            continue
        for number in range(row.number - blank, row.number):
            yield RawRow(number, ())
        blank = 0
        yield row


def _items(layout: _Layout, row: RawRow, prefix: str) -> Iterator[Comment | Problem]:
    row = _checked(layout, row)
    if row.fault:
        yield from layout.problems(row)
        return
    cells = row.cells
    # A store name merged over five rows holds for all five; a comment merged over them is still one comment.
    known = [cell or row.above.get(at, "") for at, cell in enumerate(cells)] if row.above else cells
    shared, notices = _shared(layout, row.number, known)
    base = known[layout.id] if layout.id is not None else f"{prefix}{row.number}"
    if not base:
        base = f"{prefix}row-{row.number}"
        column = layout.headers[layout.id or 0]
        notices.append(
            Notice(
                file=layout.label, row=row.number, column=column, reason="编号为空 / empty id", hint=f"已用 {base} 代替 / {base} is used"
            )
        )
    elif redact_field("", base) != base:
        base = f"{prefix}row-{row.number}"
        reason = "编号是个人信息，未采用 / the id is personal data and was not taken"
        notices.append(
            Notice(
                file=layout.label,
                row=row.number,
                column=layout.headers[layout.id or 0],
                reason=reason,
                hint=f"已用 {base} 代替 / {base} is used",
            )
        )
    yield from _answers(layout, cells, shared, base)
    if any(cells[at] for at, _, _ in layout.text):
        yield from notices


def _checked(layout: _Layout, row: RawRow) -> RawRow:
    """Row with exactly as many cells as the header has, or with a fault."""
    width = len(layout.headers)
    cells, more = row.cells[:width], row.cells[width:]
    if max(map(len, row.cells), default=0) > CELL_LIMIT:
        return oversized(row.number)
    if tuple(cells) == layout.headers:
        return row._replace(fault="表头再次出现 / the header once more", hint="删去这一行 / delete this row")
    if any(more):
        if layout.text[-1][0] < width - 1:
            hint = "给含分隔符的文本加引号 / quote text that holds the delimiter"
            return row._replace(fault="单元格多于表头 / more cells than the header has", hint=hint)
        # The text stands last and holds the delimiter itself: nothing is lost by putting it together again.
        cells = [*cells[:-1], layout.delimiter.join(row.cells[width - 1 :])]
    return row if len(cells) == len(row.cells) == width else row._replace(cells=[*cells, *[""] * (width - len(cells))])


def _shared(layout: _Layout, row: int, cells: Sequence[str]) -> tuple[dict[str, Any], list[Notice]]:
    """What a row says of all its comments, and what of that could not be read."""
    extra = {header: cells[at] for at, header in layout.extra if cells[at]}
    shared: dict[str, Any] = {"file": layout.label, "row": row, "extra": extra}
    notices = []
    for at, header, role in layout.metadata:
        if not cells[at]:
            continue
        parse, reason, hint = _parser(layout, role, cells[at])
        shared[role] = parse(cells[at])
        if shared[role] is None:
            extra[header] = cells[at]
            notices.append(Notice(file=layout.label, row=row, column=header, reason=reason, hint=hint))
    return shared, notices


def _parser(layout: _Layout, role: Role, cell: str) -> tuple[Callable[[str], object], str, str]:
    if role == "created_at":
        return (layout.dates.complete, *(_NO_YEAR if without_year(cell) else _NO_DATE))
    return _PARSERS.get(role, _AS_IT_IS)


def _answers(layout: _Layout, cells: Sequence[str], shared: dict[str, Any], base: str) -> Iterator[Comment | Problem]:
    several = len(layout.text) > 1
    answer = None if any(cells[at] for at, _, _ in layout.text) else _wordless(shared)
    for count, (at, header, question) in enumerate(layout.text, start=1):
        if not cells[at]:
            yield Problem(file=layout.label, row=shared["row"], column=header, reason=EMPTY_ANSWER, answer=answer)
            answer = None  # a respondent counts once, however many questions are left blank
            continue
        comment_id = f"{base}#{count}" if several else base
        yield Comment(**{"question": question, **shared, "id": comment_id, "text": cells[at]})


def _wordless(shared: dict[str, Any]) -> Answer | None:
    """What a row without text says, if it holds a score."""
    if all(shared.get(score) is None for score in SCORES):
        return None
    return Answer(**{name: value for name, value in shared.items() if name in Answer.model_fields})
