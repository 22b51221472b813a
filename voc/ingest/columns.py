"""What each column holds: by its name in Chinese or English, checked against its values; the user's word comes first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, cast, get_args

from voc.errors import TableError
from voc.ingest.dates import column_date, iso_date, without_year
from voc.ingest.names import CUES, asks, names_role, plain_name
from voc.ingest.rawrow import RawRow
from voc.ingest.scores import nps_score, score
from voc.records import Role

# Written by the business, or about the customer: never the customer's own words.
_NOT_CUSTOMER = re.compile(r"回复|答复|处理|审核|批示|办理|客服备注|reply|resolution")
# What an answer in one's own words is asked with; "您的性别？" is not.
_OPEN = re.compile(
    r"什么|哪|为何|如何|怎么|建议|意见|原因|说明|填写|留下|描述|感受|看法|想法|评价|what|why|how|which|tell|describe|comment"
)
_OPEN_CHARS = 6
_SEPARATE = re.compile(r"意见|建议|优点|缺点|不足|原因|吐槽|追评|追加|满意的?(?:地方|方面|点$)|改进|改善|suggestion|pros|cons|reason")
# Survey platforms join the ticked boxes of one question with this mark.
_TICKED = "┋"
_WORDY = re.compile(r"[^\W\d_]")
_SENTENCE = re.compile(r"[，。！？,!?；;…~、]")
# Mark of a column whose name another one had before.
_AGAIN = re.compile(r"~\d+$")
_NAMES_SHOWN = 50
_NAME_CHARS = 40
_ROLES = cast("tuple[Role, ...]", get_args(Role))


@dataclass(frozen=True)
class TableOptions:
    """What the user says about a file; all that is left out is found out.

    Parameters
    ----------
    text : tuple of str
        Columns whose cells are comments.
    id : str, optional
        Column that identifies a row.
    columns : mapping of Role to str
        Column for each other role.
    sheets : tuple of str
        Sheets of a workbook; empty for all that hold a text column.
    encoding : str, optional
        Encoding of a text file.
    header_row : int, optional
        Row of the header as a person counts it, 0 for none; of sheets and delimited text, the other formats name their columns.
    guess : bool
        Whether columns are found for the roles that the user leaves out.
    """

    text: tuple[str, ...] = ()
    id: str | None = None
    columns: Mapping[Role, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    header_row: int | None = None
    guess: bool = True


class Assignment(NamedTuple):
    """Column of each role, and every text column in the table's order."""

    columns: dict[Role, str]
    text_columns: tuple[str, ...]


@dataclass(frozen=True)
class _Column:
    """A column's name and what the first rows hold in it, blanks left out."""

    name: str
    values: Sequence[str]

    @cached_property
    def plain(self) -> str:  # numpydoc ignore=RT01
        """Name to look up; of a two-row header, its lower part."""
        return _plain(self.name)

    def share(self, test: re.Pattern[str]) -> float:
        """Share of the values that a pattern is found in.

        Parameters
        ----------
        test : re.Pattern
            Searched anywhere in a value.

        Returns
        -------
        float
            0 to 1; 0 where there is no value.
        """
        return sum(bool(test.search(value)) for value in self.values) / max(len(self.values), 1)

    @property
    def length(self) -> float:  # numpydoc ignore=RT01
        """Mean length of the values, in characters; 0 where there is none."""
        return sum(map(len, self.values)) / max(len(self.values), 1)

    @property
    def distinct(self) -> float:  # numpydoc ignore=RT01
        """Different values per value, 0 to 1; 0 where there is none."""
        return len(set(self.values)) / max(len(self.values), 1)

    @property
    def holds_words(self) -> bool:  # numpydoc ignore=RT01
        """False for nothing at all, numbers, dates, links and ticked boxes."""
        words = sum(bool(_WORDY.search(value)) and not _is_value(value) and "://" not in value for value in self.values)
        ticked = any(_TICKED in value for value in self.values)
        return bool(self.values) and words >= len(self.values) / 2 and not ticked

    @property
    def offers_choices(self) -> bool:  # numpydoc ignore=RT01
        """Whether the same few short words come again and again."""
        return len(self.values) >= 12 and self.distinct <= 0.25 and self.length <= 10


def assign_columns(names: Sequence[str], rows: Sequence[RawRow], options: TableOptions) -> Assignment:
    """Decide what each column holds.

    Parameters
    ----------
    names : sequence of str
        Unique column names.
    rows : sequence of RawRow
        First data rows, to judge by.
    options : TableOptions
        What the user says.

    Returns
    -------
    Assignment
        At least one text column. Several survey answers stay several; of a title and its longer detail, only the detail is text.

    Raises
    ------
    TableError
        If a column that the user names is not there, or no column holds comments.
    """
    table = [_Column(name, [row.cells[at] for row in rows if len(row.cells) > at and row.cells[at]]) for at, name in enumerate(names)]
    named: dict[Role, str] = {role: _find(names, wanted) for role, wanted in options.columns.items() if role != "text"}
    if options.id is not None:
        named["id"] = _find(names, options.id)
    wanted = options.text or tuple(header for role, header in options.columns.items() if role == "text")
    free = [column for column in table if column.name not in named.values()]
    text = {_find(names, header) for header in wanted} or {column.name for column in _text_columns(free) if options.guess}
    if not text:
        raise _no_text(free, names)
    open_roles = [role for role in _ROLES if options.guess and role != "text" and role not in named]
    guessed = _guessed(open_roles, [column for column in free if column.name not in text])
    text_columns = tuple(name for name in names if name in text)
    columns: dict[Role, str] = {"text": text_columns[0], **guessed, **named}
    return Assignment(columns, text_columns)


