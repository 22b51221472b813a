"""Rows that belong to the sheet, not to its customers: totals, averages, signatures and notes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from voc.ingest.names import to_simplified
from voc.ingest.rawrow import RawRow

_SUM = ("汇总行，不是评论 / a total or an average, no comment", "无需处理 / nothing to do")
_NOTE = (
    "表尾说明，不是评论 / a note below the table, no comment",
    "若是顾客原话，补上这一行的编号或评分 / if a customer wrote it, fill in the rest of its row",
)
# Below a table stand a few lines; what is held back for longer is no footer.
_HELD_ROWS = 50
_LABEL_CHARS = 60
# What a label must hold at least, in either script: most cells end their way here.
_CUE = re.compile(r"[计計均汇匯总總和数數值差量位共:：]|total|sum|count|average|avg|mean", re.IGNORECASE)
_TOTAL = "合计|总计|小计|共计|累计"
_WORD = (
    rf"(?:{_TOTAL}|平均(?:分数?|得分|值|数)?|总平均分?|均值|均分|汇总|总和|总数|求和|计数|最[大小]值|最[高低]分|中位数|标准差|有效样本数?|样本量"
    r"|grand\s*totals?|sub-?totals?|totals?|sum|count|average|avg|mean)"
)
_UNIT = "(?:[%条份人分个次笔单家行票]|人次)"
_LABEL = re.compile(rf"{_WORD}(?:\s*[/、及和&]\s*{_WORD})*\s*(?::?\s*(?P<figure>[\d,.]+)\s*{_UNIT}?(?:记录|数据|评论|反馈|答卷|问卷)?)?")
_COUNTED = re.compile(rf"共(?:有|计)?\s*\d+\s*{_UNIT}(?:记录|数据|评论|反馈|答卷|问卷)?")
_GROUP_TOTAL = re.compile(r".{1,20}(?:合计|总计|小计|汇总)")
# English "average" is also what a customer calls a so-so meal.
_SO_SO = re.compile("average|avg|mean")
_FIGURE = re.compile(r"[-+¥$]?[\d,]+(?:\.\d+)?\s*(?:[%元万]|人次|[条份人分个次笔单家行票])?|[-—–/]+")
_FRACTION = re.compile(r"\d+\.\d*[1-9]\d*|\d+(?:\.\d+)?%")
_SIGNED = re.compile(
    r"(?:(?:制表|填表|填报|审核|复核|统计|导出|打印|经办|编制|制作|生成|下载|报告)(?:人员?|者|单位|部门|日期|时间|区间|口径|周期|范围)?"
    r"|数据(?:来源|截[至止]|口径)|制单人?|审批人|负责人)\s*:(?P<value>.*)",
    re.DOTALL,
)
_VALUE_CHARS = 30
_REMARK = re.compile(r"(?:说明|备注|附注|注释?|notes?|remarks?)\s*\d?\s*:(?P<value>.*)", re.DOTALL)
_SENTENCE = re.compile(r"[,。!?;~]")
_CUSTOMER = re.compile(r"[我俺咱你您]|\b(?:i|my|we|you)\b")
_MARKS = " *※#·•([【"


class _Judged(NamedTuple):
    """What a row would be: `sure` wherever it stands, else only with no comment below it."""

    marked: RawRow
    sure: bool


def mark_footer(rows: Iterable[RawRow], text: Sequence[int], id: int | None) -> Iterator[RawRow]:
    """Give a fault to rows that sum up or explain the table: 合计, 平均分, Total, 制表人：…, 说明：….

    Totals count as such anywhere; averages, signatures and notes only below the last comment. A row whose text cell holds more than
    such a word is left alone, so that "总计花了300元，太贵了" stays a comment.

    Parameters
    ----------
    rows : iterable of RawRow
        Below the header, in the table's order.
    text : sequence of int
        Places of the text columns, from 0.
    id : int or None
        Place of the column of ids.

    Yields
    ------
    RawRow
        The same rows in the same order.
    """
    judge = _Judge(text, id)
    held: list[tuple[RawRow, RawRow]] = []  # as it is if a comment follows, and as it is if none does
    for row in rows:
        judged = judge(row)
        if judged is not None:
            held.append((judged.marked if judged.sure else row, judged.marked))
        elif held and not judge.answers(row):
            held.append((row, row))
        else:
            yield from (plain for plain, _ in held)
            held.clear()
            judge.learn(row)
            yield row
        if len(held) > _HELD_ROWS:
            yield from (plain for plain, _ in held)
            held.clear()
    yield from (marked for _, marked in held)


class _Judge:
    """What a row says of itself, and what the rows before it were like.

    Parameters
    ----------
    text : sequence of int
        Places of the text columns, from 0.
    id : int or None
        Place of the column of ids.
    """

    def __init__(self, text: Sequence[int], id: int | None) -> None:
        self._text = frozenset(text)
        self._id = id
        self._never_alone: bool | None = None
        self._values: set[str] = set()

    def answers(self, row: RawRow) -> list[str]:
        """Filled text cells of a row.

        Parameters
        ----------
        row : RawRow
            Any.

        Returns
        -------
        list of str
            Without the empty ones.
        """
        return [row.cells[at] for at in self._text if at < len(row.cells) and row.cells[at]]

    def learn(self, row: RawRow) -> None:
        """Take in a row of a customer: whether anything stood beside the text, and the first of it.

        Parameters
        ----------
        row : RawRow
            One that is no footer.
        """
        if not self.answers(row):
            return
        beside = [cell for at, cell in enumerate(row.cells) if cell and at not in self._text]
        self._never_alone = bool(beside) and self._never_alone is not False
        if beside and _CUE.search(beside[0]) and len(beside[0]) <= _LABEL_CHARS:
            self._values.add(beside[0])

    def __call__(self, row: RawRow) -> _Judged | None:
        at, label = next(((at, cell) for at, cell in enumerate(row.cells) if cell and not _FIGURE.fullmatch(cell)), (0, ""))
        if row.fault or not label or len(label) > _LABEL_CHARS or label in self._values or not _CUE.search(label):
            return None
        others = [cell for place, cell in enumerate(row.cells) if cell and place != at]
        plain = _plain(label)
        if at in self._text:
            return self._in_text(row, plain, others)
        if not all(map(_says_nothing, self.answers(row))):
            return None
        if _is_total(plain) or _GROUP_TOTAL.fullmatch(plain):
            return _judged(row, _SUM, sure=True)
        if at != next(place for place, cell in enumerate(row.cells) if cell):
            return None  # the row has an id or a number of its own
        if _LABEL.fullmatch(plain) or _COUNTED.fullmatch(plain):
            return _judged(row, _SUM)
        return _judged(row, _NOTE) if _SIGNED.fullmatch(plain) or _REMARK.fullmatch(plain) else None

    def _in_text(self, row: RawRow, plain: str, others: Sequence[str]) -> _Judged | None:
        if not all(map(_says_nothing, others)):
            return None
        if _is_total(plain):
            return _judged(row, _SUM, sure=True)
        if self._id is not None and self._id not in self._text and row.cells[self._id]:
            return None
        if label := _LABEL.fullmatch(plain):
            so_so = _SO_SO.fullmatch(plain) and not any(map(_FRACTION.fullmatch, others))
            return None if so_so and not label["figure"] else _judged(row, _SUM)
        if _COUNTED.fullmatch(plain):
            return _judged(row, _SUM)
        if _is_signature(plain):
            return _judged(row, _NOTE)
        # Where customers' rows are filled, a text that stands all alone below them is the exporter's.
        remark = not others and self._never_alone and _REMARK.fullmatch(plain) and not _CUSTOMER.search(plain)
        return _judged(row, _NOTE) if remark else None


def _judged(row: RawRow, said: tuple[str, str], *, sure: bool = False) -> _Judged:
    return _Judged(row._replace(fault=said[0], hint=said[1]), sure)


def _plain(cell: str) -> str:
    plain = to_simplified(unicodedata.normalize("NFKC", cell)).lower().lstrip(_MARKS).rstrip(" )]】")
    return plain.rstrip(": ") if _LABEL.fullmatch(plain.rstrip(": ")) else plain


def _is_total(plain: str) -> bool:
    return bool(_LABEL.fullmatch(plain) and re.match(_TOTAL, plain))


def _is_signature(plain: str) -> bool:
    signed = _SIGNED.fullmatch(plain)
    return bool(signed and len(signed["value"]) <= _VALUE_CHARS and not _SENTENCE.search(signed["value"]))


def _says_nothing(cell: str) -> bool:
    """Whether a cell holds a figure, a label or a signature, nothing that a customer could have written."""
    if _FIGURE.fullmatch(cell):
        return True
    plain = _plain(cell) if len(cell) <= _LABEL_CHARS and _CUE.search(cell) else ""
    return bool(_LABEL.fullmatch(plain)) or _is_signature(plain)
