"""What the store keeps, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import column, inspect, table, text

from toy_store import TEXTS, Scored, analysis_of, pain_point, scored, small_batch
from voc.errors import RecordNotFound, StoreError
from voc.records import Analysis, Answer
from voc.store import CommentFilter, Store, filtered
from voc.store.tables import Base


def save(store: Store, batch: list[Scored], run_id: str = "r1", upload_id: int | None = None, **more) -> Analysis:
    comments, annotations = zip(*batch, strict=True)
    analysis = analysis_of(batch, run_id, **more)
    store.save_run(upload_id or store.add_upload("三月.xlsx").id, comments, annotations, analysis, {"quality": "fast"})
    return analysis


def texts(store: Store, run_id: str = "r1", **wanted) -> list[str]:
    return [item.comment.text for item in store.comments(run_id, CommentFilter(**wanted), limit=1000).comments]


def dump(store: Store) -> dict[str, list[tuple]]:
    """Every row of every table of ours."""
    with store.database.read() as connection:
        return {table.name: sorted(connection.execute(table.select()).all(), key=repr) for table in Base.metadata.sorted_tables}


def test_store_gives_back_what_it_was_given(store):
    batch = small_batch()
    points = [pain_point("pp-1", "客服不回复", [batch[0], batch[4]]), pain_point("pp-2", "退款慢", [batch[0], batch[3]], "after_sales")]
    analysis = save(store, batch, points=points, codebook_version=3)
    stored = store.run("r1")
    bare = tuple(point.model_copy(update={"members": ()}) for point in points)
    assert stored.analysis == analysis.model_copy(update={"pain_points": bare})
    assert (stored.settings, stored.models, stored.codebook_version) == ({"quality": "fast"}, {"sentiment": "toy@1"}, 3)
    assert store.pain_points("r1") == bare
    page = store.comments("r1")
    assert page.next is None
    assert [item.annotation for item in page.comments] == [annotation for _, annotation in batch]
    assert [item.comment for item in page.comments] == [
        comment.model_copy(update={"text": annotation.text}) for comment, annotation in batch
    ]


def test_store_keeps_no_personal_data_of_a_comment(store):
    save(store, [scored("1", "打我手机13800138000，我叫王小明", extra={"联系人": "李四"}, customer_id="13900139000")])
    said = repr(dump(store))
    assert "[手机]" in said
    assert not [word for word in ("13800138000", "13900139000", "王小明", "李四") if word in said]


def test_store_a_second_run_adds_and_never_alters(store):
    batch = small_batch()
    upload = store.add_upload("三月.xlsx").id
    save(store, batch, "r1", upload, points=[pain_point("pp-1", "客服不回复", batch[:1])])
    before = dump(store)
    again = [scored(comment.id, comment.text, "positive", "overall") for comment, _ in batch]
    save(store, again, "r2", upload, started_at="2024-07-01T08:00:00+00:00")
    after = dump(store)
    assert all(set(rows) <= set(after[name]) for name, rows in before.items())
    assert after["comment"] == before["comment"]
    assert after["problem"] == before["problem"]
    assert len(after["annotation"]) == 2 * len(before["annotation"])
    assert [run.id for run in store.runs()] == ["r2", "r1"]
    assert texts(store, "r1", sentiment="positive") != texts(store, "r2", sentiment="positive")


def test_store_a_run_that_cannot_be_saved_leaves_nothing(store):
    batch = small_batch()
    save(store, batch)
    before = dump(store)
    with pytest.raises(StoreError, match="库中") as refused:
        save(store, batch, "r1", 1)
    assert refused.value.code == "run_exists"
    for wrong in (batch[1:], [*batch[1:], batch[0]]):
        with pytest.raises(StoreError) as refused:
            store.save_run(1, [comment for comment, _ in batch], [annotation for _, annotation in wrong], analysis_of(batch, "r2"))
        assert refused.value.code == "other_comments"
    with pytest.raises(StoreError):
        save(store, batch[1:], "r2", 1, points=[pain_point("pp-1", "别处的", [scored("77", "不在这里")])])
    with pytest.raises(RecordNotFound):
        save(store, batch, "r2", 12)
    assert dump(store) == before


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, "12345678"),
        ({"touchpoint": "delivery"}, "236"),
        ({"sentiment": "positive"}, "378"),
        ({"touchpoint": "delivery", "sentiment": "negative"}, "6"),
        ({"pain_point": "pp-1"}, "15"),
        ({"pain_point": "pp-9"}, ""),
        ({"channel": "微信"}, "1357"),
        ({"store": "1号店", "q": "退款"}, ""),
        ({"store": "2号店", "q": "退款"}, "1"),
        ({"from": "2024-04"}, "345678"),
        ({"to": "2024-04-14"}, "1234"),
        ({"from": "2024-04-14", "to": "2024-04"}, "45"),
    ],
)
def test_store_comments_by(store, wanted, numbers):
    batch = small_batch()
    save(store, batch, points=[pain_point("pp-1", "客服不回复", [batch[0], batch[4]])])
    assert [item.comment.id for item in store.comments("r1", CommentFilter(**wanted)).comments] == list(numbers)


@pytest.mark.parametrize("wanted", [{"from": "2024-04"}, {"to": "2024-04"}, {"from": "2024-03", "to": "2024-04-20", "channel": "微信"}])
@pytest.mark.parametrize("order", ["stored", "uncertain", "random"])
def test_store_finds_the_same_days_of_few_comments_and_of_many(store, monkeypatch, wanted, order):
    save(store, small_batch())
    few = [item.comment.id for item in store.comments("r1", CommentFilter(**wanted, order=order)).comments]
    monkeypatch.setattr(filtered, "GATHERED", 0)
    assert [item.comment.id for item in store.comments("r1", CommentFilter(**wanted, order=order)).comments] == few != []


def test_store_reviews_win_and_the_newest_of_them(store):
    save(store, small_batch())
    keys = {item.comment.id: item.key for item in store.comments("r1").comments}
    store.add_review("r1", keys["2"], "sentiment", "positive", "小王")
    store.add_review("r1", keys["2"], "sentiment", "negative", "小李")
    store.add_review("r1", keys["2"], "delivery", None)
    store.add_review("r1", keys["1"], "packaging", "negative")
    store.add_review("r1", keys["3"], "delivery", None)
    store.add_review("r1", keys["3"], "delivery", "neutral")
    second = store.comments("r1").comments[1]
    assert (second.sentiment, second.touchpoints) == ("negative", {})
    assert [review.reviewer for review in second.reviews] == ["小王", "小李", None]
    assert second.annotation.sentiment.label == "neutral"  # what the model said stays
    everything = store.comments("r1").comments
    assert everything[2].touchpoints == {"delivery": "neutral"}
    for label in ("negative", "neutral", "positive"):
        assert texts(store, sentiment=label) == [item.comment.text for item in everything if item.sentiment == label]
    for touchpoint in ("delivery", "packaging", "after_sales", "overall"):
        assert texts(store, touchpoint=touchpoint) == [item.comment.text for item in everything if touchpoint in item.touchpoints]


@pytest.mark.parametrize(
    ("run_id", "key", "target", "label", "code"),
    [
        ("r1", 99, "sentiment", "negative", "unknown_comment"),
        ("r9", 1, "sentiment", "negative", "unknown_comment"),
        ("r1", 1, "sentiment", None, "bad_review"),
        ("r1", 1, "sentiment", "坏", "bad_review"),
        ("r1", 1, "", "negative", "bad_review"),
    ],
)
def test_store_refuses_a_review_of(store, run_id, key, target, label, code):
    save(store, small_batch())
    with pytest.raises(StoreError) as refused:
        store.add_review(run_id, key, target, label)
    assert refused.value.code == code


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), limit=st.integers(1, 5))
def test_store_pages_are_stable_while_others_write(tmp_path_factory, sizes, limit):
    store = Store(f"sqlite:///{tmp_path_factory.mktemp('pages')}/voc.db")
    store.upgrade()
    save(store, small_batch())
    seen, cursor, more = [], None, list(sizes)
    while True:
        page = store.comments("r1", cursor=cursor, limit=limit)
        seen += [item.comment.text for item in page.comments]
        if more:
            save(store, small_batch()[: more.pop()], f"other{len(more)}")
        if page.next is None:
            break
        cursor = page.next
    store.close()
    assert len(seen) == len(TEXTS)
    assert seen == [annotation.text for _, annotation in small_batch()]


@pytest.mark.parametrize("cursor", ["x", "第二页", "Y29tbWVudDp4", "Y29tbWVudDox1", "cnVuOjE", ""])
def test_store_refuses_a_cursor_that_is_not_its_own(store, cursor):
    save(store, small_batch())
    if cursor:
        with pytest.raises(StoreError) as refused:
            store.comments("r1", cursor=cursor)
        assert refused.value.code == "bad_cursor"
    with pytest.raises(StoreError):
        store.comments("r1", limit=0)


def test_store_unknown_run_is_said_to_be_unknown(store):
    for call in (store.run, store.comments, store.pain_points):
        with pytest.raises(RecordNotFound, match="r9"):
            call("r9")


def test_store_migrations_go_up_and_down_with_data_in(store):
    batch = small_batch()
    save(store, batch, points=[pain_point("pp-1", "客服不回复", batch[:2])])
    before = dump(store)
    store.downgrade("0001")
    with pytest.raises(StoreError) as refused:
        store.runs()
    assert refused.value.code == "old_schema"
    store.upgrade()
    assert dump(store) == before
    assert texts(store, q="快遞") == [TEXTS[2], TEXTS[5]]
    store.upgrade()  # once more changes nothing
    store.downgrade("base")
    with store.database.read() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version", "sqlite_sequence"}
    store.upgrade()
    save(store, batch)
    assert len(texts(store)) == len(batch)


def test_store_migrations_carry_scores_of_those_who_wrote_nothing(store):
    """An older store has the NPS on every blank answer of a row, and on rows where something was written beside it."""
    batch = small_batch()
    save(store, batch)
    store.downgrade("0009")
    older = ((70, "哪里不好", 3), (70, "还有什么", 3), (71, "哪里不好", 10), (batch[0][0].row, "还有什么", 1), (72, "哪里不好", None))
    names = ("upload_id", "kind", "file", "row", "column", "reason", "hint", "nps")
    with store.database.write() as connection:
        for row, header, nps in older:
            said = dict(zip(names, (1, "problem", "三月.xlsx", row, header, "空白回答", "", nps), strict=True))
            connection.execute(table("problem", *map(column, names)).insert().values(said))
    store.upgrade()
    assert store.wordless(1) == {("三月.xlsx", 70): Answer(nps=3), ("三月.xlsx", 71): Answer(nps=10)}
    before = dump(store)
    store.downgrade("0009")
    with store.database.read() as connection:
        rows = connection.exec_driver_sql('SELECT "row", nps FROM problem WHERE nps IS NOT NULL ORDER BY id').all()
    assert [tuple(row) for row in rows] == [(70, 3), (71, 10)]
    store.upgrade()
    assert dump(store) == before


def test_store_migrations_make_the_tables_that_the_code_knows(store):
    with store.database.read() as connection:
        ours = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("comment_search")}
        assert compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata) == []


def test_store_on_sqlite_is_wal_strict_and_holds_foreign_keys(tmp_path):
    store = Store(f"sqlite:///{tmp_path}/deep/voc.db")
    store.upgrade()
    with store.database.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys", "secure_delete")
        }
        tables = connection.execute(text("SELECT name FROM pragma_table_list WHERE strict")).scalars().all()
    store.close()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1}
    assert set(tables) == set(Base.metadata.tables)
