"""A run as it holds now: what people decide changes its numbers at once, and the run itself stays."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toy_codebook import COLD, DEAR, RUDE, SLOW, TOPIC_OF
from toy_store import analysis_of, coded_run, pain_point, small_batch
from voc.codebook import commit, dismiss, exclude, lock, merge, move, outcome_of, pin, rename, restore, rollback, split, the_member, undo
from voc.complaints import complaints_of, severity
from voc.errors import CodebookError, ConflictError, RecordNotFound
from voc.metrics import share, wilson
from voc.records import LABELS
from voc.store import CommentFilter, Store
from voc.store.points import history

ROWS = [[SLOW[n % 4]] for n in range(8)] + [[RUDE[n % 3]] for n in range(6)] + [[COLD[n % 3]] for n in range(5)]
ROWS += [[SLOW[0], RUDE[0]], [COLD[0], RUDE[1], SLOW[2]], ["味道不错", SLOW[1]], ["很好"], [DEAR[0]], ["不错", COLD[1]]]


def ids(store: Store, run_id: str = "r1") -> dict[str, str]:
    """Label → id."""
    return {point.label: point.id for point in store.current(run_id).analysis.pain_points}


def keys(store: Store, run_id: str = "r1") -> dict[str, int]:
    return {item.comment.id: item.key for item in store.comments(run_id, limit=1000).comments}


def scan(store: Store, run_id: str = "r1") -> dict:
    """The figures again, from the rows one by one, in plain Python."""
    items = store.comments(run_id, limit=1000).comments
    annotations = {item.comment.id: item.annotation for item in items}
    said = {item.comment.id: item.touchpoints for item in items}
    reviewed = {item.comment.id: {review.target for review in item.reviews} for item in items}
    book = store.codebook_of(run_id).book
    points = book.by_id
    complaints = {(one.quote.comment_id, one.quote.start): one for note in annotations.values() for one in complaints_of(note)}
    homes: dict[str, list] = {}
    outside = book.run.beside
    outcome = outcome_of(book)
    for member in book.run.members:
        home = outcome.homes[member.ref]
        complaint = complaints[member.comment_id, member.start]
        touchpoint = points[home].touchpoint if home else complaint.touchpoint
        denied = touchpoint in reviewed[member.comment_id] and said[member.comment_id].get(touchpoint) != "negative"
        if home and points[home].status == "active" and not denied:
            homes.setdefault(home, []).append(complaint)
        elif home is None and member.ref not in outcome.excluded and not denied:
            outside += 1
    sentiment = Counter(item.sentiment for item in items)
    mentions = Counter(touchpoint for touchpoints in said.values() for touchpoint in touchpoints)
    negative = Counter(touchpoint for touchpoints in said.values() for touchpoint, label in touchpoints.items() if label == "negative")
    n = len(items)
    return {
        "sentiment": {label: (sentiment[label], share(sentiment[label], n), wilson(sentiment[label], n)) for label in LABELS},
        "journey": {touchpoint: (count, negative[touchpoint]) for touchpoint, count in mentions.items()},
        "points": {
            point: (
                points[point].label,
                len(members),
                len({one.quote.comment_id for one in members}),
                share(len({one.quote.comment_id for one in members}), n),
                wilson(len({one.quote.comment_id for one in members}), n),
                severity(members),
            )
            for point, members in homes.items()
        },
        "unassigned": outside,
    }


def told(store: Store, run_id: str = "r1") -> dict:
    analysis = store.current(run_id).analysis
    return {
        "sentiment": {label: (one.n, one.share, one.interval) for label, one in analysis.metrics.sentiment.items()},
        "journey": {cell.touchpoint: (cell.mentions, cell.negative) for cell in analysis.journey if cell.mentions},
        "points": {
            point.id: (point.label, point.size, point.comments, point.share, point.interval, point.severity)
            for point in analysis.pain_points
        },
        "unassigned": analysis.unassigned.size,
    }


def same(store: Store, run_id: str = "r1") -> None:
    found, wanted = told(store, run_id), scan(store, run_id)
    wanted["journey"] = {touchpoint: counts for touchpoint, counts in wanted["journey"].items() if touchpoint in JOURNEY}
    assert found == wanted


JOURNEY = {"delivery", "staff_service", "product_quality", "overall"}  # of the touchpoints in `ROWS`, those of the retail taxonomy


def test_current_of_an_untouched_run_is_the_analysis(store):
    analysis = coded_run(store, ROWS)
    bare = tuple(point.model_copy(update={"members": ()}) for point in analysis.pain_points)
    assert store.current("r1").analysis == analysis.model_copy(update={"pain_points": bare})
    assert store.current_with_members("r1").model_dump_json(indent=1) == analysis.model_dump_json(indent=1)
    same(store)


def test_current_of_a_run_without_a_codebook_takes_reviews_and_refuses_edits(store):
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    points = [pain_point("pp-1", "客服不回复", [batch[0], batch[4]])]
    analysis = analysis_of(batch, "r1", points)
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis)
    assert store.current_with_members("r1") == analysis
    store.add_review("r1", keys(store)["5"], "customer_support", "neutral", "小王")
    now = store.current("r1").analysis
    assert (now.pain_points[0].size, now.pain_points[0].comments, now.pain_points[0].share) == (1, 1, 0.125)
    assert [quote.comment_id for quote in now.pain_points[0].quotes] == ["1"]
    assert [item.comment.id for item in store.comments("r1", CommentFilter(pain_point="pp-1")).comments] == ["1"]
    with pytest.raises(ConflictError) as refused:
        store.edit_codebook("r1", lambda book: book)
    assert refused.value.code == "no_codebook"
    with pytest.raises(RecordNotFound):
        store.edit_codebook("r9", lambda book: book)


def test_current_after_reviews_and_after_taking_them_back(store):
    analysis = coded_run(store, ROWS)
    before = told(store)
    key = keys(store)["0"]
    store.add_reviews("r1", key, {"sentiment": "neutral", "delivery": None, "packaging": "negative"}, "小王")
    now = told(store)
    assert now["sentiment"]["neutral"][0] == before["sentiment"]["neutral"][0] + 1
    assert now["journey"]["packaging"] == (1, 1)
    slow = ids(store)["配送慢"]
    assert now["points"][slow][1] == before["points"][slow][1] - 1
    JOURNEY.add("packaging")
    same(store)
    for target in ("packaging", "delivery", "sentiment"):
        assert store.withdraw_review("r1", key, "小王").target == target
        same(store)
    assert told(store) == before
    assert store.run("r1").analysis.metrics == analysis.metrics
    with pytest.raises(RecordNotFound):
        store.withdraw_review("r1", key, "小王")
    with pytest.raises(RecordNotFound):
        store.withdraw_review("r1", key, "小李")


def test_current_after_edits_and_after_undoing_them(store):
    coded_run(store, ROWS)
    before, known = told(store), ids(store)
    slow, rude, cold = known["配送慢"], known["态度差"], known["饭菜凉"]

    def edit(change, by="小王"):
        book = store.edit_codebook("r1", change, by)
        same(store)
        return book

    book = edit(lambda book: split(book, slow, ["小时"], "等太久")[0])
    new = next(point.id for point in book.pain_points if point.label == "等太久")
    preview = store.split_preview("r1", rude, ["态度"])
    assert preview.size + preview.stays == told(store)["points"][rude][1]
    edit(lambda book: rename(book, slow, "送货慢"))
    edit(lambda book: merge(book, cold, rude))
    edit(lambda book: move(book, [the_member(book, "0")], rude))
    edit(lambda book: exclude(book, [the_member(book, "1")]))
    edit(lambda book: pin(book, rude, the_member(book, "0")))
    edit(lambda book: lock(book, rude))
    edit(lambda book: dismiss(book, new))
    now = store.current("r1").analysis
    assert [point.label for point in now.pain_points] == ["态度差", "送货慢"]
    assert now.pain_points[0].quotes[0].comment_id == "0"
    assert new not in {change.id for change in now.changes}
    detail = store.pain_point("r1", rude)
    assert (detail.locked, detail.editable, detail.edited, detail.status) == (True, True, True, "active")
    assert [(one.kind, one.by) for one in detail.history] == [("merge", "小王"), ("move", "小王"), ("pin", "小王"), ("lock", "小王")]
    assert sum(week.comments for week in detail.trend) == detail.point.comments
    assert sum(week.of for week in detail.trend) == len(ROWS)
    assert (store.pain_point("r1", cold).status, store.pain_point("r1", cold).into, store.pain_point("r1", cold).rank) == (
        "merged",
        rude,
        None,
    )
    for point in now.pain_points:
        listed = store.comments("r1", CommentFilter(pain_point=point.id), limit=1000).comments
        assert len(listed) == point.comments
        assert all(point.id in {one.pain_point for one in item.pain_points} for item in listed)
    committed = edit(lambda book: commit(book, "整理"))
    assert (committed.version, store.current("r1").analysis.run.codebook_version) == (2, 2)
    assert history(committed)[-1].version == 2
    edit(lambda book: restore(book, cold))
    edit(lambda book: undo(book)[0])
    edit(lambda book: rollback(book, 1))
    after = told(store)
    assert after == before
    assert store.run("r1").analysis.pain_points[0].label == "配送慢"


def test_current_rename_alone_counts_nothing_anew(store):
    coded_run(store, ROWS)
    before = store.current("r1").analysis.pain_points
    store.edit_codebook("r1", lambda book: rename(book, before[0].id, "又慢又冷"))
    after = store.current("r1").analysis.pain_points
    assert after[0].label == "又慢又冷"
    assert [(point.id, point.size, point.severity, point.quotes) for point in after] == [
        (point.id, point.size, point.severity, point.quotes) for point in before
    ]


def test_current_pins_of_earlier_runs_can_be_taken_back(store):
    coded_run(store, ROWS)
    slow = ids(store)["配送慢"]
    store.edit_codebook("r1", lambda book: pin(book, slow, the_member(book, "7")))
    assert store.current("r1").analysis.pain_points[0].quotes[0].comment_id == "7"
    coded_run(store, ROWS, "r2")
    assert store.current("r2").analysis.pain_points[0].quotes[0].comment_id == "7"
    store.edit_codebook("r2", lambda book: pin(book, slow, the_member(book, "7"), pinned=False))
    after = store.current("r2").analysis.pain_points[0]
    assert (after.id, after.size) == (slow, store.run("r2").analysis.pain_points[0].size)
    same(store, "r2")


def test_current_edits_go_to_the_last_run_of_the_codebook(store):
    coded_run(store, ROWS)
    first = ids(store)
    store.edit_codebook("r1", lambda book: rename(book, first["配送慢"], "送货慢"))
    store.edit_codebook("r1", lambda book: commit(book, "改名"))
    again = coded_run(store, [*ROWS, [SLOW[0]]], "r2")
    assert {point.id for point in again.pain_points} == set(first.values())
    assert next(point.label for point in again.pain_points if point.id == first["配送慢"]) == "送货慢"
    assert {change.kind for change in again.changes} == {"steady"}
    with pytest.raises(ConflictError) as refused:
        store.edit_codebook("r1", lambda book: book)
    assert refused.value.code == "not_last_run"
    assert ids(store)["送货慢"] == first["配送慢"]  # kept (see `test_store_run_codebooks`)
    same(store, "r2")
    store.edit_codebook("r2", lambda book: dismiss(book, first["配送慢"]))
    assert first["配送慢"] not in {point.id for point in store.current("r2").analysis.pain_points}


def test_current_nobody_overwrites_what_somebody_else_decided(store):
    coded_run(store, ROWS)
    slow, rude = ids(store)["配送慢"], ids(store)["态度差"]
    opened = store.codebook("零售")
    store.edit_codebook("r1", lambda book: rename(book, slow, "送货慢"))
    with pytest.raises(ConflictError) as refused:
        store.save_codebook("零售", rename(opened, slow, "太慢"), opened=opened)
    assert refused.value.code == "codebook_changed_meanwhile"
    tried = []

    def meanwhile(book):
        if not tried:  # somebody else is first, once
            tried.append(store.edit_codebook("r1", lambda other: rename(other, rude, "态度恶劣")))
        return rename(book, slow, "送货太慢")

    book = store.edit_codebook("r1", meanwhile)
    assert {book.by_id[slow].label, book.by_id[rude].label} == {"送货太慢", "态度恶劣"}
    with closing(Store(store.database.url.render_as_string(hide_password=False))) as other:
        assert other.codebook("零售") == book


def test_current_when_erased_keeps_figures_and_loses_words(store):
    coded_run(store, ROWS)
    before = told(store)
    store.erase_customer("C0")
    assert told(store)["points"] == before["points"]
    assert all(item.comment.id != "0" for item in store.comments("r1", limit=1000).comments)
    assert not any(quote.comment_id == "0" for point in store.current_with_members("r1").pain_points for quote in point.members)


KINDS = ["merge", "split", "rename", "move", "exclude", "dismiss", "restore", "commit", "undo", "rollback"]
NUMBERS = st.integers(0, len(ROWS) - 1)
STEPS = st.lists(
    st.tuples(st.just("review"), NUMBERS, st.sampled_from(["sentiment", *sorted(JOURNEY)]), st.sampled_from([None, *LABELS]))
    | st.tuples(st.just("withdraw"), NUMBERS)
    | st.tuples(st.sampled_from(KINDS), st.integers(0, 9), st.integers(0, 30)),
    max_size=10,
)


def step_edit(kind: str, one: int, other: int):
    def change(book):
        points = [point.id for point in book.pain_points]
        point, second = points[one % len(points)], points[other % len(points)]
        members = [member.ref for member in book.run.members]
        member = members[(7 * other + one) % len(members)]
        return {
            "merge": lambda: merge(book, point, second),
            "split": lambda: split(book, point, [["太", "了", "态度", "凉"][other % 4]], f"新{one}{other}")[0],
            "rename": lambda: rename(book, point, f"名{other}"),
            "move": lambda: move(book, [member], second),
            "exclude": lambda: exclude(book, [member]),
            "dismiss": lambda: dismiss(book, point),
            "restore": lambda: restore(book, point),
            "commit": lambda: commit(book, "提交"),
            "undo": lambda: undo(book)[0],
            "rollback": lambda: rollback(book, 1 + other % max(book.version, 1)),
        }[kind]()

    return change


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_current_equals_a_scan_after_any_reviews_and_edits(tmp_path_factory, steps):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('current')}/voc.db")
    store.upgrade()
    analysis = coded_run(store, ROWS)
    known = keys(store)
    for kind, *more in steps:
        if kind == "review":
            number, target, label = more
            if label or target != "sentiment":
                store.add_review("r1", known[str(number)], target, label, "小王")
        elif kind == "withdraw":
            with suppress(RecordNotFound):
                store.withdraw_review("r1", known[str(more[0])], "小王")
        else:
            with suppress(CodebookError):
                store.edit_codebook("r1", step_edit(kind, *more))
        same(store)
    now = store.current_with_members("r1")
    for point in now.pain_points:
        assert (len(point.members), len({quote.comment_id for quote in point.members})) == (point.size, point.comments)
    assert store.run("r1").analysis == analysis.model_copy(
        update={"pain_points": tuple(point.model_copy(update={"members": ()}) for point in analysis.pain_points)}
    )
    store.close()


def test_rows_are_as_the_tests_take_them():
    assert all(part in TOPIC_OF or part in ("很好", "不错", "味道不错") for row in ROWS for part in row)
