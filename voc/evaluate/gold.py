"""Reads annotated comments, comments with a sentiment label only, and what the pipeline says of them.

What is wrong with a file is refused by row number, never by text.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from pydantic import ConfigDict, ValidationError
from tqdm import tqdm

from voc.errors import TableError
from voc.jsonlines import json_rows, open_text
from voc.records import LABELS, Annotation, Comment, Label, Record

if TYPE_CHECKING:
    from voc.pipeline import Pipeline
    from voc.taxonomy import Taxonomy

Scheme = Literal["binary", "three", "stars", "three+mixed"]
JSON_FIELDS = ("id", "text", "sentiment", "mixed", "informative", "mentions", "intents")
CSV_FIELDS = ("source", "text", "label", "scheme")
MIXED = "mixed"


class GoldMention(Record):
    """A touchpoint that the annotator found."""

    model_config = ConfigDict(extra="ignore")

    touchpoint: str
    polarity: Literal[-1, 0, 1]
    evidence: str

    @property
    def label(self) -> Label:  # numpydoc ignore=RT01
        """The polarity as the pipeline names it."""
        return LABELS[self.polarity + 1]


class Gold(Record):
    """A comment and what is known of it; None stands for what its annotators were not asked."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    row: int
    id: str
    text: str
    source: str = ""
    scheme: Scheme = "three"
    sentiment: Label | None
    mixed: bool | None = None
    informative: bool | None = None
    mentions: tuple[GoldMention, ...] | None = None
    intents: tuple[str, ...] | None = None

    @property
    def is_binary(self) -> bool:  # numpydoc ignore=RT01
        """Whether its source has no neutral class."""
        return self.scheme == "binary"


def read_gold(path: Path, taxonomy: Taxonomy) -> list[Gold]:
    """Read annotated comments, or comments with a sentiment label only.

    Parameters
    ----------
    path : pathlib.Path
        ``.jsonl``: id, text, source, sentiment, mixed, informative, mentions [{touchpoint, polarity, evidence}], intents; or ``.csv``:
        source, text, label, scheme and perhaps id (the row number where there is none). Either may be gzipped (``.gz``).
    taxonomy : Taxonomy
        Knows every touchpoint that may be mentioned.

    Returns
    -------
    list of Gold
        In file order, at least one.

    Raises
    ------
    TableError
        If the file cannot be read, lacks a column, holds an unknown label, an id twice, or nothing at all.
    """
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    readers: dict[str, Callable[[Path], Iterator[Gold]]] = {"jsonl": _annotated, "csv": _labelled}
    if suffix not in readers:
        raise TableError("gold_kind", f"不支持的标注文件 / unknown kind of gold file: .{suffix}", ".jsonl / .csv / .gz", file=path.name)
    gold = list(readers[suffix](path))
    if not gold:
        raise TableError("no_rows", "文件里没有评论 / the file has no comments", "检查文件 / check the file", file=path.name)
    for item in gold:
        if any(mention.touchpoint not in taxonomy.by_id for mention in item.mentions or ()):
            raise _unknown_label("touchpoint", f"触点 / touchpoints: {taxonomy.name}", path, item.row)
    _by_id(gold, path)
    return gold


def read_scores(path: Path, gold: Sequence[Gold]) -> list[Annotation]:
    """Annotations of the gold comments out of a file that `voc score` wrote.

    Parameters
    ----------
    path : pathlib.Path
        JSON lines, ``voc.score/1``; annotations of other comments are passed over.
    gold : sequence of Gold
        What is to be evaluated.

    Returns
    -------
    list of Annotation, length n_gold
        In the order of `gold`.

    Raises
    ------
    TableError
        If the file cannot be read, a line is no annotation, or a comment has none.
    """
    hint = "先用 voc score 评分 / write the file with voc score"
    scores = _by_id([_checked(Annotation, row, hint, path, number) for number, row in json_rows(path)], path)
    missing = [item.row for item in gold if item.id not in scores]
    if missing:
        count, first = len(missing), missing[0]
        message = f"{count} 条标注没有评分，如标注第 {first} 行 / {count} gold comments have no score, the first in row {first}"
        raise TableError("missing_scores", message, "两个文件的 id 要一致 / ids must agree in both files", file=path.name)
    return [scores[item.id] for item in gold]


