"""A customer's words cut where their evidence begins and ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from voc.records import Label


class Marked(NamedTuple):
    """A piece of a text."""

    text: str
    polarity: Label | None


def cut_at_evidence(text: str, spans: Iterable[tuple[int, int, Label]]) -> list[Marked]:
    """Cut a text into pieces that are evidence and pieces that are not.

    Parameters
    ----------
    text : str
        As offsets point into it.
    spans : iterable of tuple of int, int, Label
        Start, end and polarity; where two share characters, the first has them. What lies outside the text is cut off.

    Returns
    -------
    list of Marked
        Their texts joined give `text`.

    Examples
    --------
    >>> [tuple(piece) for piece in cut_at_evidence("送餐太慢了，味道不错", [(0, 5, "negative"), (6, 10, "positive")])]
    [('送餐太慢了', 'negative'), ('，', None), ('味道不错', 'positive')]
    """
    pieces: list[Marked] = []
    at = 0
    for start, end, polarity in sorted(spans, key=lambda span: span[0]):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            pieces.append(Marked(text[at:start], None))
        pieces.append(Marked(text[start:end], polarity))
        at = end
    return [*pieces, Marked(text[at:], None)] if at < len(text) else pieces


def excerpt(text: str, start: int, end: int, around: int = 36) -> tuple[str, int, int]:
    """The part of a long text that its evidence stands in.

    Parameters
    ----------
    text : str
        A comment.
    start, end : int
        Of the evidence.
    around : int
        Characters kept on either side of it.

    Returns
    -------
    str
        With an ellipsis where it was cut; the evidence itself is whole.
    int, int
        Where the evidence is now.

    Examples
    --------
    >>> excerpt("上周五下的单，送餐太慢了，味道倒是不错", 7, 12, around=3)
    ('…的单，送餐太慢了，味道…', 4, 9)
    """
    first, last = max(start - around, 0), min(end + around, len(text))
    before, behind = "…" if first else "", "…" if last < len(text) else ""
    shift = len(before) - first
    return f"{before}{text[first:last]}{behind}", start + shift, end + shift
