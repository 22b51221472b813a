"""What pages show of a customer's comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import g

from voc.records import Label
from voc.report.highlight import cut_at_evidence
from voc.store.records import StoredComment
from voc.store.search import places_of
from web.format import date, number
from web.messages import t

Evidence = tuple[int, int, Label]
SCORES = ("nps", "csat", "ces", "rating")


class Piece(NamedTuple):
    """A piece of a text: evidence or not, cut again where words that were searched for begin and end."""

    polarity: Label | None
    parts: tuple[tuple[str, bool], ...]  # text, and whether it is what was searched for


def evidence_of(comment: StoredComment) -> list[Evidence]:
    """Where a comment says what it says of touchpoints, with the polarity that holds.

    Parameters
    ----------
    comment : StoredComment
        With its reviews.

    Returns
    -------
    list of (int, int, Label)
        As `quote` takes them; touchpoints that people say are not there are left out.
    """
    decided = {review.target for review in comment.reviews}
    return [
        (span.start, span.end, comment.touchpoints[mention.id] if mention.id in decided else mention.polarity)
        for mention in comment.annotation.touchpoints
        if mention.id in comment.touchpoints
        for span in mention.spans
    ]


def said_by_models(comment: StoredComment) -> list[Evidence]:
    """The same as the models said it, whatever people decided.

    Parameters
    ----------
    comment : StoredComment
        Whose reviews are not looked at.

    Returns
    -------
    list of (int, int, Label)
        As `quote` takes them.
    """
    return [(span.start, span.end, mention.polarity) for mention in comment.annotation.touchpoints for span in mention.spans]


def pieces_of(text: str, evidence: Sequence[Evidence], query: str = "") -> list[Piece]:
    """Cut a text at its evidence, and at the words that were searched for.

    Parameters
    ----------
    text : str
        As people read it.
    evidence : sequence of (int, int, Label)
        Start, end and polarity.
    query : str
        As typed; nothing is cut where empty.

    Returns
    -------
    list of Piece
        Their parts joined give `text`.
    """
    hits = places_of(text, query) if query else []
    pieces, at = [], 0
    for words, polarity in cut_at_evidence(text, evidence):
        pieces.append(Piece(polarity, tuple(_parts(words, [(start - at, end - at) for start, end in hits]))))
        at += len(words)
    return pieces


def _parts(words: str, hits: Sequence[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for start, end in hits:
        start, end = max(start, at), min(end, len(words))
        if start >= end:
            continue
        if start > at:
            yield words[at:start], False
        yield words[start:end], True
        at = end
    if at < len(words):
        yield words[at:], False


def about(comment: StoredComment) -> list[tuple[str, str]]:
    """What the table says beside the text.

    Parameters
    ----------
    comment : StoredComment
        Of a run.

    Returns
    -------
    list of (str, str)
        Name and value; only those that are there.
    """
    said = comment.comment
    day = said.created_at
    rows = [(t("comments.date"), date(day) if day and len(day) >= len("2024-05-01") else day)]
    rows += [(t(f"filter.{name}"), getattr(said, name)) for name in ("channel", "store", "product", "region")]
    scores = [(name, value) for name in SCORES if (value := getattr(said, name)) is not None]
    rows += [(t(f"comments.{name}"), number(value, 0 if value == int(value) else 1)) for name, value in scores]
    return [(name, value) for name, value in rows if value]


def point_url(point: str) -> str:
    """Address of a pain point of the present run.

    Parameters
    ----------
    point : str
        Its id.

    Returns
    -------
    str
        With the filters of the page.
    """
    return str(g.frame.url("point.show", pain_point_id=point))
