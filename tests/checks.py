"""What every Classifier must keep; called with any implementation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from voc.classify import Classifier
from voc.errors import NotTrainedError

TEXTS = ["送餐太慢了", "味道很好", "客服不回复", "包装完好", "等了两小时", "非常满意", "退款拖了半个月", "物流很快", "", "😡", "ok"]
TARGETS = np.array([[0, 1] if index % 2 else [1, 0] for index in range(len(TEXTS))], dtype=float)
LABELS = ("negative", "positive")


def check_classifier(make: Callable[[], Classifier], folder: Path) -> None:
    """All promises of the contract, for a classifier of one field and exclusive labels."""
    with pytest.raises(NotTrainedError):
        make().predict_proba([["送餐太慢了"]])

    model = make().fit([TEXTS], TARGETS, LABELS)
    assert model.labels_ == LABELS
    together = model.predict_proba([TEXTS])
    assert together.shape == (len(TEXTS), 2)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-6)
    assert (together.argmax(axis=1) == TARGETS.argmax(axis=1))[:8].all(), "it did not learn eight plain examples"

    one_by_one = np.vstack([model.predict_proba([[text]]) for text in TEXTS])
    np.testing.assert_array_equal(together, one_by_one)
    np.testing.assert_array_equal(together, make().fit([TEXTS], TARGETS, LABELS).predict_proba([TEXTS]))

    model.save(folder)
    np.testing.assert_allclose(type(model).load(folder).predict_proba([TEXTS]), together, atol=2e-3)
