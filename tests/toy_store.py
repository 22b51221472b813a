"""Comments with made-up verdicts and an analysis of them, so that tests of the store need no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from toy_codebook import TOPIC_OF, TOPICS, cluster
from voc.attributes import quality_of
from voc.complaints import Complaint, complaints_of, unassigned_of
from voc.pipeline import prepare
from voc.records import (
    Analysis,
    Annotation,
    Clause,
    Comment,
    InputInfo,
    Intent,
    Mention,
    PainPoint,
    Problem,
    Quality,
    Quote,
    RunInfo,
    Sentiment,
    Span,
    Unassigned,
    Verdict,
)
from voc.store import Store, StoreCodebookSession
from voc.tally import Tally
from voc.taxonomy import load_taxonomy

Scored = tuple[Comment, Annotation]
TEXTS = (
    "退款拖了半个月，客服不回复",
    "送餐太慢了，味道不錯！",
    "快递员态度很好",
    "申请退|款项一直没到账",
    "客服不回消息，打电话也不接",
    "快遞丟了沒人管",
    "包装完好，点赞👍 iPhone 也好",
    "100%满意_无可挑剔",
)


def scored(id: str, text: str, label: str = "negative", *touchpoints: str, **beside: Any) -> Scored:
    """A comment and what a model might have said: each touchpoint has the label as polarity, and the whole text as evidence."""
    text_, normalised = (prepared := prepare(text)[0]).text, prepared.normalised
    probabilities = {name: 0.8 if name == label else 0.1 for name in ("negative", "neutral", "positive")}
    verdict = Verdict(label=label, score=0.8)
    whole = Span(start=0, end=len(text_))
    annotation = Annotation(
        id=id,
        text=text_,
        normalised=normalised,
        language="zh-Hans",
        informative=True,
        sentiment=Sentiment(label=label, score=0.8, probabilities=probabilities, mixed=False),
        touchpoints=tuple(Mention(id=name, polarity=label, score=0.9, spans=(whole,)) for name in touchpoints),
        intents=(),
        clauses=(Clause(start=0, end=len(text_), sentiment=verdict, touchpoints=touchpoints),),
        redactions={},
        models={"sentiment": "toy@1"},
    )
    row = {"file": "三月.xlsx", "row": int(id) + 1 if id.isdecimal() else 0} | beside
    return Comment(id=id, text=text, **row), annotation


def small_batch() -> list[Scored]:
    """`TEXTS` with customers, shops, channels and dates."""
    labels = ("negative", "neutral", "positive", "negative", "negative", "negative", "positive", "positive")
    topics = (
        ("after_sales", "customer_support"),
        ("delivery",),
        ("delivery",),
        ("after_sales",),
        ("customer_support",),
        ("delivery",),
        (),
        (),
    )
    return [
        scored(
            str(number),
            text,
            label,
            *topic,
            customer_id=f"C{number % 3}",
            channel="微信" if number % 2 else "门店",
            store=f"{number % 2 + 1}号店",
            created_at=f"2024-0{number // 3 + 3}-1{number}",
            extra={"订单": f"D-{number}"},
            nps=number,
        )
        for number, (text, label, topic) in enumerate(zip(TEXTS, labels, topics, strict=True), 1)
    ]


def pain_point(id: str, label: str, members: Sequence[Scored], touchpoint: str = "customer_support") -> PainPoint:
    """One whose members are whole comments, all of them quoted."""
    quotes = tuple(Quote(comment_id=annotation.id, start=0, end=len(annotation.text), text=annotation.text) for _, annotation in members)
    return PainPoint(
        id=id,
        label=label,
        touchpoint=touchpoint,
        terms=("客服",),
        size=len(members),
        comments=len(members),
        share=0.5,
        interval=(0.4, 0.6),
        severity=0.7,
        quotes=quotes,
        members=quotes,
    )


def analysis_of(batch: Sequence[Scored], run_id: str = "r1", points: Sequence[PainPoint] = (), **run: Any) -> Analysis:
    """An analysis with the given pain points, one problem and one notice."""
    info = {
        "started_at": "2024-06-01T08:00:00+00:00",
        "voc_version": "0.1.0",
        "models": {"sentiment": "toy@1"},
        "seed": 42,
        "seconds": {},
    } | run
    tally = Tally(load_taxonomy())
    for _, annotation in batch:
        tally.add(annotation)
    return Analysis(
        run=RunInfo(id=run_id, **info),
        input=InputInfo(
            files=(),
            rows=len(batch) + 1,
            comments=len(batch),
            duplicates=0,
            uninformative=0,
            problems=(Problem(file="三月.xlsx", row=99, column="评价", reason="空白回答 / empty answer"),),
            notices=(Problem(file="三月.xlsx", row=2, column="评分", reason="不是分数 / not a score: '很好'"),),
        ),
        metrics=tally.metrics(None),
        journey=tally.journey(),
        pain_points=tuple(points),
        unassigned=Unassigned(size=0, share=0),
        quality=Quality(coverage=1),
    )


class NoSpace:
    """In the place of `voc.space.ProblemSpace`: nothing is like anything."""

    def transform(self, texts: Sequence[str], known: object = None) -> Any:
        return np.zeros((len(texts), 1), dtype=np.float32)


def clauses(id: str, parts: Sequence[str], row: int = 0, **beside: Any) -> Scored:
    """A comment of several clauses: those that `toy_codebook` knows are complaints of their touchpoint, others praise it overall."""
    spans, start = [], 0
    for part in parts:
        spans.append((start, start + len(part)))
        start += len(part) + 1
    comment, annotation = scored(id, "，".join(parts), "negative" if parts[0] in TOPIC_OF else "positive", row=row, **beside)
    said = {}
    found = []
    for (begin, end), part in zip(spans, parts, strict=True):
        bad = part in TOPIC_OF
        touchpoint = TOPICS[TOPIC_OF[part]][0] if bad else "overall"
        label = "negative" if bad else "positive"
        found.append(Clause(start=begin, end=end, sentiment=Verdict(label=label, score=0.9 if bad else 0.8), touchpoints=(touchpoint,)))
        mention = said.get(touchpoint) or Mention(id=touchpoint, polarity=label, score=0.9, spans=())
        said[touchpoint] = mention.model_copy(update={"spans": (*mention.spans, Span(start=begin, end=end))})
    grave = row % 3 == 0
    intents = (Intent(id="churn", score=0.9, spans=(Span(start=0, end=1),)),) if grave else ()
    score = 0.5 + (row * 37 % 50) / 100
    sentiment = annotation.sentiment.model_copy(update={"score": score, "mixed": len(parts) > 1})
    update = {"touchpoints": tuple(said.values()), "clauses": tuple(found), "intents": intents, "sentiment": sentiment}
    return comment, annotation.model_copy(update=update)


def coded_run(store: Store, rows: Sequence[Sequence[str]], run_id: str = "r1", name: str = "零售", **upload: Any) -> Analysis:
    """Save a run as a job does: comments of clauses, pain points by `toy_codebook`, in a codebook."""
    channels, days = ("微信", "门店"), ("2024-03-04", "2024-03-12", "2024-03-20T10:00:00")
    batch = [
        clauses(
            str(number), parts, number, channel=channels[number % 2], store=f"{number % 3}号店", created_at=days[number % 3],
            customer_id=f"C{number}", question="哪里不满意？" if number % 2 else None,
        )
        for number, parts in enumerate(rows)
    ]  # fmt: skip
    complaints = [complaint for _, annotation in batch for complaint in complaints_of(annotation)]
    groups: dict[str, list[Complaint]] = {}
    for complaint in complaints:
        groups.setdefault(TOPIC_OF[complaint.normalised], []).append(complaint)
    fresh = [cluster(label, TOPICS[label][0], members, len(rows)) for label, members in groups.items() if len(members) > 1]
    outside = [one for members in groups.values() if len(members) == 1 for one in members]
    session = StoreCodebookSession(store, name)
    at = f"2024-06-0{int(run_id[1:])}T08:00:00+00:00"
    points, left = session.assign(
        fresh, outside, complaints, len(rows), space=NoSpace(), names_problem=lambda _: True, run_id=run_id, at=at
    )
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis_of(batch, run_id, points, started_at=at, codebook_version=session.book.version)
    unassigned = unassigned_of(left, sum(point.size for point in points))
    analysis = analysis.model_copy(
        update={"unassigned": unassigned, "quality": quality_of(points, unassigned, None), "changes": session.changes}
    )
    store.save_run(store.add_upload("三月.xlsx", **upload).id, comments, annotations, analysis, {"taxonomy": "retail"}, codebook=session)
    return analysis
