"""Comments with made-up verdicts and an analysis of them, so that tests of the store need no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voc.analysis import Tally
from voc.pipeline import prepare
from voc.records import (
    Analysis,
    Annotation,
    Clause,
    Comment,
    InputInfo,
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
    for comment, annotation in batch:
        tally.add(comment, annotation)
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
        metrics=tally.metrics([]),
        journey=tally.journey(),
        pain_points=tuple(points),
        unassigned=Unassigned(size=0, share=0),
        quality=Quality(coverage=1),
    )
