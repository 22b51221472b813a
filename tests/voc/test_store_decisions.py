"""Filters, orders, reviews of several people, and cases, on SQLite and on PostgreSQL."""

from __future__ import annotations

import random

import pytest

from toy_codebook import COLD, DEAR, RUDE, SLOW
from toy_store import coded_run
from voc.codebook import merge, split
from voc.errors import RecordNotFound, StoreError
from voc.normalise import normalise
from voc.store import CommentFilter, Store
from voc.store.case_records import CaseChange, CaseFilter
from voc.store.records import StoredComment
from voc.store.write import shuffled

POOL = [*SLOW, *RUDE, *COLD, *DEAR, "味道不错", "很好"]
ROWS = [random.Random(number).sample(POOL, 1 + number % 3) for number in range(40)]


@pytest.fixture
def filled(store: Store) -> Store:
    """A run with edits and reviews."""
    coded_run(store, ROWS)
    points = [point.id for point in store.current("r1").analysis.pain_points]
    store.edit_codebook("r1", lambda book: merge(book, points[1], points[2]))
    store.edit_codebook("r1", lambda book: split(book, points[0], ["小时"], "等太久")[0])
    for key in range(1, 12):
        store.add_reviews("r1", key, {"sentiment": ("neutral", "positive", "negative")[key % 3], "delivery": None}, "小王")
        store.add_review("r1", key, "sentiment", ("neutral", "negative")[key % 2], "小李")
    store.withdraw_review("r1", 4, "小李")
    return store


def holds(item: StoredComment, name: str, wanted: object) -> bool:
    """Whether a comment passes a filter, by looking at it."""
    at, text = item.comment.created_at or "", str(wanted)
    return {
        "touchpoint": lambda: wanted in item.touchpoints,
        "sentiment": lambda: item.sentiment == wanted,
        "pain_point": lambda: wanted in {one.pain_point for one in item.pain_points},
        "q": lambda: normalise(text).normalised in item.annotation.normalised,
        "from_": lambda: at >= text,
        "to": lambda: at[: len(text)] <= text,
        "intent": lambda: wanted in {one.id for one in item.annotation.intents},
        "mixed": lambda: item.annotation.sentiment.mixed == wanted,
        "reviewed": lambda: bool(item.reviews) == wanted,
    }.get(name, lambda: getattr(item.comment, name) == wanted)()


def test_filters_together_give_what_a_scan_gives(filled):
    everything = filled.comments("r1", limit=1000).comments
    points = [point.id for point in filled.current("r1").analysis.pain_points]
    values = {
        "touchpoint": ["delivery", "staff_service", "overall"],
        "sentiment": ["negative", "neutral", "positive"],
        "pain_point": [*points, "pp-none"],
        "q": ["慢", "態度", "凉"],
        "from_": ["2024-03-10", "2024-03"],
        "to": ["2024-03-12", "2024-03"],
        "channel": ["微信"],
        "store": ["1号店"],
        "question": ["哪里不满意？"],
        "intent": ["churn"],
        "mixed": [True, False],
        "reviewed": [True, False],
    }
    dice, found = random.Random(7), 0
    for _ in range(150):
        names = dice.sample(sorted(values), dice.randint(1, 3))
        wanted = {name: dice.choice(values[name]) for name in names}
        order = dice.choice(["stored", "uncertain", "random"])
        page = filled.comments("r1", CommentFilter(**wanted, order=order), limit=1000).comments
        kept = [item for item in everything if all(holds(item, name, value) for name, value in wanted.items())]
        ranks = {
            "stored": lambda item: item.key,
            "uncertain": lambda item: (item.annotation.sentiment.score, item.key),
            "random": lambda item: (shuffled(item.key), item.key),
        }
        assert [item.key for item in page] == [item.key for item in sorted(kept, key=ranks[order])], wanted
        found += len(page)
    assert found > 300


@pytest.mark.parametrize("order", ["stored", "uncertain", "random"])
def test_pages_of_any_order_hold_each_comment_once_while_people_decide_and_others_write(filled, order):
    seen, cursor = [], None
    while True:
        page = filled.comments("r1", CommentFilter(order=order), cursor=cursor, limit=7)
        seen += [item.key for item in page.comments]
        filled.add_review("r1", seen[-1], "sentiment", "neutral", "小张")
        coded_run(filled, ROWS[:2], f"r{2 + (len(seen) - 1) // 7}", f"手册{len(seen)}")
        if page.next is None:
            break
        cursor = page.next
    assert sorted(seen) == list(range(1, len(ROWS) + 1))


