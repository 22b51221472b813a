from __future__ import annotations

import numpy as np
import pytest

from voc.classify.linear import LinearClassifier
from voc.complaints import complaints_of
from voc.corpora import lexicon_table
from voc.denial import denies_fault
from voc.modelstore import model_folder
from voc.sentiment import Passage, gather_evidence

FAULT_ABSENT = [
    *("没有破损", "没有破损的", "包装没破损", "无划痕", "毫无异味", "没有色差和线头", "没有色差、异味", "没有破损漏水", "没什么毛病"),
    *("没有任何质量问题", "箱子没有破损问题", "没有遇到推销", "没有一个坏果", "没漏送"),
    *(
        "一点也不油腻",
        "不难吃",
        "不会太贵",
        "停车不是很贵",
        "不油不腻",
        "衣服不起球",
        "汤底丝毫不会觉得油腻",
        "并不贵",
        "确实是不贵",
        "油焖虾也不是很油",
        "不堵车",
    ),
    *("没有想象中贵", "没那么油", "没觉得吵", "玩游戏不卡"),
    *("不用排队", "无需排队", "没有等太久", "没让我们等太久", "无需久等", "不用担心"),
]
COMPLAINTS = [
    # What is missing is good, or a service.
    *("没有退款", "不回复", "没人管", "不新鲜", "没有想象的好", "没有味道", "没有亮点", "没有售后", "不起泡", "没有卡"),
    # The absence may be a complaint too, or another fault stands beside it.
    *("房间不大", "水果不甜", "汤不热", "没等到", "没有破损但是漏了", "包装没有破损里面却坏了", "不难吃也不好吃", "没有冰袋都坏了"),
    # Denied twice, or as much as affirmed.
    *("没有不漏的时候", "没有一天不堵", "从来没有不排队的时候", "没见过这么差的", "没吃过比这更难吃的", "不仅贵", "不但难吃", "不是难吃"),
    # Of goods or deeds beyond the fault.
    *("没有破损包赔", "没有赔偿破损", "没解决问题", "不差钱", "不得不排队", "嚼不烂"),
]
UNDECIDED = [
    "有没有异味",
    "贵不贵",
    "坑不坑",
    "是不是很贵",
    "会不会漏",
    "希望没有破损",
    "如果没有异味就好了",
    "客服说没有质量问题",
    "以前没有异味",
    "别家没有这么贵",
    "不知道坏没坏",
]


@pytest.mark.parametrize("clause", FAULT_ABSENT)
def test_denies_fault_where_a_fault_is_said_to_be_absent(clause):
    assert denies_fault(clause)


@pytest.mark.parametrize("clause", [*COMPLAINTS, *UNDECIDED])
def test_denies_fault_not_where_something_may_be_wrong(clause):
    assert not denies_fault(clause)


def test_faults_are_words_whose_kinds_are_known_and_that_stand_once_in_a_kind():
    rows = lexicon_table("faults")
    assert {kind for kind, _ in rows} == {"thing", "state", "burden"}
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("quality", ["fast_pipeline", "pipeline"])
def test_a_denied_fault_is_no_complaint(quality, request):
    pipeline = request.getfixturevalue(quality)
    for text in [*FAULT_ABSENT, "没有破损的,甜", "送货快,包装没有破损", "味道不错,一点也不油腻,不用排队"]:
        assert not complaints_of(pipeline(text)), text


def test_evidence_of_a_denied_fault_is_turned_round_and_that_of_the_comment_only_where_it_says_nothing_else():
    """The encoder here takes everything for a complaint."""
    folder = model_folder("sentiment", "linear")
    models = [LinearClassifier.load(folder / name) for name in ("polarity", "tone")]
    passages = [Passage("没有破损", ((0, 4),)), Passage("没有破损,态度恶劣", ((0, 4), (5, 9)))]
    complaint = np.array([[2.0, 0.0, -1.0]], dtype=np.float32)
    opinions = [
        {"sentiment": complaint, "mixed": np.zeros((1, 1), np.float32), "polarity": np.repeat(complaint, len(one.spans), axis=0)}
        for one in passages
    ]
    evidence = gather_evidence(passages, opinions, *models)
    praise = [-1.0, 0.0, 2.0]
    assert evidence.opinion.tolist() == [praise, complaint[0].tolist()]
    assert evidence.clause_opinion.tolist() == [praise, praise, complaint[0].tolist()]
    assert evidence.clause_polarity[0] == evidence.polarity[0] > 0 > evidence.clause_polarity[2]
