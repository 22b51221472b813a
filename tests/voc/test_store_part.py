"""Figures of a part of a run are those of a plain scan over its comments, whatever people reviewed and edited before."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict

import pytest
from test_store_current import ROWS, ids

from toy_codebook import RUDE, SLOW
from toy_store import analysis_of, coded_run, pain_point, scored
from voc.codebook import dismiss, exclude, merge, move, rename, split, the_member
from voc.errors import RecordNotFound
from voc.metrics import share, wilson
from voc.records import LABELS, Answer, Problem, SourceTable
from voc.store import CommentFilter, RunFilter
from voc.store.points import monday
from voc.tally import nps_of, score_of

FILTERS = (
    {"channel": "微信"},
    {"channel": "门店", "store": "1号店"},
    {"question": "哪里不满意？"},
    {"from": "2024-03-10"},
    {"to": "2024-03-12"},
    {"from": "2024-03", "to": "2024-03-04", "channel": "微信"},
    {"store": "9号店"},
    {"from": "2024"},
)


def chosen(answer: Answer, asked: dict[str, str]) -> bool:
    """Whether a respondent who wrote nothing is in the part."""
    fields = {name: value for name, value in asked.items() if name not in ("from", "to")}
    if any(getattr(answer, name, None) != value for name, value in fields.items()):
        return False
    day, first, last = answer.created_at or "", asked.get("from", ""), asked.get("to", "")
    return not (first or last) or (bool(day) and first <= day and (not last or day[: len(last)] <= last))


def scan(store, asked: dict[str, str], run_id: str = "r1") -> dict:
    """The figures, from the comments one by one."""
    items = store.comments(run_id, CommentFilter(**asked), limit=1000).comments
    n = len(items)
    sentiment = Counter(item.sentiment for item in items)
    mentions, negative = Counter(), Counter()
    sizes, concerned, weeks = Counter(), defaultdict(set), defaultdict(Counter)
    respondents: dict = {}
    for item in items:
        mentions.update(list(item.touchpoints))
        negative.update(touchpoint for touchpoint, label in item.touchpoints.items() if label == "negative")
        for member in item.pain_points:
            sizes[member.pain_point] += 1
            concerned[member.pain_point].add(item.comment.id)
        for point in {member.pain_point for member in item.pain_points}:
            if week := monday(item.comment.created_at):
                weeks[point][week] += 1
        who = (item.comment.file, item.comment.row) if item.comment.row else item.comment.id
        respondents.setdefault(who, item.comment)
    silent = [one for one in store.wordless(store.upload_of(run_id).id).values() if chosen(one, asked)]
    everybody = [*respondents.values(), *silent]
    counts = {point: len(ids) for point, ids in concerned.items()}
    return {
        "comments": n,
        "sentiment": {label: (sentiment[label], share(sentiment[label], n), wilson(sentiment[label], n)) for label in LABELS},
        "journey": {
            cell.touchpoint: (
                mentions[cell.touchpoint],
                negative[cell.touchpoint],
                wilson(negative[cell.touchpoint], mentions[cell.touchpoint]),
            )
            for cell in store.run(run_id).analysis.journey
        },
        "points": {point: (sizes[point], counts[point], share(counts[point], n), wilson(counts[point], n)) for point in counts},
        "nps": score_of([one.nps for one in everybody if one.nps is not None]),
        **{score: sorted(given for one in everybody if (given := getattr(one, score)) is not None) for score in ("csat", "ces", "rating")},
        "duplicates": sum(item.comment.duplicate_of is not None for item in items),
        "uninformative": sum(not item.annotation.informative for item in items),
        "weeks": {point: dict(found) for point, found in weeks.items()},
    }


def same(store, asked: dict[str, str], run_id: str = "r1") -> None:
    wanted, part = scan(store, asked, run_id), store.part(run_id, RunFilter(**asked))
    weekly = store.weekly(run_id, RunFilter(**asked))
    scores = {name: wanted.pop(name) for name in ("csat", "ces", "rating")}
    found = {
        "comments": part.comments,
        "sentiment": {label: (one.n, one.share, one.interval) for label, one in part.sentiment.items()},
        "journey": {cell.touchpoint: (cell.mentions, cell.negative, cell.interval) for cell in part.journey},
        "points": {point.id: (point.size, point.comments, point.share, point.interval) for point in part.pain_points},
        "nps": part.nps,
        "duplicates": part.duplicates,
        "uninformative": part.uninformative,
        "weeks": {
            point: {week: count for week, count in zip(weekly.weeks, counts, strict=True) if count}
            for point, counts in weekly.points.items()
        },
    }
    assert found == wanted, asked
    for name, given in scores.items():
        said = getattr(part, name)
        assert (said is None) == (not given)
        if said:
            good = sum(said.good[0] <= score <= said.good[1] for score in given)
            assert (said.n, said.share, said.interval) == (len(given), share(good, len(given)), wilson(good, len(given)))
            assert said.mean == round(statistics.fmean(given), 4)
    counts = [point.comments for point in part.pain_points]
    assert counts == sorted(counts, reverse=True)
    inside = {item.comment.id for item in store.comments(run_id, CommentFilter(**asked), limit=1000).comments}
    texts = store.sources(run_id, [quote for point in part.pain_points for quote in point.quotes])
    for point in part.pain_points:
        assert point.quotes, point.label
        assert {quote.comment_id for quote in point.quotes} <= inside
        assert all(texts[quote.comment_id].text[quote.start : quote.end] == quote.text for quote in point.quotes)


def whole_is_current(store, run_id: str = "r1") -> None:
    part, now = store.part(run_id), store.current(run_id).analysis
    assert (part.whole, part.comments, part.of) == (True, now.input.comments, now.input.comments)
    assert (part.sentiment, part.nps, part.journey, part.pain_points) == (
        now.metrics.sentiment,
        now.metrics.nps,
        now.journey,
        now.pain_points,
    )
    assert (part.duplicates, part.uninformative, part.unassigned) == (now.input.duplicates, now.input.uninformative, now.unassigned)


def test_part_equals_a_scan_before_and_after_reviews_and_edits(store):
    coded_run(store, ROWS)
    known = {item.comment.id: item.key for item in store.comments("r1", limit=1000).comments}

    def check():
        whole_is_current(store)
        for asked in FILTERS:
            same(store, asked)

    check()
    store.add_reviews("r1", known["0"], {"sentiment": "neutral", "delivery": None, "packaging": "negative"}, "小王")
    store.add_review("r1", known["9"], "staff_service", "positive", "小王")
    store.add_review("r1", known["10"], "product_quality", "negative", "小王")
    check()
    slow, rude, cold = (ids(store)[label] for label in ("配送慢", "态度差", "饭菜凉"))
    for edit in (
        lambda book: split(book, slow, ["小时"], "等太久")[0],
        lambda book: move(book, [the_member(book, "5")], rude),
        lambda book: exclude(book, [the_member(book, "1")]),
        lambda book: merge(book, cold, rude),
        lambda book: rename(book, slow, "送货慢"),
        lambda book: dismiss(book, ids(store)["等太久"]),
    ):
        store.edit_codebook("r1", edit)
        check()
    store.withdraw_review("r1", known["9"], "小王")
    check()


def test_part_counts_those_who_wrote_nothing_by_what_their_row_says(store):
    batch = [
        scored(
            str(number), "送餐太慢了", "negative", "delivery", store=f"{number % 2}号店", created_at=f"2024-03-{number + 10}",
            nps=number, rating=1.0 + number % 5, question="哪里不满意？",
        )
        for number in range(8)
    ]  # fmt: skip
    answers = [
        Answer(
            nps=number, store=f"{number % 3}号店", channel="微信" if number % 2 else None, created_at=f"2024-03-1{number}",
            ces=1.0 + number, rating=5.0 if number else None,
        )
        for number in range(6)
    ] + [Answer(csat=3.0), Answer(nps=10, created_at="2024-03-11T09:00:00", region="华东", product="冰箱")]  # fmt: skip
    problems = tuple(
        Problem(file="三月.xlsx", row=50 + at, reason="空白回答 / empty answer", answer=answer) for at, answer in enumerate(answers)
    )
    analysis = analysis_of(batch)
    files = (SourceTable(name="三月.xlsx", columns={"csat": "满意度", "nps": "推荐分", "ces": "费力度", "rating": "评分"}),)
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis.model_copy(
        update={
            "input": analysis.input.model_copy(update={"problems": problems, "files": files}),
            "metrics": analysis.metrics.model_copy(update={"nps": nps_of(comments, problems)}),
        }
    )
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis)
    whole_is_current(store)
    whole = store.part("r1")
    assert (whole.nps.n, whole.csat.n, whole.ces.n, whole.rating.n) == (15, 1, 6, 13)
    assert whole.ces.good == (1.0, 3.0)  # of 费力度 the low answers are the good ones, on its scale of 1 to 7
    assert whole.rating.good == (4.0, 5.0)
    parts = [store.part("r1", RunFilter(store=f"{number}号店")) for number in range(3)]
    assert [(part.comments, part.nps.n) for part in parts] == [(4, 6), (4, 6), (0, 2)]
    for asked in (
        {"store": "1号店"}, {"store": "2号店"}, {"channel": "微信"}, {"region": "华东"}, {"product": "冰箱", "to": "2024-03-11"},
        {"question": "哪里不满意？"}, {"from": "2024-03-11", "to": "2024-03-13"}, {"from": "2024-03", "store": "0号店"}, {"store": "9号店"},
    ):  # fmt: skip
        same(store, asked)
    assert store.part("r1", RunFilter(question="哪里不满意？")).nps.n == 8  # who wrote nothing answered no question


def test_part_counts_a_respondent_once_and_only_the_comments_of_the_run(store):
    batch = [
        scored(
            str(number), "送餐太慢了", "negative", "delivery", row=number // 2 + 2 if number < 10 else 0,
            channel="微信" if number % 3 else "门店", nps=number // 2 % 11 if number < 10 else 9,
            csat=1.0 + number // 2 % 5 if number % 4 < 2 else None,
            duplicate_of="0" if number % 5 == 4 else None, created_at=None if number % 2 else f"2024-03-{number + 10}",
        )
        for number in range(14)
    ]  # fmt: skip
    batch = [(comment, note.model_copy(update={"informative": comment.id != "3"})) for comment, note in batch]
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis_of(batch, "r1", [pain_point("pp-1", "配送慢", batch[3:9], "delivery")])
    files = (SourceTable(name="三月.xlsx", columns={"csat": "满意度", "nps": "推荐分"}),)
    nps = score_of([comment.nps for comment in {(one.row or one.id): one for one in comments}.values()])
    analysis = analysis.model_copy(
        update={
            "input": analysis.input.model_copy(update={"duplicates": 2, "uninformative": 1, "files": files}),
            "metrics": analysis.metrics.model_copy(update={"nps": nps}),
        }
    )
    upload = store.add_upload("三月.xlsx")
    store.save_run(upload.id, comments, annotations, analysis)
    few = batch[:4]
    store.save_run(upload.id, *zip(*few, strict=True), analysis_of(few, "r2", [pain_point("pp-1", "配送慢", few, "delivery")]))
    whole_is_current(store)
    assert store.part("r1").csat.n == 5  # two of the same row, three times, and two alone
    for asked in ({"channel": "微信"}, {"channel": "门店"}, {"from": "2024-03-12"}, {"channel": "支付宝"}):
        same(store, asked)
    assert store.part("r2", RunFilter(channel="微信")).comments == 2
    assert store.part("r1", RunFilter(channel="门店")).csat.scale == (1.0, 5.0)
    with pytest.raises(RecordNotFound):
        store.part("r9")


def test_part_is_remembered_until_something_changes(store):
    coded_run(store, [[SLOW[0]], [SLOW[1]], [RUDE[0]], [RUDE[1]]])
    asked = RunFilter(channel="微信")
    assert store.part("r1", asked) is store.part("r1", asked)
    key = store.comments("r1", CommentFilter(channel="微信")).comments[0].key
    before = store.part("r1", asked)
    store.add_review("r1", key, "sentiment", "positive", "小王")
    assert store.part("r1", asked).sentiment["positive"].n == before.sentiment["positive"].n + 1
    assert store.part("r1", RunFilter(channel="门店")).sentiment == before.sentiment


def test_part_of_what_was_erased_is_gone(store):
    coded_run(store, ROWS)
    before = store.part("r1", RunFilter(store="0号店"))
    store.erase_customer("C0")
    after = store.part("r1", RunFilter(store="0号店"))
    assert after.comments == before.comments - 1
    assert all(quote.comment_id != "0" for point in after.pain_points for quote in point.quotes)