def _is_value(value: str) -> bool:
    return score(value) is not None or iso_date(value) is not None or without_year(value)


def _find(names: Sequence[str], wanted: str) -> str:
    if wanted in names:
        return wanted
    alike = [name for name in names if plain_name(name) == plain_name(wanted)]
    if len(alike) == 1:
        return alike[0]
    raise TableError("unknown_column", f"没有这一列 / no such column: {wanted!r}；{_seen(names)}", "检查列名 / check the name")


def could_be_text(name: str) -> bool:
    """Whether a column's name alone says that it may hold customers' own words.

    Parameters
    ----------
    name : str
        A column name.

    Returns
    -------
    bool
        True for 评价内容 and for what asks the customer something.

    Examples
    --------
    >>> could_be_text("评价内容"), could_be_text("您还有什么建议？"), could_be_text("客服回复内容"), could_be_text("门店")
    (True, True, False, False)
    """
    plain = _plain(name)
    if _NOT_CUSTOMER.search(plain):
        return False
    asked = asks(name) and _OPEN.search(plain)
    return bool(asked or _SEPARATE.search(plain)) or names_role(plain, "text", exact=False) is not None


def _plain(name: str) -> str:
    return plain_name(_AGAIN.sub("", name.rpartition("/")[2]))


def _no_text(free: Sequence[_Column], names: Sequence[str]) -> TableError:
    if empty := [column.name for column in free if not column.values and could_be_text(column.name)]:
        return TableError(
            "empty_text_column",
            f"文本列 {empty[0][:_NAME_CHARS]!r} 整列为空 / the text column is empty；{_seen(names)}",
            f"换一列，或确认无人填写：--text {empty[0]} / name another column, or this one if nobody wrote anything",
        )
    return TableError(
        "no_text_column", f"找不到文本列 / no text column；{_seen(names)}", "用 --text 列名 指定 / name one with --text COLUMN"
    )


def _seen(names: Sequence[str]) -> str:
    return f"表中的列 / columns seen: {', '.join(name[:_NAME_CHARS] for name in names[:_NAMES_SHOWN])}"


def _text_columns(table: Sequence[_Column]) -> list[_Column]:
    """Columns of customers' own words; those that offer choices only where nothing else is left."""
    worded = [column for column in table if column.holds_words and not _NOT_CUSTOMER.search(column.plain)]
    for candidates in ([column for column in worded if not column.offers_choices], worded):
        if chosen := _named_as_text(candidates) or _likely_text(candidates):
            return chosen
    return []


def _named_as_text(candidates: Sequence[_Column]) -> list[_Column]:
    """Every separate survey answer, and the richest of the columns that tell the same story (title, summary, detail)."""
    separate, bodies = [], []
    for column in candidates:
        asked = asks(column.name) and (_OPEN.search(column.plain) or column.length >= _OPEN_CHARS)
        if asked or _SEPARATE.search(column.plain):
            separate.append(column)
        elif names_role(column.plain, "text", exact=False) is not None:
            bodies.append(column)
    return [*separate, *sorted(bodies, key=_richness)[-1:]]


def _likely_text(candidates: Sequence[_Column]) -> list[_Column]:
    """Richest column by its values: of sentences, so that an address is no comment, unless the table has no names at all."""
    nameless = all(re.fullmatch(r"列\d+", column.name) for column in candidates)
    likely = [column for column in candidates if column.values and (nameless or column.share(_SENTENCE) >= 0.3)]
    return sorted(likely, key=_richness)[-1:]


def _richness(column: _Column) -> float:
    return column.length * column.distinct * column.share(_WORDY)


def _guessed(roles: Sequence[Role], table: Sequence[_Column]) -> dict[Role, str]:
    """Best-named column whose values fit, whole names before endings before cues, each column once."""
    guessed: dict[Role, str] = {}
    for match in (_whole, _ending, _cue):
        for role in roles:
            left = [column for column in table if column.name not in guessed.values()] if role not in guessed else []
            ranked = [(place, at) for at, column in enumerate(left) if (place := match(column, role)) is not None and _fits(column, role)]
            if ranked:
                guessed[role] = left[min(ranked)[1]].name
    return guessed


def _whole(column: _Column, role: Role) -> int | None:
    return names_role(column.plain, role, exact=True)


def _ending(column: _Column, role: Role) -> int | None:
    return names_role(column.plain, role, exact=False)


def _cue(column: _Column, role: Role) -> int | None:
    return 0 if any(cue in column.plain for cue in CUES.get(role, ())) else None


def _fits(column: _Column, role: Role) -> bool:
    """Whether at least half of the values can be what the role needs: a guess that never parses helps nobody."""
    if not column.values:
        return True
    if role == "id":
        return column.distinct >= 0.5
    if role == "question":
        return len(column.values) < 12 or column.distinct <= 0.5
    tests: dict[Role, Callable[[str], object]] = {
        "created_at": lambda value: column_date(value) or without_year(value) or None,
        "nps": nps_score,
        "csat": score,
        "ces": score,
        "rating": score,
    }
    test = tests.get(role)
    return test is None or sum(test(value) is not None for value in column.values) >= len(column.values) / 2
