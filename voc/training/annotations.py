"""Annotations of our own: whole comments that we wrote, and labels of public comments whose text we may not ship."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from voc.corpora import public_annotations, written_comments
from voc.jsonlines import open_text
from voc.training.data import header_of

WRITTEN = "written"  # source of the comments that we wrote
_SENTIMENTS = {"neg": "negative", "neu": "neutral", "pos": "positive"}
_TEXT_COLUMNS = ("text", "detail", "title")  # of the files that the annotated comments are in


def read_written_comments() -> list[dict[str, Any]]:
    """Comments of our own writing, shaped like lines of a gold file.

    Returns
    -------
    list of dict
        In file order.
    """
    rows = []
    for sentiment, mixed, informative, mentions, intents, text in written_comments():
        row = _row(text, sentiment, mixed, informative, intents, WRITTEN)
        rows.append({**row, "mentions": [_mention(part.split("|"), part.split("|")[2]) for part in mentions.split(";;") if part]})
    return rows


def read_public_annotations(data: Iterable[Path]) -> list[dict[str, Any]]:
    """Annotated public comments, shaped like lines of a gold file, as far as their texts are in the files given.

    Parameters
    ----------
    data : iterable of pathlib.Path
        CSV files with a column of texts (others are passed over).

    Returns
    -------
    list of dict
        In the order of the annotations.
    """
    wanted = public_annotations()
    known = {row[0] for row in wanted}
    texts = {digest: text for path in data for digest, text in _digested(path) if digest in known}
    return [_public(texts[row[0]], row[1:]) for row in wanted if row[0] in texts]


def public_line(text: str, source: str, cells: Sequence[str]) -> str:
    """Annotation of a public comment without its text: a digest names the comment, offsets its evidence.

    Parameters
    ----------
    text : str
        The comment.
    source : str
        Where it is from.
    cells : sequence of str
        Sentiment, mixed, informative, mentions (``touchpoint|polarity|evidence|code`` joined by ``;;``), intents.

    Returns
    -------
    str
        A line of `corpora/gold/public_annotations.tsv`.

    Examples
    --------
    >>> public_line("送餐太慢了", "waimai", ("neg", "0", "1", "delivery|-1|太慢了|delivery_slow", "")).split(chr(9))[-2:]
    ['delivery|-1|2-5|delivery_slow', '']
    """
    flat = " ".join(text.split())
    parts = []
    for part in filter(None, cells[3].split(";;")):
        touchpoint, polarity, evidence, *code = part.split("|")
        at = flat.index(evidence)
        parts.append("|".join([touchpoint, polarity, f"{at}-{at + len(evidence)}", *code]))
    return "\t".join([digest(text), source, *cells[:3], ";;".join(parts), cells[4]])


def digest(text: str) -> str:
    """Name of a comment that does not give it away: of its letters and digits alone.

    Parameters
    ----------
    text : str
        As in the data file.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return hashlib.sha256(re.sub(r"[\W_]", "", text.lower()).encode()).hexdigest()[:16]


def _digested(path: Path) -> Iterator[tuple[str, str]]:
    column = next((name for name in _TEXT_COLUMNS if name in header_of(path)), None)
    if column is None or ".jsonl" in path.suffixes:
        return
    with open_text(path) as lines:
        for row in tqdm(csv.DictReader(lines), desc=f"查找标注过的评论 / annotated comments of {path.name}", unit="条"):
            text = " ".join((row[column] or row.get("title") or "").split())
            yield digest(text), text


def _public(text: str, cells: Sequence[str]) -> dict[str, Any]:
    source, sentiment, mixed, informative, mentions, intents = cells
    found = []
    for part in filter(None, mentions.split(";;")):
        fields = part.split("|")
        start, end = map(int, fields[2].split("-"))
        found.append(_mention(fields, text[start:end]))
    return {**_row(text, sentiment, mixed, informative, intents, source), "mentions": found}


def _row(text: str, sentiment: str, mixed: str, informative: str, intents: str, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "text": text,
        "sentiment": _SENTIMENTS[sentiment],
        "mixed": mixed == "1",
        "informative": informative == "1",
        "intents": [name for name in intents.split(",") if name],
    }


def _mention(fields: Sequence[str], evidence: str) -> dict[str, Any]:
    """A code is one of `corpora/lexicon/pains.tsv`, or ``?`` and a phrase of the annotator's."""
    code = fields[3] if len(fields) > 3 else ""
    coded = bool(code) and not code.startswith("?")
    return {
        "touchpoint": fields[0],
        "polarity": int(fields[1]),
        "evidence": evidence,
        "pain": evidence if coded else code[1:],
        "code": code if coded else None,
    }
