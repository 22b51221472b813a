from __future__ import annotations

import numpy as np
import pytest

from checks import LABELS, TARGETS, TEXTS, check_classifier
from voc.classify import classifier_class
from voc.classify.head import DenseHead
from voc.classify.linear import LinearClassifier, View


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
