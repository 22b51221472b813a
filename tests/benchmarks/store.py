"""How long the API of runs takes with many comments in the store: ``python -m tests.benchmarks.store`` (see README.md)."""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.append(str(Path(__file__).parent.parent))  # the tests' own PostgreSQL
sys.path.append(str(Path(__file__).parent))  # its neighbours; last, for one is called like a module of Python's
from run import table

import throwaway_postgres
from voc.attributes import quality_of
from voc.codebook import Codebook, commit
from voc.codebook.assign import apply
from voc.codebook.view import shown_points
from voc.complaints import Complaint
from voc.metrics import share, wilson
from voc.records import (
    Analysis,
    Annotation,
    Clause,
    Comment,
    InputInfo,
    Intent,
    Mention,
    PainPoint,
    Quote,
    RunInfo,
    Sentiment,
    Span,
    Unassigned,
    Verdict,
)
from voc.statistics import Gatherer, Wishes, report_of
from voc.store import Store, StoreCodebookSession
from voc.tally import Tally
from voc.taxonomy import load_taxonomy
from web import create_app
from web.scoring import Scorer
from web.settings import ServerSettings

RUN = "bench"
AIM_MS = 200.0
HEAD = ("request", "first ms", "p50 ms", "p95 ms", "KiB")
# Touchpoint → what, and what is wrong with it: each pair is a pain point. All of our own making.
PROBLEMS = {
    "delivery": ("送餐 配送 快递 包裹 外卖", "太慢了 一直没到 又延误 等了很久 送错地方"),
    "after_sales": ("退款 换货 维修 售后 退货", "拖了很久 被拒绝 没人处理 一直没到账 手续太多"),
    "customer_support": ("客服 热线 在线客服 投诉专员 机器人", "不回复 态度差 打不通 推来推去 只会道歉"),
    "product_quality": ("手机 饭菜 衣服 鞋子 耳机", "有划痕 是凉的 开线了 坏了 味道不对"),
    "packaging": ("包装 箱子 袋子 瓶盖 盒子", "破了 漏了 压扁了 脏 没封好"),
}
PRAISE = ("味道不错", "会推荐朋友", "老板热情", "环境干净", "价格实惠")
TAILS = ("", "，希望改进", "，这次真的失望", "，再也不来了", "，第三次了", "，麻烦看看")
CHANNELS, STORES, PRODUCTS, REGIONS = ("微信", "电话", "门店", "应用"), 40, 25, ("华东", "华南", "华北", "西南", "西北")


def comment_of(number: int) -> tuple[Comment, Annotation, Complaint | None, str]:
    """A comment by its number, what a model might say of it, its complaint and the name of its problem."""
    dice = random.Random(number)
    touchpoint = dice.choice(sorted(PROBLEMS))
    things, wrongs = (words.split() for words in PROBLEMS[touchpoint])
    bad = dice.random() < 0.6
    thing, wrong = dice.choice(things), dice.choice(wrongs)
    first = f"{thing}{wrong}" if bad else dice.choice(PRAISE)
    text = f"{first}{dice.choice(TAILS)}，单号尾数{number}"
    label = "negative" if bad else "positive"
    whole, score = Span(start=0, end=len(first)), round(0.5 + dice.random() / 2, 4)
    annotation = Annotation(
        id=str(number),
        text=text,
        normalised=text,
        language="zh-Hans",
        informative=number % 50 != 7,
        sentiment=Sentiment(
            label=label,
            score=score,
            probabilities={"negative": score if bad else (1 - score) / 2, "neutral": (1 - score) / 2, "positive": 0.0 if bad else score},
            mixed=dice.random() < 0.05,
        ),
        touchpoints=(Mention(id=touchpoint if bad else "overall", polarity=label, score=0.9, spans=(whole,)),),
        intents=(Intent(id=dice.choice(("churn", "repurchase", "suggestion")), score=0.8, spans=(whole,)),) if dice.random() < 0.2 else (),
        clauses=(
            Clause(start=0, end=len(first), sentiment=Verdict(label=label, score=score), touchpoints=(touchpoint,)),
            Clause(start=len(first) + 1, end=len(text), sentiment=Verdict(label="neutral", score=0.7), touchpoints=()),
        ),
        redactions={},
        models={"sentiment": "made@1"},
    )
    comment = Comment(
        id=str(number),
        text=text,
        created_at=f"2024-{1 + number % 12:02}-{1 + number % 28:02}",
        channel=dice.choice(CHANNELS),
        store=f"{dice.randrange(STORES)}号店",
        product=f"商品{dice.randrange(PRODUCTS)}",
        region=dice.choice(REGIONS),
        customer_id=f"顾客{number // 3}",
        nps=dice.randrange(0, 7) if bad else dice.randrange(7, 11),
        csat=float(dice.randrange(1, 4) if bad else dice.randrange(3, 6)),
        duplicate_of=str(number - 1) if number % 100 == 99 else None,
        question="哪里不满意？" if number % 2 else "还有什么建议？",
        file="made.csv",
        row=number + 1,
    )
    quote = Quote(comment_id=str(number), start=0, end=len(first), text=first)
    complaint = Complaint(quote, first, touchpoint, score, grave=any(one.id == "churn" for one in annotation.intents)) if bad else None
    return comment, annotation, complaint, f"{thing}{wrong}"


