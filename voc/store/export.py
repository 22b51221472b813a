"""A run as it holds now, for files: the whole analysis, and one line or row a comment."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select

from voc.records import Analysis, Annotation, Mention, Quote
from voc.store.current import Current
from voc.store.placed import Place
from voc.store.read import comments
from voc.store.records import SENTIMENT, CommentFilter, StoredComment
from voc.store.recount import known_words
from voc.store.tables import AnnotationRow, CommentRow, RunRow
from voc.wordings import INTENTS, POLARITIES, called

_PAGE = 500
# A cell that starts with one of these is a formula to Excel.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = (
    "编号 Id", "文本 Text", "情感 Sentiment", "触点 Touchpoints", "痛点 Pain points", "意图 Intents", "已校对 Reviewed",
    "时间 Date", "渠道 Channel", "门店 Store", "商品 Product", "地区 Region", "问题 Question", "NPS", "CSAT", "CES", "评分 Rating",
    "文件 File", "行 Row", "触点编号 Touchpoint ids", "痛点编号 Pain point ids", "意图编号 Intent ids",
)  # fmt: skip


def with_members(connection: Connection, now: Current) -> Analysis:
    """The whole record that `voc analyse` writes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    now : Current
        The run as it holds now.

    Returns
    -------
    Analysis
        Pain points with their members.
    """
    homes = now.standing.all_places(connection)
    texts = _texts(connection, now.run.id, {place[0] for places in homes.values() for place in places})
    points = tuple(point.model_copy(update={"members": _quotes(homes.get(point.id, ()), texts)}) for point in now.analysis.pain_points)
    return now.analysis.model_copy(update={"pain_points": points})


def reviewed(item: StoredComment) -> Annotation:
    """What holds of a comment, as ``voc.score/1``.

    Parameters
    ----------
    item : StoredComment
        With its reviews.

    Returns
    -------
    Annotation
        What the models said, but for what people decided: that is sure, and has the spans that the models gave, if any.
    """
    if not item.reviews:
        return item.annotation
    said = item.annotation
    decided = {review.target for review in item.reviews}
    sentiment = said.sentiment
    if SENTIMENT in decided:
        sure = {label: float(label == item.sentiment) for label in sentiment.probabilities}
        sentiment = sentiment.model_copy(update={"label": item.sentiment, "score": 1.0, "probabilities": sure})
    known = {mention.id: mention for mention in said.touchpoints}
    mentions = [
        Mention(id=touchpoint, polarity=label, score=1.0, spans=known[touchpoint].spans if touchpoint in known else ())
        if touchpoint in decided
        else known[touchpoint]
        for touchpoint, label in item.touchpoints.items()
    ]
    return said.model_copy(update={"sentiment": sentiment, "touchpoints": tuple(mentions)})


class Rows:
    """All comments of a run, one after another.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from, as long as it lasts.
    now : Current
        The run as it holds now.
    """

    def __init__(self, connection: Connection, now: Current) -> None:
        self.connection = connection
        self.now = now

    def __iter__(self) -> Iterator[StoredComment]:
        """In the order in which they were stored."""
        cursor: str | None = None
        while True:
            members = partial(self.now.standing.members, self.connection)
            page = comments(self.connection, self.now.run.id, CommentFilter(), cursor=cursor, limit=_PAGE, members=members)
            yield from page.comments
            cursor = page.next
            if cursor is None:
                return

    def lines(self) -> Iterator[str]:
        """One ``voc.score/1`` a line.

        Yields
        ------
        str
            With its line break.
        """
        for item in self:
            yield reviewed(item).model_dump_json() + "\n"

    def csv(self) -> Iterator[str]:
        """A CSV that Excel opens: with a BOM, and no cell a formula.

        Yields
        ------
        str
            A row, the header first.
        """
        yield "\ufeff" + csv_row(COLUMNS)
        for cells in self.cells():
            yield csv_row(cells)

    def cells(self) -> Iterator[tuple[object, ...]]:
        """The rows of a table.

        Yields
        ------
        tuple
            What stands below `COLUMNS`.
        """
        name = self.now.run.settings.get("taxonomy")
        taxonomy, _ = known_words(name if isinstance(name, str) else "", self.connection)
        names = {touchpoint.id: touchpoint.zh for touchpoint in taxonomy.touchpoints}
        labels = {point.id: point.label for point in self.now.analysis.pain_points}
        for item in self:
            yield _cells(item, names, labels)


def _cells(item: StoredComment, names: Mapping[str, str], labels: Mapping[str, str]) -> tuple[object, ...]:
    comment = item.comment
    points = list(dict.fromkeys(one.pain_point for one in item.pain_points))
    intents = list(dict.fromkeys(intent.id for intent in item.annotation.intents))
    return (
        comment.id,
        item.annotation.text,
        POLARITIES[item.sentiment],
        "；".join(f"{called(touchpoint, names)} {POLARITIES[label]}" for touchpoint, label in item.touchpoints.items()),
        "；".join(called(point, labels) for point in points),
        "；".join(called(intent, INTENTS) for intent in intents),
        "是" if item.reviews else "",
        comment.created_at,
        comment.channel,
        comment.store,
        comment.product,
        comment.region,
        comment.question,
        comment.nps,
        comment.csat,
        comment.ces,
        comment.rating,
        comment.file,
        comment.row,
        "；".join(f"{touchpoint} {label}" for touchpoint, label in item.touchpoints.items()),
        "；".join(points),
        "；".join(intents),
    )


def csv_row(cells: Sequence[object]) -> str:
    """A row of a CSV for Excel, no text of which is a formula.

    Parameters
    ----------
    cells : sequence of object
        Texts, numbers, None.

    Returns
    -------
    str
        With its line break.

    Examples
    --------
    >>> csv_row(("=1+1", -2, None))
    "'=1+1,-2,\\r\\n"
    """
    out = io.StringIO(newline="")
    texts = ["" if cell is None else str(cell) for cell in cells]
    numbers = [isinstance(cell, int | float) for cell in cells]
    csv.writer(out).writerow(
        f"'{text}" if text.startswith(_FORMULA) and not number else text for text, number in zip(texts, numbers, strict=True)
    )
    return out.getvalue()


def _texts(connection: Connection, run_id: str, wanted: Collection[str]) -> dict[str, str]:
    """Text of each comment that has members; offsets of this run point into it."""
    rows = select(CommentRow.comment_id, AnnotationRow.record).join(AnnotationRow, AnnotationRow.comment_id == CommentRow.id)
    found = connection.execute(rows.where(AnnotationRow.run_id == run_id).execution_options(yield_per=_PAGE))
    return {row.comment_id: json.loads(row.record)["text"] for row in found if row.comment_id in wanted}


def texts_of(connection: Connection, run_id: str, wanted: Collection[str]) -> dict[str, str]:
    """Text of a few comments.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    run_id : str
        The run; offsets of its quotes point into the texts.
    wanted : collection of str
        Ids of comments, as the table calls them.

    Returns
    -------
    dict of str to str
        By id; those that are not there are left out.
    """
    upload = select(RunRow.upload_id).where(RunRow.id == run_id).scalar_subquery()
    rows = select(CommentRow.comment_id, AnnotationRow.record).join(AnnotationRow, AnnotationRow.comment_id == CommentRow.id)
    rows = rows.where(AnnotationRow.run_id == run_id, CommentRow.upload_id == upload, CommentRow.comment_id.in_(sorted(wanted)))
    return {row.comment_id: json.loads(row.record)["text"] for row in connection.execute(rows)}


def _quotes(places: Sequence[Place], texts: Mapping[str, str]) -> tuple[Quote, ...]:
    return tuple(
        Quote(comment_id=name, start=start, end=end, text=texts[name][start:end]) for name, start, end in sorted(places) if name in texts
    )
