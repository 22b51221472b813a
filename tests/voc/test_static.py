from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse

from conftest import annotated, cut, small_gold
from voc.classify.heads import Heads
from voc.encoder import OnnxEncoder, load_encoder, load_tokenizer
from voc.records import INTENTS
from voc.static import StaticEncoder
from voc.training.aside import find_unseen, save_seen
from voc.training.static import _RIDGE, _ROUNDS, HEADS, _solve, distil, fit_heads

pytestmark = pytest.mark.usefixtures("one_thread")
TOUCHPOINTS = ("delivery", "product_quality", "customer_support")
THINGS = ("送餐", "味道", "包装", "客服", "房间", "快递", "早餐", "价格", "停车", "手机屏幕")
VERDICTS = ("太慢了", "很好", "不错", "一般", "破了", "很干净", "不方便", "便宜")
TEXTS = [f"{thing}{verdict}" for thing, verdict in itertools.product(THINGS, VERDICTS)]
GOLD = small_gold()
EXAMPLES = [annotated(text, "negative", ("delivery", -1, text), source="example") for text in ("快递太慢", "送餐一直不来", "送餐太久")]


@pytest.fixture(scope="module")
def teacher(tiny_onnx):
    return OnnxEncoder(tiny_onnx, threads=1)


@pytest.fixture(scope="module")
def distilled(tmp_path_factory, teacher, tiny_tokenizer):
    folder = tmp_path_factory.mktemp("distilled") / "fast"
    return folder, distil(teacher, tiny_tokenizer, TEXTS, folder)


UNSEEN = [annotated(f"等了{number}个小时", "negative", ("delivery", -1, "小时")) for number in range(20)]


@pytest.fixture(scope="module")
def taught_teacher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("teacher")
    save_seen(folder, [comment.passage for comment in GOLD])
    return folder


@pytest.fixture(scope="module")
def fitted(distilled, taught_teacher):
    fit_heads(distilled[0], taught_teacher, [*GOLD, *UNSEEN], EXAMPLES, TOUCHPOINTS)
    return distilled[0]


def test_static_vector_is_the_mean_of_its_tokens(tiny_static):
    encoder = StaticEncoder(tiny_static)
    (found,) = encoder.encode([cut("送餐太慢,味道不错")])
    tokenizer = load_tokenizer(tiny_static)
    ids = [tokenizer.token_to_id(piece) for piece in ("▁", "送餐", "太慢", ",", "味道", "不错")]
    rows = encoder.codes[ids] * encoder.scales[ids]
    np.testing.assert_allclose(found.comment, rows.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(found.clauses[1], rows[4:].mean(axis=0), rtol=1e-5)


def test_distil_comes_near_to_its_teacher(distilled, teacher):
    folder, cosine = distilled
    assert sorted(path.name for path in folder.iterdir()) == ["table.npz", "tokenizer.json"]
    assert 0.5 < cosine <= 1
    vectors = [
        np.array([each.comment for each in encoder.encode([cut(text) for text in TEXTS])]) for encoder in (teacher, load_encoder(folder))
    ]
    # What lies near for the one lies near for the other.
    near = [np.corrcoef(each - each.mean(axis=0))[np.triu_indices(len(TEXTS), 1)] for each in vectors]
    assert np.corrcoef(*near)[0, 1] > 0.8


def test_distil_keeps_a_byte_a_number_and_a_row_a_token(distilled, tiny_tokenizer):
    with np.load(distilled[0] / "table.npz") as arrays:
        assert arrays["codes"].dtype == np.int8
        assert arrays["codes"].shape == (load_tokenizer(tiny_tokenizer.parent).get_vocab_size(), 48)
        assert arrays["scales"].shape == (len(arrays["codes"]), 1)


def test_distil_gives_the_same_table_twice(distilled, teacher, tiny_tokenizer, tmp_path):
    assert distil(teacher, tiny_tokenizer, TEXTS, tmp_path) == pytest.approx(distilled[1])
    again, first = StaticEncoder(tmp_path), StaticEncoder(distilled[0])
    np.testing.assert_allclose(again.codes * again.scales, first.codes * first.scales, atol=1e-3)


def test_distil_solves_the_ridge_regression():
    random = np.random.default_rng(0)
    shares = sparse.random(60, 12, density=0.3, random_state=0, format="csr")
    wanted, start = random.normal(size=(60, 5)), random.normal(size=(13, 5))
    shares = sparse.hstack([shares, sparse.csr_matrix((60, 1))], format="csr")  # the last token never occurs
    dense = shares.toarray()
    exact = start + np.linalg.solve(dense.T @ dense + _RIDGE * np.eye(13), dense.T @ (wanted - dense @ start))
    found = _solve(shares, wanted, start)
    np.testing.assert_allclose(found, exact, atol=1e-6)
    np.testing.assert_array_equal(found[-1], start[-1])
    assert _ROUNDS >= 13


def test_fit_heads_learns_the_annotated_comments(fitted):
    encoder, heads = load_encoder(fitted), Heads.load(fitted)
    assert tuple(heads.labels) == HEADS
    assert heads.labels["intent"] == INTENTS
    assert heads.labels["touchpoint"] == TOUCHPOINTS
    said = [heads.decide(each) for each in encoder.encode([comment.passage for comment in GOLD])]
    assert all(np.isfinite(scores).all() for each in said for scores in each.values())
    right = [each["touchpoint"][place].argmax() == TOUCHPOINTS.index(mention["touchpoint"])
             for each, comment in zip(said, GOLD, strict=True) for mention, (place,) in comment.found]  # fmt: skip
    assert np.mean(right) > 0.7


def test_fit_heads_never_says_what_no_lesson_said(fitted):
    heads = Heads.load(fitted)
    (read,) = load_encoder(fitted).encode([cut("价格便宜")])
    intents = dict(zip(INTENTS, heads.decide(read)["intent"], strict=True))
    assert intents["question"] == intents["suggestion"] == -9


def test_fit_heads_learns_only_what_the_teacher_was_taught(fitted, taught_teacher):
    unseen = [annotated(f"第{number}次排队太久", "negative", ("delivery", -1, "排队太久")) for number in range(20)]
    before = Heads.load(fitted).weights
    fit_heads(fitted, taught_teacher, [*GOLD, *unseen], EXAMPLES, TOUCHPOINTS)
    for name, weights in Heads.load(fitted).weights.items():
        np.testing.assert_allclose(weights, before[name], atol=1e-3)
    assert find_unseen(fitted, [*GOLD, *unseen]).sum() == 20


def test_fit_heads_is_the_same_twice(fitted, taught_teacher):
    before = Heads.load(fitted).weights
    fit_heads(fitted, taught_teacher, [*GOLD, *UNSEEN], EXAMPLES, TOUCHPOINTS)
    for name, weights in Heads.load(fitted).weights.items():
        np.testing.assert_allclose(weights, before[name], atol=1e-3)
