"""Reads annotated comments, and comments with a sentiment label only."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict

from voc.errors import TableError
from voc.evaluate.rows import by_id, checked, json_rows, need_fields, open_text, unknown_label
from voc.records import LABELS, Label, Record

if TYPE_CHECKING:
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
            raise unknown_label("touchpoint", f"触点 / touchpoints: {taxonomy.name}", path, item.row)
    by_id(gold, path)
    return gold


def _annotated(path: Path) -> Iterator[Gold]:
    for number, row in json_rows(path):
        need_fields(JSON_FIELDS, row, path, number)
        yield checked(Gold, {**row, "row": number, "scheme": "three"}, f"sentiment: {', '.join(LABELS)}; polarity: -1, 0, 1", path, number)


def _labelled(path: Path) -> Iterator[Gold]:
    with open_text(path) as lines:
        table = csv.DictReader(lines, restval="", strict=True)
        need_fields(CSV_FIELDS, table.fieldnames or (), path, 1)
        try:
            for number, row in enumerate(table, 2):
                yield _labelled_row(row, path, number)
        except csv.Error as error:
            raise TableError("bad_csv", f"不是完好的 CSV / broken CSV: {error}", "source,text,label,scheme", file=path.name) from error


def _labelled_row(row: dict[str, Any], path: Path, number: int) -> Gold:
    label, scheme = row["label"], row["scheme"]
    says_mixed = scheme == "three+mixed"
    if label == "neutral" and scheme == "binary":
        raise unknown_label("label", "binary: negative, positive", path, number)
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
    return checked(Gold, found, f"{', '.join(LABELS)}; scheme: binary, three, stars, three+mixed (+ label mixed)", path, number)
