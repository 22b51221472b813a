from __future__ import annotations

import pytest

from voc.intent import find_intents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("强烈推荐给大家", {"recommend"}),
        ("不推荐", set()),
        ("下次还会来", {"repurchase"}),
        ("第三次买了", {"repurchase"}),
        ("再也不会来了", {"churn"}),
        ("已经申请退款了", {"refund_return"}),
        ("我要打12315投诉", {"complaint"}),
        ("希望能增加停车位", {"suggestion"}),
        ("请问这个可以用几年?", {"question"}),
        ("难道不知道要放筷子吗?", set()),  # rhetorical
        ("味道一般", set()),
        ("退货麻烦,以后不会再买了", {"refund_return", "churn"}),
    ],
)
def test_find_intents_reads_what_the_customer_means_to_do(text, expected):
    assert set(find_intents(text)) == expected


def test_find_intents_says_where():
    text = "太难吃了,再也不会来了"
    ((start, end),) = find_intents(text)["churn"]
    assert text[start:end] == "再也不会"