def test_runs_page_by_page_leave_out_what_may_not_be_seen(store):
    for number in range(1, 7):
        coded_run(store, ROWS[:2], f"r{number}", f"手册{number}", private=number % 2 == 0)
    first = store.run_page(lambda upload: not upload.private, limit=2)
    coded_run(store, ROWS[:2], "r8", "手册8")
    second = store.run_page(lambda upload: not upload.private, limit=2, cursor=first.next)
    assert [run.id for page in (first, second) for run in page.runs] == ["r5", "r3", "r1"]
    assert second.next is None


def test_review_summary_says_who_agrees(filled):
    summary = filled.review_summary("r1")
    items = {item.key: item for item in filled.comments("r1", limit=1000).comments}
    assert (summary.comments, summary.decisions) == (11, 22)
    assert summary.reviewers == {"小李": 10, "小王": 22}
    both = [key for key in range(1, 12) if key != 4]
    same = sum(("neutral", "positive", "negative")[key % 3] == ("neutral", "negative")[key % 2] for key in both)
    assert (summary.people_sentiment.n, summary.people_sentiment.share) == (10, same / 10)
    assert summary.people_touchpoints.n == 0
    right = sum(items[key].sentiment == items[key].annotation.sentiment.label for key in range(1, 12))
    assert (summary.model_sentiment.n, summary.model_sentiment.share) == (11, round(right / 11, 4))


def test_case_is_opened_followed_and_closed(filled):
    point = filled.current("r1").analysis.pain_points[0]
    opened = filled.open_case("r1", point.id, CaseChange(owner="物流组", due="2024-01-01"), "小王")
    assert (opened.case.label, opened.case.status, opened.case.overdue) == (point.label, "received", True)
    assert (opened.case.before.n, opened.case.before.share, opened.case.before.interval) == (point.comments, point.share, point.interval)
    filled.add_note(opened.case.id, "电话 13800138000 已回访", "小李")
    with pytest.raises(StoreError) as refused:
        filled.change_case(opened.case.id, CaseChange(status="closed", root_cause="骑手不够"))
    assert refused.value.code == "case_incomplete"
    assert filled.case(opened.case.id).case.root_cause == ""  # nothing of it holds
    filled.change_case(opened.case.id, CaseChange(status="analysed", root_cause="骑手不够"), "小王")
    coded_run(filled, [*ROWS, ["很好"]], "r2")
    closed = filled.change_case(opened.case.id, CaseChange(status="closed", action="加两班"), "小王")
    assert (closed.case.after.run_id, closed.case.after.of, closed.case.overdue) == ("r2", len(ROWS) + 1, False)
    assert [entry.kind for entry in closed.entries] == ["status", "owner", "due", "note", "root_cause", "status", "action", "status"]
    assert [(entry.before, entry.text) for entry in closed.entries if entry.kind == "status"] == [
        (None, "received"),
        ("received", "analysed"),
        ("analysed", "closed"),
    ]
    assert "13800138000" not in repr(filled.case(opened.case.id))
    assert [case.id for case in filled.cases(CaseFilter(status="closed"))] == [opened.case.id]
    assert filled.cases(CaseFilter(overdue=True)) == ()
    assert filled.cases(CaseFilter(owner="物流组"), lambda upload: False) == ()
    with pytest.raises(RecordNotFound):
        filled.case(opened.case.id, lambda upload: False)
    assert filled.change_case(opened.case.id, CaseChange(status="followed_up")).case.closed_at is None


def test_case_of_a_problem_that_is_gone_measures_nothing(store):
    coded_run(store, [[SLOW[0]], [SLOW[1]], [RUDE[0]], [RUDE[1]], ["很好"]])
    slow = next(point for point in store.current("r1").analysis.pain_points if point.label == "配送慢")
    case = store.open_case("r1", slow.id)
    coded_run(store, [[RUDE[0]], [RUDE[1]], ["很好"]], "r2")
    closed = store.change_case(case.case.id, CaseChange(status="closed", root_cause="缺人", action="加人"))
    assert (closed.case.before.n, closed.case.after.n, closed.case.after.of, closed.case.after.run_id) == (2, 0, 3, "r2")


def test_case_of_a_pain_point_that_the_run_does_not_show_is_refused(store):
    coded_run(store, ROWS)
    for run_id, point in (("r1", "pp-none"), ("r9", "pp-none")):
        with pytest.raises(RecordNotFound):
            store.open_case(run_id, point)
