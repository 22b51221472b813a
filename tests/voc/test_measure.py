from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from conftest import annotated
from voc.evaluate.measures import macro_f1
from voc.training.measure import best_threshold, measure_classes, measure_marks

GOLD = [
    annotated("送餐太慢了", "negative", ("delivery", -1, "太慢了"), source="waimai"),
    annotated("味道不错,就是慢", "neutral", ("product_quality", 1, "味道不错"), ("delivery", -1, "慢"), source="waimai"),
    annotated("味道很好", "positive", ("product_quality", 1, "味道很好"), source="waimai"),
    annotated("這裡的東西很好吃", "positive", ("product_quality", 1, "很好吃"), source="openrice"),
]
CLASSES = np.array([0, 1, 2, 2])
SAID = np.array([[0.9, 0.1, 0.0], [0.7, 0.2, 0.1], [0.0, 0.2, 0.8], [0.1, 0.1, 0.8]])  # 味道不错,就是慢 is taken for a complaint
IS_MIXED = np.array([False, True, False, True])


def test_measure_classes_counts_as_one_does_by_hand():
    found = measure_classes(GOLD, SAID, CLASSES, IS_MIXED)
    assert (found["n"], found["accuracy"], found["macro_f1"]) == (4, 0.75, pytest.approx((2 / 3 + 0 + 1) / 3, abs=1e-4))
    assert found["mixed_f1"] == 0.6667
    assert found["ece"] == pytest.approx((0.1 + 0.7 + 0.4) / 4)
    assert found["labels"]["negative"] == {"n": 1, "precision": 0.5, "recall": 1.0, "f1": 0.6667}
    assert [(one["start"], one["n"], one["accuracy"]) for one in found["reliability"]] == [(0.7, 1, 0.0), (0.8, 2, 1.0), (0.9, 1, 1.0)]
    low, high = found["intervals"]["accuracy"]
    assert low <= 0.75 <= high


def test_measure_classes_tells_sources_and_kinds_apart():
    pieces = {(piece["group"], piece["name"]): piece for piece in measure_classes(GOLD, SAID, CLASSES, IS_MIXED)["slices"]}
    assert {place: piece["n"] for place, piece in pieces.items()} == {
        ("source", "waimai"): 3, ("source", "openrice"): 1, ("length", "≤15"): 4, ("script", "zh-Hans"): 3, ("script", "zh-Hant"): 1,
        ("mixed", "yes"): 1, ("mixed", "no"): 3, ("negation", "yes"): 1, ("negation", "no"): 3,
    }  # fmt: skip
    assert pieces["source", "waimai"]["figures"]["accuracy"]["value"] == 0.6667
    assert pieces["source", "openrice"]["figures"]["macro_f1"]["value"] == 1, "only praise occurs there, and is found"


def test_measure_marks_agrees_with_sklearn_and_keeps_labels_apart():
    random = np.random.default_rng(5)
    names = ("delivery", "packaging", "uninformative")
    should, probabilities = random.random((40, 3)) < 0.5, random.random((40, 3))
    does = probabilities >= 0.4
    found = measure_marks(GOLD * 10, names, should, probabilities, does, apart=("uninformative",))
    assert found["micro_f1"] == pytest.approx(f1_score(should[:, :2], does[:, :2], average="micro"), abs=1e-4)
    assert found["macro_f1"] == pytest.approx(f1_score(should[:, :2], does[:, :2], average="macro"), abs=1e-4)
    assert found["uninformative_f1"] == pytest.approx(f1_score(should[:, 2], does[:, 2]), abs=1e-4)
    assert set(found["labels"]) == set(names)
    assert sum(one["n"] for one in found["reliability"]) == does.sum()
    assert {tuple(piece["figures"]) for piece in found["slices"]} == {("micro_f1",)}


def test_measure_marks_of_a_model_that_says_nothing():
    nothing = np.zeros((4, 1), dtype=bool)
    found = measure_marks(GOLD, ("delivery",), np.array([[True], [True], [False], [False]]), np.zeros((4, 1)), nothing)
    assert found["micro_f1"] == 0
    assert found["reliability"] == []
    assert "ece" not in found


def test_best_threshold_takes_the_first_of_the_best():
    should, probabilities = np.array([[True], [True], [False]]), np.array([[0.9], [0.5], [0.3]])
    assert best_threshold(should, probabilities, (0.2, 0.4, 0.45, 0.6)) == 0.4


@pytest.mark.parametrize(
    ("sums", "value"),
    [([[3, 0, 0], [0, 0, 0]], 1.0), ([[3, 0, 0], [0, 0, 2]], 0.5), ([[3, 0, 0], [0, 2, 0]], 0.5), ([[0, 0, 0], [0, 0, 0]], 0.0)],
)
def test_macro_f1_is_over_the_labels_that_occur(sums, value):
    assert macro_f1(np.array(sums, dtype=float)) == value
