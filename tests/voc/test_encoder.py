from __future__ import annotations

import shutil
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import cut
from voc.encoder import WINDOW, Encoded, OnnxEncoder, Tokens, encode_with, load_encoder, load_tokenizer, pool, tokenise
from voc.errors import ModelNotFound
from voc.sentiment import Passage
from voc.static import StaticEncoder
from voc.transformer import TransformersEncoder

COMMENTS = [
    "送餐太慢了,味道不错",
    "很好",
    "",
    "客服一直不回复,申请退货被拒绝!再也不来了",
    "房间很干净,前台热情,早餐一般,隔音差。",
    "龘靐齉",  # nothing that it can read
    "ok",
    "停车不方便;排队太久" * 9,
    "   ",
]
LONG = "手机屏幕有划痕,申请退货被拒绝。" * 130  # 2,080 characters
MANY = [cut(f"{text}{number}") for number in range(11) for text in COMMENTS]  # 99 of nine lengths


@pytest.fixture(scope="module", params=["onnx", "static"])
def encoder(request, tiny_onnx, tiny_static):
    return OnnxEncoder(tiny_onnx, threads=1) if request.param == "onnx" else StaticEncoder(tiny_static)


def same(left: Encoded, right: Encoded) -> bool:
    return np.array_equal(left.comment, right.comment) and np.array_equal(left.clauses, right.clauses)


# What every encoder promises


@pytest.mark.parametrize("size", [1, 7, 64])
def test_encode_gives_the_same_vectors_in_batches_of_any_size(encoder, size):
    together = encoder.encode(MANY)
    apart = [each for at in range(0, len(MANY), size) for each in encoder.encode(MANY[at : at + size])]
    assert all(map(same, together, apart))


def test_encode_gives_the_same_vectors_in_any_order_and_beside_a_long_text(encoder):
    together = encoder.encode(MANY)
    order = np.random.default_rng(0).permutation(len(MANY))
    mixed = encoder.encode([cut(LONG), *(MANY[index] for index in order)])[1:]
    assert all(same(together[index], found) for index, found in zip(order, mixed, strict=True))


def test_encode_gives_a_vector_a_comment_and_one_a_clause(encoder):
    whole, none = encoder.encode([cut("送餐太慢了,味道不错"), Passage("很好", ())])
    assert whole.clauses.shape == (2, *whole.comment.shape)
    assert whole.comment.dtype == whole.clauses.dtype == np.float32
    assert not np.array_equal(whole.clauses[0], whole.clauses[1])
    np.testing.assert_array_equal(none.clauses, [none.comment])
    assert encoder.encode([]) == []


@pytest.mark.parametrize("text", ["", " ", "龘靐齉", "\N{PILE OF POO}", "\u200b"])
def test_encode_of_nothing_to_read_is_finite(encoder, text):
    (found,) = encoder.encode([cut(text)])
    assert np.isfinite(found.comment).all()
    assert np.isfinite(found.clauses).all()


def test_encode_reads_a_long_text_to_its_last_character(encoder):
    other = LONG[:-1] + "!"
    long, changed = encoder.encode([cut(LONG), cut(other)])
    assert not np.array_equal(long.comment, changed.comment)
    assert long.clauses.shape[0] == 260
    farther = cut(LONG[:-2] + "差。")
    assert not np.array_equal(long.clauses[-1], encoder.encode([farther])[0].clauses[-1])


# Windows


@st.composite
def tokens(draw) -> Tokens:
    length = draw(st.integers(1, 60))
    borders = sorted(draw(st.sets(st.integers(0, length), max_size=12)))
    return Tokens(np.arange(length), list(pairwise(borders)))


@given(tokens(), st.integers(1, 20))
@settings(max_examples=200, deadline=None)
def test_windows_follow_each_other_without_gaps_and_prefer_to_cut_between_clauses(read, limit):
    windows = read.windows(limit)
    assert [place for window in windows for place in range(*window)] == list(range(len(read.ids)))
    assert all(1 <= end - start <= limit for start, end in windows)
    starts = {start for start, _ in read.clauses}
    for start, end in windows[:-1]:
        between = [place for place in starts if start < place <= start + limit]
        assert end == max(between, default=start + limit)


@pytest.mark.parametrize(
    ("clauses", "limit", "windows"),
    [
        ([(0, 4), (4, 10)], 10, [(0, 10)]),  # fits: one part
        ([(0, 4), (4, 7), (7, 10)], 8, [(0, 7), (7, 10)]),
        ([(0, 10)], 4, [(0, 4), (4, 8), (8, 10)]),  # a clause that is too long is cut inside
        ([], 9, [(0, 9), (9, 10)]),
        ([(0, 2), (2, 10)], 5, [(0, 2), (2, 7), (7, 10)]),
    ],
)
def test_windows_cut_at_the_last_clause_that_fits(clauses, limit, windows):
    assert Tokens(np.arange(10), clauses).windows(limit) == windows


