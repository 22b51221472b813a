from __future__ import annotations

import numpy as np
import pytest

from voc.errors import SettingsError
from voc.training.transfer import Transfer, leave_one_source_out, measure_sources, predict_held_out, transfer_markdown

TEXTS = ["太慢", "很快", "难吃", "好吃", "一般", "房间脏", "安静", "还行"]
LABELS = np.array([0, 2, 0, 2, 1, 0, 2, 1])
SOURCES = ["外卖", "外卖", "餐馆", "餐馆", "餐馆", "酒店", "酒店", "酒店"]
SCHEMES = ["binary", "binary", *["three"] * 6]


def always(*probabilities: float):
    """An engine that says the same of every text, and remembers what it learned from."""

    def fit(train):
        fit.learned.append(train.tolist())
        return lambda texts: np.tile(probabilities, (len(texts), 1))

    fit.learned = []
    return fit


def test_leave_one_source_out_learns_from_the_others_only():
    fit = always(0.3, 0.6, 0.1)
    results = leave_one_source_out(TEXTS, LABELS, SOURCES, SCHEMES, fit)
    assert fit.learned == [[2, 3, 4, 5, 6, 7], [0, 1, 5, 6, 7], [0, 1, 2, 3, 4]]
    assert results == (
        Transfer("外卖", "binary", 2, 0.5, 0.3333),  # neutral is no answer there: negative is next
        Transfer("餐馆", "three", 3, 0.3333, 0.1667),
        Transfer("酒店", "three", 3, 0.3333, 0.1667),
    )


def test_leave_one_source_out_holds_a_group_out_together_and_measures_each_source():
    fit = always(0.8, 0.1, 0.1)
    results = leave_one_source_out(TEXTS, LABELS, SOURCES, SCHEMES, fit, groups=[("餐馆", "外卖")])
    assert fit.learned == [[5, 6, 7]]
    assert [result.source for result in results] == ["餐馆", "外卖"]


def test_predict_held_out_puts_each_answer_in_its_place_and_engines_can_be_averaged():
    knows = {text: np.eye(3)[label] for text, label in zip(TEXTS, LABELS.tolist(), strict=True)}
    right = predict_held_out(TEXTS, SOURCES, lambda train: lambda texts: np.array([knows[text] for text in texts]))
    assert right.argmax(axis=1).tolist() == LABELS.tolist()
    negative = predict_held_out(TEXTS, SOURCES, always(0.9, 0.1, 0.0))
    assert [result.accuracy for result in measure_sources((right + negative) / 2, LABELS, SOURCES, SCHEMES)] == [1.0, 1.0, 1.0]
    partly = predict_held_out(TEXTS, SOURCES, always(1, 0, 0), groups=[("酒店",)])
    assert np.isnan(partly[:5]).all()
    assert not np.isnan(partly[5:]).any()


@pytest.mark.parametrize("groups", [[("银行",)], [("外卖",), ("外卖",)], [("外卖", "餐馆", "酒店")]])
def test_leave_one_source_out_refuses_impossible_groups(groups):
    with pytest.raises(SettingsError):
        leave_one_source_out(TEXTS, LABELS, SOURCES, SCHEMES, always(1, 0, 0), groups=groups)


def test_transfer_markdown_has_a_column_per_engine_and_their_means():
    one, other = [Transfer("a", "three", 10, 0.5, 0.4), Transfer("b", "three", 10, 0.7, 0.6)], [Transfer("a", "three", 10, 1, 1)] * 2
    last = transfer_markdown({"linear": one, "encoder": other}).splitlines()[-1]
    assert last == "| 平均 / mean | | 20 | 0.600 / 0.500 | 1.000 / 1.000 |"
