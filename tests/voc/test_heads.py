from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.classify.blend import Blend
from voc.classify.heads import COMMENT_HEADS, Heads
from voc.encoder import Encoded

pytestmark = pytest.mark.usefixtures("one_thread")
SIZE = 48
LABELS = {
    "sentiment": ("negative", "neutral", "positive"),
    "mixed": ("mixed",),
    "polarity": ("negative", "neutral", "positive"),
    "touchpoint": ("物流配送", "商品质量", "客服投诉", "包装"),
}


@pytest.fixture(scope="module")
def heads() -> Heads:
    random = np.random.default_rng(42)
    inputs = {name: SIZE if name in COMMENT_HEADS else 2 * SIZE for name in LABELS}
    return Heads(LABELS, {name: random.normal(size=(len(names), inputs[name] + 1)).astype(np.float32) for name, names in LABELS.items()})


def comment(clauses: int, seed: int = 0) -> Encoded:
    random = np.random.default_rng(seed)
    return Encoded(random.normal(size=SIZE).astype(np.float32), random.normal(size=(clauses, SIZE)).astype(np.float32))


def test_heads_speak_of_the_comment_once_and_of_every_clause(heads):
    said = heads.decide(comment(5))
    assert {name: scores.shape for name, scores in said.items()} == {
        "sentiment": (3,),
        "mixed": (1,),
        "polarity": (5, 3),
        "touchpoint": (5, 4),
    }


def test_heads_of_clauses_see_the_clause_first_and_then_the_comment():
    weights = np.zeros((1, 2 * SIZE + 1), dtype=np.float32)
    weights[0, [0, SIZE, -1]] = 1, 10, 100
    read = comment(2)
    said = Heads({"touchpoint": ("包装",)}, {"touchpoint": weights}).decide(read)["touchpoint"][:, 0]
    np.testing.assert_allclose(said, read.clauses[:, 0] + 10 * read.comment[0] + 100, rtol=1e-6)


@given(st.integers(1, 12), st.integers(0, 1000))
@settings(max_examples=50, deadline=None)
def test_heads_decide_on_a_clause_whatever_clauses_are_beside_it(heads, clauses, seed):
    read = comment(clauses, seed)
    together = heads.decide(read)
    for place in range(clauses):
        alone = heads.decide(Encoded(read.comment, read.clauses[place : place + 1]))
        for name in ("polarity", "touchpoint"):
            np.testing.assert_array_equal(together[name][place], alone[name][0])
        np.testing.assert_array_equal(together["sentiment"], alone["sentiment"])


def test_heads_survive_their_folder(heads, tmp_path):
    heads.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["heads.json", "heads.npz"]
    assert "物流配送" in (tmp_path / "heads.json").read_text(encoding="utf-8")
    again = Heads.load(tmp_path)
    assert again.labels == LABELS
    for name, weights in heads.weights.items():
        assert again.weights[name].dtype == np.float32
        np.testing.assert_allclose(again.weights[name], weights, rtol=1e-3)
    read = comment(3)
    for name, scores in again.decide(read).items():
        np.testing.assert_allclose(scores, heads.decide(read)[name], atol=0.05)
    again.save(tmp_path)
    for name, weights in Heads.load(tmp_path).weights.items():
        np.testing.assert_array_equal(weights, again.weights[name])  # what was rounded once stays


# Blend


def voices(examples: int = 400, labels: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, a voice that mostly knows, and one that guesses."""
    random = np.random.default_rng(7)
    targets = (random.random((examples, labels)) < [0.5, 0.2, 0.02][:labels]).astype(float)
    knows = (2 * targets - 1) * 2 + random.normal(size=targets.shape)
    return targets, knows.astype(np.float32), random.normal(size=targets.shape).astype(np.float32) * 2


@pytest.mark.parametrize("place", [0, 1])
def test_blend_trusts_the_better_voice(place):
    targets, knows, guesses = voices()
    scores = [guesses, guesses]
    scores[place] = knows
    blend = Blend.fit(scores, targets)
    assert blend.weights[place] > 1
    assert abs(blend.weights[1 - place]) < 0.3
    assert ((blend.predict_proba(scores) > 0.5) == targets.astype(bool)).mean() > 0.95


def test_blend_is_calibrated_label_by_label():
    targets, knows, guesses = voices()
    probabilities = Blend.fit([knows, guesses], targets).predict_proba([knows, guesses])
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.mean(axis=0), targets.mean(axis=0), atol=0.02)


def test_blend_of_a_label_that_never_occurs_stays_finite_and_low():
    targets, knows, guesses = voices()
    targets[:, 2] = 0
    blend = Blend.fit([knows, guesses], targets)
    assert np.isfinite(blend.intercepts).all()
    assert blend.predict_proba([np.zeros((1, 3), np.float32)] * 2)[0, 2] < 0.2


def test_blend_heeds_how_much_an_example_counts():
    targets, knows, guesses = voices()
    wrong = targets.copy()
    wrong[200:] = 1 - wrong[200:]
    counts = np.r_[np.ones(200), np.zeros(200)]
    heeded, plain = Blend.fit([knows, guesses], wrong, counts), Blend.fit([knows, guesses], wrong)
    assert heeded.weights[0] > 1 > plain.weights[0]


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=6, max_size=6))
@settings(max_examples=50, deadline=None)
def test_blend_gives_probabilities_of_any_scores(scores):
    blend = Blend(np.array([1.5, -0.2], dtype=np.float32), np.array([-1, 0, 2], dtype=np.float32))
    one, other = np.array(scores, dtype=np.float32).reshape(2, 1, 3)
    probabilities = blend.predict_proba([one, other])
    assert ((probabilities >= 0) & (probabilities <= 1)).all()
    stacked = blend.predict_proba([np.vstack([other, one]), np.vstack([one, other])])
    np.testing.assert_array_equal(stacked[1:], probabilities)  # whatever is beside it


def test_blend_survives_its_file_and_refuses_other_voices(tmp_path):
    blend = Blend(np.array([1.5, -0.2], dtype=np.float32), np.array([-1, 0, 2], dtype=np.float32))
    blend.save(tmp_path / "blend.npz")
    again = Blend.load(tmp_path / "blend.npz")
    np.testing.assert_array_equal(again.weights, blend.weights)
    np.testing.assert_array_equal(again.intercepts, blend.intercepts)
    with pytest.raises(ValueError, match="zip"):
        again.predict_proba([np.zeros((1, 3), np.float32)])