# Tokens


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("送餐太慢了,味道不错", [["▁", "送餐", "太慢", "了"], ["味道", "不错"]]),
        ("太慢", [["▁", "太慢"]]),
        ("龘龘,很好", [["<unk>"], ["很好"]]),
        ("ok,客服 回复", [["▁", "o", "k"], ["客服", "▁", "回复"]]),
    ],
)
def test_tokenise_finds_the_tokens_of_each_clause(tiny_onnx, text, pieces):
    tokenizer = load_tokenizer(tiny_onnx)
    (read,) = tokenise(tokenizer, [cut(text)])
    found = [[tokenizer.id_to_token(index) for index in read.ids[start:end].tolist()] for start, end in read.clauses]
    assert [[piece for piece in clause if piece != "▁" or "▁" in wanted] for clause, wanted in zip(found, pieces, strict=True)] == pieces


def test_tokenise_reads_an_empty_comment_as_one_unknown_token(tiny_onnx):
    (read,) = tokenise(load_tokenizer(tiny_onnx), [Passage("", ())])
    assert read.ids.tolist() == [3]
    assert read.windows() == [(0, 1)]


@given(st.text(alphabet="送餐太慢很好龘a1,。! \U0001f600", max_size=30))
@settings(max_examples=100, deadline=None)
def test_tokenise_gives_every_clause_tokens_in_order(tiny_onnx_tokenizer, text):
    passage = cut(text)
    (read,) = tokenise(tiny_onnx_tokenizer, [passage])
    assert len(read.clauses) == len(passage.spans)
    assert all(0 <= start < end <= len(read.ids) for start, end in read.clauses)
    assert read.clauses == sorted(read.clauses)


@pytest.fixture(scope="module")
def tiny_onnx_tokenizer(tiny_onnx):
    return load_tokenizer(tiny_onnx)


def test_load_tokenizer_neither_cuts_nor_fills(tiny_onnx, tmp_path):
    tokenizer = load_tokenizer(tiny_onnx)
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=9)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    short, long = tokenise(load_tokenizer(tmp_path), [cut("很好"), cut(LONG)])
    assert len(short.ids) < 4
    assert len(long.ids) > 1000


# Pooling


def test_pool_is_the_mean_of_all_and_of_each_clause():
    hidden = np.array([[1, 0], [3, 0], [5, 6]], dtype=np.float32)
    found = pool(hidden, [(0, 2), (2, 3)])
    assert found.comment.tolist() == [3, 2]
    assert found.clauses.tolist() == [[2, 0], [5, 6]]
    assert pool(hidden, []).clauses.tolist() == [[3, 2]]


def test_encode_with_reads_every_token_once_and_leaves_marks_and_filling_out(tiny_onnx_tokenizer):
    shapes = []

    def run(ids, mask):
        shapes.append(ids.shape)
        ends = mask.sum(axis=1) - 1
        assert (ids[:, 0] == 0).all()
        assert (ids[np.arange(len(ids)), ends] == 2).all()
        assert (ids[mask == 0] == 1).all()
        return ids[:, :, None].astype(np.float32)

    passages = [cut(LONG), *MANY]
    found = encode_with(run, tiny_onnx_tokenizer, passages)
    for read, encoded in zip(tokenise(tiny_onnx_tokenizer, passages), found, strict=True):
        assert encoded.comment[0] == pytest.approx(read.ids.mean(), rel=1e-6)
        wanted = [read.ids[start:end].mean() for start, end in read.clauses] or [read.ids.mean()]
        np.testing.assert_allclose(encoded.clauses[:, 0], wanted, rtol=1e-6)
    assert all(length % 16 == 0 and length <= WINDOW + 2 and count * length <= 4096 for count, length in shapes)
    assert len(shapes) < len(passages), "texts of one length are read side by side"


# Folders


def test_load_encoder_knows_the_three_kinds_of_folders(tiny_onnx, tiny_static, tiny_bert):
    kinds = [type(load_encoder(folder)) for folder in (tiny_onnx, tiny_static, tiny_bert)]
    assert kinds == [OnnxEncoder, StaticEncoder, TransformersEncoder]


@pytest.mark.parametrize("make", [load_encoder, OnnxEncoder, StaticEncoder, TransformersEncoder])
def test_a_folder_that_is_no_encoder_is_named(tmp_path, tiny_tokenizer, make):
    folder = tmp_path / "我的模型"
    with pytest.raises(ModelNotFound, match="我的模型") as missing:
        make(folder)
    assert "tokenizer.json" in missing.value.hint
    assert missing.value.where == {"folder": str(folder)}
    folder.mkdir()
    shutil.copy(tiny_tokenizer, folder)
    with pytest.raises(ModelNotFound, match="我的模型"):
        make(folder)
