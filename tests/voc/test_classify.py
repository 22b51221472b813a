from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import HashingVectorizer

from checks import LABELS, TARGETS, TEXTS, check_classifier
from voc.classify import classifier_class
from voc.classify.head import DenseHead
from voc.classify.linear import LinearClassifier, View
from voc.classify.ngrams import count_ngrams


def test_linear_keeps_the_contract(tmp_path):
    check_classifier(lambda: LinearClassifier((View(bits=12),)), tmp_path / "model")


def test_linear_multilabel_says_none_or_several():
    targets = np.array([[1, 1], [1, 0], [0, 1], [0, 0]] * 4, dtype=float)
    texts = ["送餐慢，味道差", "送餐慢", "味道差", "谢谢"] * 4
    model = LinearClassifier((View(bits=12),), multilabel=True, strength=50).fit([texts], targets, ("delivery", "taste"))
    assert (model.predict_proba([texts[:4]]) > 0.5).tolist() == targets[:4].astype(bool).tolist()


def test_linear_label_without_examples_is_never_said():
    model = LinearClassifier((View(bits=12),), multilabel=True).fit(
        [TEXTS], np.hstack([TARGETS, np.zeros((len(TEXTS), 1))]), (*LABELS, "rare")
    )
    assert model.predict_proba([["送餐太慢了"]])[0, 2] < 0.01


def test_linear_saved_twice_is_the_same_file(tmp_path):
    model = LinearClassifier((View(bits=10),)).fit([TEXTS], TARGETS, LABELS)
    for name in ("one", "two"):
        model.save(tmp_path / name)
    assert (tmp_path / "one" / "config.json").read_bytes() == (tmp_path / "two" / "config.json").read_bytes()
    with np.load(tmp_path / "one" / "weights.npz") as one, np.load(tmp_path / "two" / "weights.npz") as two:
        assert all(np.array_equal(one[name], two[name]) for name in one.files)


def test_classifier_class_is_found_by_alias_or_dotted_path():
    assert classifier_class("linear") is classifier_class("voc.classify.linear:LinearClassifier") is LinearClassifier
    with pytest.raises((ImportError, AttributeError)):
        classifier_class("voc.classify.linear:NoSuch")


def test_head_row_does_not_depend_on_the_others():
    rng = np.random.default_rng(0)
    features, classes = rng.normal(size=(60, 5)), np.arange(60) % 3
    features[:, 0] += classes
    head = DenseHead.fit(features, classes)
    whole = head.predict_proba(features)
    np.testing.assert_allclose(whole.sum(axis=1), 1)
    np.testing.assert_array_equal(whole, np.vstack([head.predict_proba(row[None]) for row in features]))
    copy = DenseHead.from_arrays(head.arrays("x"), "x")
    np.testing.assert_array_equal(copy.predict_proba(features), whole)


@given(
    st.lists(st.text(st.sampled_from("送餐太慢 \t\nAbé𠀀İß😡,1"), max_size=12), max_size=8),
    st.sampled_from([(1, 3), (1, 1), (2, 5)]),
    st.integers(1, 20),
)
@settings(max_examples=150, deadline=None)
def test_ngrams_are_those_of_scikit_learn(texts, ngrams, bits):
    vectorizer = HashingVectorizer(
        analyzer="char", ngram_range=ngrams, n_features=2**bits, alternate_sign=False, norm=None, dtype=np.float32
    )
    wanted, found = vectorizer.transform(["", *texts]), count_ngrams(["", *texts], ngrams, bits)
    assert wanted.shape == found.shape
    assert (wanted != found).nnz == 0


def test_ngrams_of_many_texts_are_those_of_each():
    texts = [f"{number}号桌等了{number % 7}小时" for number in range(2500)]
    found = count_ngrams(texts, (1, 3), 12)
    assert found.shape == (2500, 4096)
    for place in (0, 1023, 1024, 2499):
        assert (found[place] != count_ngrams([texts[place]], (1, 3), 12)).nnz == 0
    assert count_ngrams([], (1, 3), 12).shape == (0, 4096)
