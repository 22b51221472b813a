"""Seconds and memory of all statistics on many comments: ``python -m tests.benchmarks.batch_statistics`` (see README.md)."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from pathlib import Path
from time import perf_counter

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # the toys of the tests, however this is run
from toy_statistics import PLACE, TAXONOMY, point, quote

from voc.records import Analysis, Annotation, Comment, InputInfo, Mention, Metrics, Quality, RunInfo, Sentiment, Span, Unassigned
from voc.statistics import Gatherer, Wishes, report_of
from voc.statistics.joined import Action
from voc.statistics.tiers import Order

POINTS, STORES, PRODUCTS, DAYS = 100, 60, 200, 365
SENTIMENT = {
    label: Sentiment(label=label, score=0.9, probabilities={"negative": 0.3, "neutral": 0.3, "positive": 0.4}, mixed=False)
    for label in ("negative", "neutral", "positive")
}


def batch(n: int, seed: int = 42) -> tuple[Gatherer, Analysis, Wishes]:
    """Comments with all that a table can say, two of a respondent, and their pain points."""
    rng, touchpoints = np.random.default_rng(seed), list(PLACE)
    gatherer = Gatherer(TAXONOMY)
    members: list[list] = [[] for _ in range(POINTS)]
    weight = 1 / np.arange(1, POINTS + 1)
    pains = rng.choice(POINTS, n, p=weight / weight.sum())
    nps, store, product, day = rng.integers(0, 11, n), rng.integers(0, STORES, n), rng.integers(0, PRODUCTS, n), rng.integers(0, DAYS, n)
    start = np.datetime64("2025-01-01", "D")
    for at in range(n):
        bad = rng.random() < 0.4
        touchpoint = touchpoints[pains[at] % 19]
        mention = Mention(id=touchpoint, polarity="negative" if bad else "positive", score=0.9, spans=(Span(start=0, end=5),))
        label = "negative" if bad else "positive"
        annotation = Annotation(
            id=str(at), text="", normalised="", language="zh-Hans", informative=True, sentiment=SENTIMENT[label], touchpoints=(mention,),
            intents=(), clauses=(), redactions={}, models={},
        )  # fmt: skip
        comment = Comment(
            id=str(at), text="送餐太慢了" * 6, created_at=str(start + int(day[at])), channel=f"渠道{at % 4}", store=f"门店{store[at]}",
            product=f"商品{product[at]}", region=f"区域{at % 6}", question="哪里不满意？" if at % 2 else "还有什么建议？",
            customer_id=f"M{at % (n // 3)}", nps=max(int(nps[at]) - 2 * bad, 0), csat=float(1 + nps[at] % 5), file="a.csv", row=1 + at // 2,
        )  # fmt: skip
        gatherer.add(comment, annotation)
        if bad:
            members[pains[at]].append(quote(str(at), "送餐太慢了"))
    points = [
        point(f"痛点{at}", touchpoints[at % 19], len(quotes), share=len(quotes) / n, members=tuple(quotes))
        for at, quotes in enumerate(members)
    ]
    run = RunInfo(id="benchmark", started_at="2026-01-01", voc_version="0", models={}, seed=seed, seconds={})
    source = InputInfo(files=(), rows=n, comments=n, duplicates=0, uninformative=0, problems=(), notices=())
    analysis = Analysis(
        run=run, input=source, metrics=Metrics(sentiment={}), journey=(), pain_points=tuple(points), unassigned=Unassigned(size=0, share=0),
        quality=Quality(coverage=1),
    )  # fmt: skip
    orders = [Order(f"M{at % (n // 4)}", str(start + at % DAYS), float(at % 500)) for at in range(n)]
    reviews = {str(at): {"negative": True} for at in rng.choice(n, 500, replace=False)}
    return gatherer, analysis, Wishes(orders=orders, actions=[Action("痛点0", "2025-10-01", "门店1", True)], reviews=reviews)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=200_000, metavar="N", help="how many (200000)")
    n = parser.parse_args().comments
    gatherer, analysis, wishes = batch(n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = perf_counter()
    columns = gatherer.columns(analysis.pain_points)
    gathered = perf_counter() - start
    report = report_of(columns, analysis, wishes)
    seconds = perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"comments": n, "seconds": round(seconds, 1), "columns": round(gathered, 1), **report.seconds}
    print(json.dumps(told | {"peak MiB": round(peak), "MiB before": round(before)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