def score_gold(gold: Sequence[Gold], pipeline: Pipeline) -> list[Annotation]:
    """Let the pipeline score the gold comments, with a progress bar.

    Parameters
    ----------
    gold : sequence of Gold
        What is to be evaluated.
    pipeline : Pipeline
        What is to be judged.

    Returns
    -------
    list of Annotation, length n_gold
        In the order of `gold`.
    """
    comments = (Comment(id=item.id, text=item.text) for item in gold)
    return list(tqdm(pipeline.pipe(comments), "评分 / scoring", total=len(gold), unit="条"))


def _annotated(path: Path) -> Iterator[Gold]:
    for number, row in json_rows(path):
        _need_fields(JSON_FIELDS, row, path, number)
        yield _checked(Gold, {**row, "row": number, "scheme": "three"}, f"sentiment: {', '.join(LABELS)}; polarity: -1, 0, 1", path, number)


def _labelled(path: Path) -> Iterator[Gold]:
    with open_text(path) as lines:
        table = csv.DictReader(lines, restval="", strict=True)
        _need_fields(CSV_FIELDS, table.fieldnames or (), path, 1)
        try:
            for number, row in enumerate(table, 2):
                yield _labelled_row(row, path, number)
        except csv.Error as error:
            raise TableError("bad_csv", f"不是完好的 CSV / broken CSV: {error}", "source,text,label,scheme", file=path.name) from error


def _labelled_row(row: dict[str, Any], path: Path, number: int) -> Gold:
    label, scheme = row["label"], row["scheme"]
    says_mixed = scheme == "three+mixed"
    if label == "neutral" and scheme == "binary":
        raise _unknown_label("label", "binary: negative, positive", path, number)
    is_mixed = says_mixed and label == MIXED
    found = {
        "row": number,
        "id": row.get("id") or str(number),
        "text": row["text"],
        "source": row["source"],
        "scheme": scheme,
        "sentiment": None if is_mixed else label,
        "mixed": is_mixed if says_mixed else None,
    }
    return _checked(Gold, found, f"{', '.join(LABELS)}; scheme: binary, three, stars, three+mixed (+ label mixed)", path, number)


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:  # numpydoc ignore=RT01
        """Unique in its file."""


_Model = TypeVar("_Model", bound=Record)
_Item = TypeVar("_Item", bound=Named)


def _checked(record: type[_Model], row: Any, hint: str, path: Path, number: int) -> _Model:
    """A row as a record."""
    try:
        return record.model_validate(row)
    except ValidationError as error:
        # Without pydantic's own message, which would quote the text.
        raise _unknown_label(".".join(map(str, error.errors()[0]["loc"])), hint, path, number) from None


def _unknown_label(field: str, hint: str, path: Path, number: int) -> TableError:
    """The refusal of a value, which is not quoted: it may be a customer's text in the wrong column."""
    return TableError("unknown_label", f"{field} 的值不可用 / not an allowed value of {field}", hint, file=path.name, row=number)


def _need_fields(fields: Iterable[str], found: Iterable[str], path: Path, number: int) -> None:
    """Refuse a row or header that lacks a field."""
    missing = sorted(set(fields) - set(found))
    if missing:
        raise TableError("gold_columns", f"缺少列 / missing columns: {', '.join(missing)}", ", ".join(fields), file=path.name, row=number)


def _by_id(items: Sequence[_Item], path: Path) -> dict[str, _Item]:
    """Items by their id, which must come once."""
    found: dict[str, _Item] = {}
    for number, item in enumerate(items, 1):
        if item.id in found:
            message = f"第 {number} 条的 id 已用过 / the id of comment {number} was used before"
            raise TableError("id_twice", message, "id 要唯一 / ids must be unique", file=path.name)
        found[item.id] = item
    return found
