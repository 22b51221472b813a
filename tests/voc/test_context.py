from __future__ import annotations

import pytest

from voc.context import context_shifts
from voc.pipeline import Pipeline
from voc.records import Comment


def pull(**beside) -> float:
    """What the context adds to positive."""
    return float(context_shifts([Comment(id="1", text="排队", **beside)])[0, 2])


@pytest.mark.parametrize(
    ("question", "sign"),
    [
        ("您最不满意的地方是？", -1),
        ("哪些方面需要改进", -1),
        ("您最满意的地方是？", 1),
        ("给我们推荐的理由", 1),
        ("满意与不满意的地方", 0),
        ("请说明原因", 0),
        (None, 0),
    ],
)
def test_context_question_asks_for_faults_or_merits(question, sign):
    assert pull(question=question) == pytest.approx(0.8 * sign)


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        ({"nps": 10}, 1),
        ({"nps": 0}, -1),
        ({"nps": 5}, 0),
        ({"rating": 1.0}, -1),
        ({"rating": 3.0}, 0),
        ({"csat": 5.0}, 1),
        ({"csat": 10.0}, 1),
    ],
)
def test_context_score_counts_by_its_place_on_its_scale(beside, expected):
    assert pull(**beside) == pytest.approx(expected)


def test_pipeline_context_can_be_switched_off(pipeline):
    comment = Comment(id="1", text="排队", question="您最不满意的地方是？", nps=1)
    bare = Comment(id="1", text="排队")
    without = Pipeline(context=False)
    negative = [
        next(p.pipe([c])).sentiment.probabilities["negative"] for p, c in ((pipeline, comment), (pipeline, bare), (without, comment))
    ]
    assert negative[0] > negative[1]
    assert negative[1] == negative[2]
