from __future__ import annotations

import pytest

from voc.pipeline import Pipeline
from voc.taxonomy import load_taxonomy

OWN = """
name: clinic
touchpoints:
  - id: doctor
    zh: 医生诊疗
    definition: 医生看病、问诊、讲解病情
    examples: [医生很耐心, 大夫问得很仔细, 医生两分钟就打发我走了, 看病像流水线, 医生讲解清楚, 大夫医术高明, 医生态度敷衍, 没把病情说明白]
  - id: registration
    zh: 挂号排队
    definition: 预约挂号、候诊、排队
    examples: [挂号难, 号早就被抢光了, 排队等了三个小时, 预约系统方便, 候诊时间太长, 挂号窗口人山人海, 网上约号很快, 叫号一直不动]
  - id: fees
    zh: 收费报销
    definition: 费用、收费、医保报销
    examples: [收费不透明, 检查费太贵了, 医保不给报, 药价便宜, 多收了钱, 费用清单看不懂, 报销流程简单, 押金退得慢]
"""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory) -> Pipeline:
    path = tmp_path_factory.mktemp("own") / "clinic.yaml"
    path.write_text(OWN, encoding="utf-8")
    return Pipeline(taxonomy=load_taxonomy(path))


@pytest.mark.parametrize(
    ("text", "touchpoint"),
    [("大夫看得很认真", "doctor"), ("排了一上午的队", "registration"), ("收费乱七八糟", "fees"), ("预约挂号太难了", "registration")],
)
def test_few_shot_finds_touchpoints_of_the_users_own(clinic, text, touchpoint):
    assert touchpoint in [mention.id for mention in clinic(text).touchpoints]


def test_few_shot_says_nothing_of_the_shipped_touchpoints(clinic):
    assert {mention.id for mention in clinic("送餐太慢了，医生很耐心").touchpoints} <= {"doctor", "registration", "fees"}
