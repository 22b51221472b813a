"""The report of a run in the store: which run it is compared with, and what is quoted after edits."""

from __future__ import annotations

import pytest

from toy_store import analysis_of, coded_run, pain_point, scored
from voc.codebook import Ref, clause_digest, move
from voc.report.stored import Stored
from voc.store import Store


@pytest.fixture
def store(tmp_path):
    with_tables = Store(f"sqlite:///{tmp_path}/voc.db")
    with_tables.upgrade()
    yield with_tables
    with_tables.close()


def kept(store: Store, run: str, day: int, *, codebook: str | None = "零售", upload: int | None = None, private: bool = False) -> int:
    """Save a run of forty comments of its own, `day` the day of June that it was made on."""
    batch = [scored(str(number), f"送餐太慢了 {number}", "negative", "delivery") for number in range(40)]
    analysis = analysis_of(batch, run, [pain_point("pp-1", "配送慢", batch[:20])], started_at=f"2024-06-{day:02}T08:00:00+00:00")
    number = upload or store.add_upload(f"{run}.xlsx", private=private).id
    settings = {"quality": "fast", **({"codebook": codebook} if codebook else {})}
    store.save_run(number, *zip(*batch, strict=True), analysis, settings)
    return number


def report_of(store: Store, run: str, **more) -> Stored:
    return Stored(store, store.current(run), **more)


def test_compared_is_the_last_run_before_it_of_the_same_codebook(store):
    kept(store, "r1", 1)
    kept(store, "r2", 8)
    kept(store, "r3", 15)
    kept(store, "other", 16, codebook="酒店")
    kept(store, "none", 17, codebook=None)
    assert [report_of(store, run).before for run in ("r1", "r2", "r3", "other", "none")] == [None, "r1", "r2", None, None]
    assert report_of(store, "r1").since is None
    found = report_of(store, "r3").since
    assert (found.before.run.id, found.same_codebook) == ("r2", True)
    assert "r2" in report_of(store, "r3").html()
    assert "没有更早的一次可比" in report_of(store, "r1").html()


def test_the_same_comments_analysed_again_are_no_earlier_report(store):
    first = kept(store, "r1", 1)
    kept(store, "r2", 8, upload=first)
    assert report_of(store, "r2").before is None


def test_what_the_reader_may_not_see_is_not_compared_with(store):
    kept(store, "r1", 1)
    kept(store, "r2", 8, private=True)
    kept(store, "r3", 15)
    assert report_of(store, "r3").before == "r2"
    assert report_of(store, "r3", sees=lambda upload: not upload.private).before == "r1"


ROWS = [["送餐太慢了"], ["配送超时"], ["饭是凉的"], ["太贵了"], ["菜不错"]]


def examples(store: Store) -> list[str]:
    return [one.text for one in store.current("r1").analysis.unassigned.examples]


def test_examples_leave_with_reviews_and_with_the_comments_that_are_erased(store):
    coded_run(store, ROWS)
    assert examples(store) == ["太贵了", "饭是凉的"]
    dear = next(one for one in store.comments("r1").comments if one.comment.text == "太贵了")
    store.add_review("r1", dear.key, "price", None)
    now = store.current("r1").analysis.unassigned
    assert (now.size, [one.text for one in now.examples]) == (1, ["饭是凉的"])
    assert now.touchpoints == {"price": 1, "product_quality": 1}  # as the analysis found them
    store.erase_customer("C2")
    assert examples(store) == []


def test_an_example_that_people_move_into_a_pain_point_is_none_any_more(store):
    coded_run(store, ROWS)
    (slow,) = store.current("r1").analysis.pain_points
    store.edit_codebook("r1", lambda book: move(book, [Ref("2", clause_digest("饭是凉的"))], slow.id))
    assert examples(store) == ["太贵了"]