def fill(store: Store, count: int, *, counted: bool = False) -> None:
    """One upload, one run with its codebook; `counted`: with its statistics."""
    tally, gatherer, complaints, groups = Tally(load_taxonomy()), Gatherer(load_taxonomy()), [], {}
    for number in range(count):
        comment, annotation, complaint, name = comment_of(number)
        tally.add(annotation)
        if counted:
            gatherer.add(comment, annotation)
        tally.complaints.clear()
        if complaint:
            complaints.append(complaint)
            groups.setdefault((complaint.touchpoint, name), []).append(complaint)
    points = [cluster(name, touchpoint, members, count) for (touchpoint, name), members in groups.items()]
    applied = apply(Codebook(), points, complaints, count, run_id=RUN, at="2024-12-31T00:00:00+00:00")
    session = StoreCodebookSession(store, "bench")
    session.book = commit(applied.book, "made")
    shown = shown_points(applied, points, complaints, count)
    doubts = {"duplicates": count // 100, "uninformative": len(range(7, count, 50))}
    unassigned = Unassigned(size=0, share=0)
    analysis = Analysis(
        run=RunInfo(id=RUN, started_at="2024-12-31T00:00:00+00:00", voc_version="0", models={}, seed=42, seconds={}, codebook_version=1),
        input=InputInfo(files=(), rows=count, comments=count, **doubts, problems=(), notices=()),
        metrics=tally.metrics(None),
        journey=tally.journey(),
        pain_points=tuple(shown),
        unassigned=unassigned,
        quality=quality_of(shown, unassigned, None),
    )
    comments = (comment_of(number)[0] for number in range(count))
    annotations = (comment_of(number)[1] for number in range(count))
    statistics = report_of(gatherer.columns(analysis.pain_points), analysis, Wishes()) if counted else None
    store.save_run(store.add_upload("made.csv").id, comments, annotations, analysis, {}, codebook=session, statistics=statistics)


def cluster(name: str, touchpoint: str, members: Sequence[Complaint], count: int) -> PainPoint:
    """A pain point as a run finds it."""
    quotes = tuple(one.quote for one in members)
    return PainPoint(
        id="",
        label=name,
        touchpoint=touchpoint,
        terms=(name,),
        size=len(quotes),
        comments=len(quotes),
        share=share(len(quotes), count),
        interval=wilson(len(quotes), count),
        severity=0.8,
        quotes=quotes[:3],
        members=quotes,
    )


def requests(points: Sequence[str], deep: str) -> dict[str, str]:
    """Name → address."""
    comments = f"/runs/{RUN}/comments?limit=50"
    filters = {
        "touchpoint": "delivery", "sentiment": "positive", "channel": "微信", "store": "7号店", "product": "商品3", "region": "华南",
        "question": "哪里不满意？", "intent": "churn", "mixed": "true", "reviewed": "true", "from": "2024-06", "pain_point": points[0],
    }  # fmt: skip
    found = {"runs": "/runs", "run overview": f"/runs/{RUN}", "page of pain points": f"/runs/{RUN}/pain-points"}
    found |= {
        "one pain point": f"/runs/{RUN}/pain-points/{points[0]}",
        "comments": comments,
        "comments, deep page": f"{comments}&cursor={deep}",
    }
    found |= {f"filter {name}": f"{comments}&{name}={value}" for name, value in filters.items()}
    found |= {f"search {word}": f"{comments}&q={word}" for word in ("退款", "客服", "客服不回", "快遞", "没有这句话")}
    found |= {f"order {order}": f"{comments}&order={order}&reviewed=false" for order in ("uncertain", "random")}
    found["touchpoint, negative, channel, month"] = (
        f"{comments}&touchpoint=delivery&sentiment=negative&channel=电话&from=2024-03&to=2024-03"
    )
    found["sentiment that nobody has"] = f"{comments}&sentiment=neutral"
    return found


def measure(store: Store, rounds: int) -> list[dict[str, Any]]:
    """Milliseconds of each request, one after another."""
    app = create_app(ServerSettings(no_auth=True), scorer=Scorer(lambda *_: None, quality="fast"), store=store)
    client = app.test_client()

    def timed(call: Callable[[], Any]) -> tuple[float, Any]:
        start = time.perf_counter()
        answer = call()
        took = 1000 * (time.perf_counter() - start)
        assert answer.status_code < 300, answer.data
        return took, answer

    rows = []
    took, answer = timed(lambda: client.get(f"/api/v1/runs/{RUN}/pain-points"))
    rows.append(row("pain points, nothing remembered", [took], len(answer.data)))
    points = [point["id"] for point in answer.json["pain_points"]]
    deep, cursor = None, None
    for _ in range(3):
        cursor = client.get(f"/api/v1/runs/{RUN}/comments?limit=1000{f'&cursor={cursor}' if cursor else ''}").json["next"]
        deep = cursor
    for key in random.Random(1).sample(range(1, 2000), 300):
        store.add_reviews(RUN, key, {"sentiment": "negative", "delivery": None}, "甲")
    for name, address in requests(points, deep or "").items():
        times, size = [], 0
        for _ in range(rounds):
            took, answer = timed(lambda address=address: client.get(f"/api/v1{address}"))
            times.append(took)
            size = len(answer.data)
        rows.append(row(name, times, size))
    one, other, third = (f"/api/v1/runs/{RUN}/pain-points/{point}" for point in points[:3])
    first = client.get(f"/api/v1/runs/{RUN}/comments?pain_point={points[2]}&limit=1").json["comments"][0]
    review = {"decisions": [{"target": "sentiment", "label": "neutral"}]}
    clause = {"comment_id": first["comment"]["id"], "start": first["pain_points"][0]["start"], "end": first["pain_points"][0]["end"]}
    writes = {
        "review": lambda: client.post(f"/api/v1/runs/{RUN}/comments/{first['key']}/reviews", json=review),
        "rename": lambda: client.patch(one, json={"label": "改名"}),
        "move": lambda: client.post(f"{third}/move", json={**clause, "to": points[3]}),
        "split": lambda: client.post(f"{one}/split", json={"words": ["了", "态", "被", "错", "划"], "label": "拆出"}),
        "merge": lambda: client.post(f"{other}/merge", json={"into": points[3]}),
        "undo": lambda: client.post(f"/api/v1/runs/{RUN}/codebook", json={"action": "undo"}),
    }
    for name, call in writes.items():
        try:
            took, answer = timed(call)
        except AssertionError as refused:
            print(name, refused, file=sys.stderr)
            continue
        after, _ = timed(lambda: client.get(f"/api/v1/runs/{RUN}/pain-points"))
        rows.append(row(name, [took], len(answer.data)))
        rows.append(row(f"pain points after {name}", [after], 0))
    return rows


def row(name: str, times: Sequence[float], size: int) -> dict[str, Any]:
    ordered = sorted(times)
    at = {share_: ordered[min(int(share_ * len(ordered)), len(ordered) - 1)] for share_ in (0.5, 0.95)}
    later = sorted(times[1:]) or ordered
    return {"request": name, "first": times[0], "p50": at[0.5], "p95": later[min(int(0.95 * len(later)), len(later) - 1)], "size": size}


@contextmanager
def stores(kinds: Sequence[str], keep: Path | None) -> Iterator[dict[str, Store]]:
    """Empty stores of the kinds that there are."""
    with TemporaryDirectory(prefix="voc-bench-") as folder:
        found = {}
        if "sqlite" in kinds:
            found["sqlite"] = Store(f"sqlite:///{keep or folder}/bench.db")
        if "postgresql" in kinds and not (reason := throwaway_postgres.why_not()):
            with throwaway_postgres.running() as url:
                yield found | {"postgresql": Store(url.format("voc"))}
            return
        if "postgresql" in kinds:
            print(reason, file=sys.stderr)
        yield found


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--kinds", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    parser.add_argument("--keep", type=Path, help="folder where the SQLite file stays, and is used again")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kept: dict[str, Any] = {}
    with stores(options.kinds, options.keep) as found:
        for kind, store in found.items():
            start = time.perf_counter()
            store.upgrade()
            if not store.runs():
                fill(store, options.comments)
            filled = time.perf_counter() - start
            if kind == "postgresql":
                with store.database.outside() as connection:  # as autovacuum would within minutes
                    connection.exec_driver_sql("VACUUM ANALYZE")
            rows = measure(store, options.rounds)
            store.close()
            kept[kind] = rows
            print(f"\n{kind}: {options.comments:,} comments, filled in {filled:.0f} s")
            shown = [
                [one["request"], *(f"{one[name]:.0f}" for name in ("first", "p50", "p95")), f"{one['size'] / 1024:.0f}"] for one in rows
            ]
            print("\n".join(table(HEAD, shown)))
            slow = [one["request"] for one in rows if one["p95"] > AIM_MS]
            print(f"above {AIM_MS:.0f} ms: {', '.join(slow) or 'none'}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
