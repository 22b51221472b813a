"""Search finds what a scan of the normalised texts finds, no more and no less."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import throwaway_postgres
from toy_store import TEXTS, Scored, analysis_of, scored, small_batch
from voc.normalise import normalise
from voc.store import CommentFilter, Store


def save(store: Store, batch: list[Scored], run_id: str = "r1") -> None:
    comments, annotations = zip(*batch, strict=True)
    store.save_run(store.add_upload("三月.xlsx").id, comments, annotations, analysis_of(batch, run_id))


def found(store: Store, query: str, run_id: str = "r1") -> list[str]:
    return [item.annotation.id for item in store.comments(run_id, CommentFilter(q=query), limit=1000).comments]


def scan(batch: list[Scored], query: str) -> list[str]:
    wanted = normalise(query).normalised.casefold()
    return [annotation.id for _, annotation in batch if wanted in annotation.normalised.casefold()]


@pytest.fixture(scope="module")
def stores(request, tmp_path_factory):
    """One store on each kind of database, for many examples."""
    urls = [f"sqlite:///{tmp_path_factory.mktemp('search')}/voc.db"]
    if not throwaway_postgres.why_not():
        urls.append(request.getfixturevalue("postgres").format("postgres"))
    opened = [Store(url) for url in urls]
    for store in opened:
        store.upgrade()
        save(store, small_batch())
    yield opened
    for store in opened:
        store.downgrade("base")
        store.close()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("退款", "1"),
        ("客服", "15"),
        ("客服不回", "15"),
        ("客服不回复", "1"),
        ("快遞", "36"),  # Traditional finds Simplified
        ("快递", "36"),  # and the other way round
        ("不错", "2"),
        ("款项", "4"),
        ("服不", "15"),  # across two words
        ("退", "14"),  # one character
        ("iphone 也", "7"),
        ("ＩＰＨＯＮＥ", "7"),
        ("了,味", "2"),
        ("100%", "8"),
        ("意_无", "8"),
        ("意%无", ""),
        ('退"款', ""),
        ("退款 OR 客服", ""),
        ("退款*", ""),
        ("\\'", ""),
        ("  退款  ", "1"),
        ("没有这句话", ""),
    ],
)
def test_search_finds(stores, query, numbers):
    assert scan(small_batch(), query) == list(numbers)
    for store in stores:
        assert found(store, query) == list(numbers)


def test_search_takes_a_very_long_query(store):
    batch = [*small_batch(), scored("9", "退款" + "慢慢来" * 3000 + "完")]
    save(store, batch)
    assert found(store, "退款" + "慢慢来" * 3000) == ["9"]
    assert found(store, "退款" + "慢慢来" * 3000 + "终") == []


PIECES = st.sampled_from(
    [*"不回款aB1😡𠮷éÉßİ'\"%_\\ ，ｆ\u2028-*", "退款", "客服", "快遞"],
)
ANY = st.lists(PIECES, max_size=8).map("".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


RUN = iter(range(2, 1_000_000))


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(ANY, min_size=1, max_size=6), data=st.data())
def test_search_equals_a_scan(stores, texts, data):
    batch = [scored(str(number), text) for number, text in enumerate(texts)]
    parts = [annotation.text for _, annotation in batch]
    start, length = data.draw(st.integers(0, 6)), data.draw(st.integers(1, 4))
    query = data.draw(st.sampled_from(parts).map(lambda text: text[start : start + length]) | ANY)
    run_id = f"r{next(RUN)}"
    for store in stores:
        save(store, batch, run_id)
        assert found(store, query, run_id) == scan(batch, query)


def test_search_examples_hold_both_scripts():
    assert any("快遞" in text for text in TEXTS)
    assert any("快递" in text for text in TEXTS)
