"""What people decided of a run's pain points stays in that run when its codebook goes on with the next one."""

from __future__ import annotations

import pytest

from toy_codebook import COLD, DEAR, RUDE, SLOW
from toy_store import coded_run
from voc.codebook import Ref, clause_digest, commit, dismiss, merge, move, pin, rename
from voc.errors import ConflictError
from voc.report.stored import Stored
from voc.store import CommentFilter, RunFilter, Store

ROWS = [[SLOW[n % 4]] for n in range(8)] + [[RUDE[n % 3]] for n in range(6)] + [[COLD[n % 3]] for n in range(5)]
ROWS += [[SLOW[0], RUDE[0]], [COLD[0], RUDE[1], SLOW[2]], ["味道不错", SLOW[1]], [DEAR[0]], ["不错", COLD[1]]]


def ids(store: Store) -> dict[str, str]:
    """Label → id, as the run was analysed."""
    return {point.label: point.id for point in store.run("r1").analysis.pain_points}


def edited(store: Store) -> dict[str, str]:
    """The first run, with names, a merge, a move and a quote that people chose, committed, and a draft."""
    coded_run(store, ROWS)
    known = ids(store)
    slow, rude, cold = (known[label] for label in ("配送慢", "态度差", "饭菜凉"))
    dear = Ref("22", clause_digest(DEAR[0]))
    for change in (
        lambda book: rename(book, slow, "物流送货慢"),
        lambda book: merge(book, rude, slow),
        lambda book: move(book, [dear], cold),
        lambda book: pin(book, slow, Ref("3", clause_digest(SLOW[3]))),
        lambda book: commit(book, "三月核对"),
        lambda book: rename(book, cold, "饭菜送到已凉"),
    ):
        store.edit_codebook("r1", change, "小王")
    return known


def shown(store: Store, run_id: str = "r1") -> dict:
    """All that people see of a run."""
    now = store.current(run_id)
    points = [point.id for point in now.analysis.pain_points]
    with store.export_rows(run_id) as rows:
        table = list(rows.cells())
    return {
        "analysis": now.analysis,
        "members": store.current_with_members(run_id),
        "comments": {point: store.comments(run_id, CommentFilter(pain_point=point), limit=1000) for point in points},
        "all": store.comments(run_id, limit=1000),
        "part": store.part(run_id, RunFilter(channel="微信")),
        "weeks": store.weekly(run_id),
        "details": [store.pain_point(run_id, point).model_copy(update={"editable": None}) for point in (*points, *ids(store).values())],
        "table": table,
        "report": Stored(store, now).html(),
    }


def test_a_run_keeps_what_people_had_decided_when_the_next_one_came(store):
    known = edited(store)
    before = shown(store)
    labels = {point.label: point.comments for point in before["analysis"].pain_points}
    assert set(labels) == {"物流送货慢", "饭菜送到已凉"}
    coded_run(store, [*ROWS, [SLOW[0]]], "r2")
    assert shown(store) == before
    assert {point.label for point in store.current("r2").analysis.pain_points} == set(labels)
    store.edit_codebook("r2", lambda book: dismiss(book, known["饭菜凉"]))
    store.edit_codebook("r2", lambda book: rename(book, known["配送慢"], "配送与态度"))
    coded_run(store, ROWS, "r3")
    assert shown(store) == before
    assert [point.label for point in store.current("r2").analysis.pain_points] == ["配送与态度"]
    assert store.run("r1").analysis.pain_points != before["analysis"].pain_points  # as it was analysed


def test_a_run_whose_codebook_went_on_is_edited_no_more_and_says_so(store):
    known = edited(store)
    assert store.pain_point("r1", known["配送慢"]).editable
    coded_run(store, ROWS, "r2")
    detail = store.pain_point("r1", known["态度差"])
    assert (detail.editable, detail.status, detail.into) == (False, "merged", known["配送慢"])
    assert {(edit.kind, edit.by) for edit in detail.history} == {("merge", "小王")}
    with pytest.raises(ConflictError, match="保留到那时为止的修改") as refused:
        store.edit_codebook("r1", lambda book: rename(book, known["配送慢"], "慢"))
    assert refused.value.code == "not_last_run"


def test_reviews_of_an_earlier_run_still_count_after_its_edits(store):
    edited(store)
    coded_run(store, ROWS, "r2")
    (slow, _) = store.current("r1").analysis.pain_points
    comment = next(one for one in store.comments("r1", limit=1000).comments if one.comment.text == SLOW[0])
    store.add_review("r1", comment.key, "delivery", "positive")
    (now, _) = store.current("r1").analysis.pain_points
    assert (now.label, now.comments) == ("物流送货慢", slow.comments - 1)


def test_a_run_that_nobody_edited_is_shown_as_before_too(store):
    coded_run(store, ROWS)
    dear = next(one for one in store.comments("r1", limit=1000).comments if one.comment.text == DEAR[0])
    store.add_review("r1", dear.key, "price", None)
    before = shown(store)
    coded_run(store, ROWS, "r2")
    assert shown(store) == before


def test_a_report_compares_like_with_like_where_both_runs_show_the_edit(store):
    edited(store)
    coded_run(store, ROWS, "r2")
    (first, _), (last, _) = (store.current(run).analysis.pain_points for run in ("r1", "r2"))
    assert (first.id, first.label, first.comments) == (last.id, last.label, last.comments)


def kept_text(store: Store) -> str:
    with store.database.read() as connection:
        return "".join(row.record + row.run for row in connection.exec_driver_sql("SELECT record, run FROM run_codebook"))


def test_erasure_of_a_customer_reaches_the_codebooks_of_earlier_runs(store):
    edited(store)
    coded_run(store, ROWS, "r2")
    assert DEAR[0] in kept_text(store)
    before = {point.label: point.comments for point in store.current("r1").analysis.pain_points}
    store.erase_customer("C22")
    assert DEAR[0] not in kept_text(store)
    after = {point.label: point.comments for point in store.current("r1").analysis.pain_points}
    assert after == before | {"饭菜送到已凉": before["饭菜送到已凉"] - 1}
    assert not any(quote.comment_id == "22" for point in store.current_with_members("r1").pain_points for quote in point.members)


def test_erasure_of_an_upload_takes_its_codebook_along_and_its_words_out_of_others(store):
    edited(store)
    first = store.run("r1").upload_id
    coded_run(store, [[SLOW[0]]] * 3, "r2")
    coded_run(store, [[SLOW[0]]] * 3, "r3")
    store.erase_upload(first)
    assert DEAR[0] not in kept_text(store)
    with store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT run_id FROM run_codebook").scalars().all() == ["r2"]
    assert [point.label for point in store.current("r2").analysis.pain_points] == ["物流送货慢"]


def test_migration_up_and_down_with_codebooks_that_went_on(store):
    known = edited(store)
    coded_run(store, ROWS, "r2")
    last = shown(store, "r2")
    store.downgrade("0010")
    store.upgrade()
    assert store.current("r1").analysis.pain_points == store.run("r1").analysis.pain_points  # nobody knows any more
    assert shown(store, "r2") == last
    store.edit_codebook("r2", lambda book: rename(book, known["配送慢"], "送货慢"))
    before = shown(store, "r2")
    coded_run(store, ROWS, "r3")
    assert shown(store, "r2") == before
