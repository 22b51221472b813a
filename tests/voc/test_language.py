"""Which language, which script, and whether anything is said."""

from __future__ import annotations

import pytest

from voc.language import detect_language, is_informative, is_no_answer
from voc.normalise import normalise
from voc.records import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("味道不错，就是慢", "zh-Hans"),
        ("好吃", "zh-Hans"),
        ("味道不錯，就是慢", "zh-Hant"),
        ("呢間嘢食好正，下次再嚟過", "zh-Hant"),
        ("后面那家面馆", "zh-Hans"),
        ("iPhone 15 Pro 很好用", "zh-Hans"),
        ("用了 app 一直 loading", "zh-Hans"),
        ("服务真不错，店員還送了個禮物，东西也没坏", "mixed"),
        ("The delivery was really slow, 服务也不行", "mixed"),
        ("slow delivery, cold food", "en"),
        ("OK", "en"),
        ("good service as always and the food is great 好", "en"),
        ("とても美味しかったです", "other"),
        ("맛있어요", "other"),
        ("Очень вкусно", "other"),
        ("đồ ăn rất ngon", "other"),
        ("优の良品很好吃", "zh-Hans"),
        ("。。。", "none"),
        ("123", "none"),
        ("😡👍", "none"),
        ("https://example.com/a", "none"),
        ("[手机]", "none"),
        ("[手机] very slow", "en"),
        ("", "none"),
    ],
)
def test_language_is_named(text: str, language: Language) -> None:
    assert detect_language(text) == language


# fmt: off
NOTHING_SAID = [
    "", "无", "没有", "没有。", "暂无建议", "暂时没有意见", "没什么", "n/a", "N/A", "None", "。。。", ".", "123", "同上",
    "無", "asdfgh", "qwe",
    "好评", "默认好评", "系统默认好评！", "此用户没有填写评价", "还没用，用过再评", "五星好评", "100分", "啊啊啊啊",
    "哈哈哈", "[手机]", "👍👍👍", "[微笑]",
    "很好", "非常满意！！！", "还可以吧", "差评", "垃圾", "很好很好很好", "不错，挺好的", "yyds", "好好好好", "很滿意",
    "Very good!", "ok",
]
SOMETHING_SAID = [
    "没有热水", "没有问题吗", "好吃", "太贵", "很快", "服务好", "东西不错", "送餐慢", "无法登录", "无线信号差", "推荐",
    "下次再来", "要求退货", "好吵",
    "不好吃", "一般般的菜", "味道还可以", "没送餐具", "slow", "not fresh", "noisy", "客服", "建议增加车位", "差五分钟",
    "质量差", "好大", "可以更好",
]
# fmt: on


@pytest.mark.parametrize("raw", NOTHING_SAID)
def test_language_finds_nothing_said(raw: str) -> None:
    assert not is_informative(normalise(raw).normalised)


@pytest.mark.parametrize("raw", SOMETHING_SAID)
def test_language_finds_something_said(raw: str) -> None:
    assert is_informative(normalise(raw).normalised)


@pytest.mark.parametrize("raw", ["无", "没有", "没有了。", "暂无建议", "没有 没有", "N/A", "没有不满意的地方", "還沒用過"])
def test_language_knows_empty_answers(raw: str) -> None:
    assert is_no_answer(normalise(raw).normalised)


@pytest.mark.parametrize(
    "raw", ["", "。。。", "很好", "差评", "😡", "没有热水", "没有退款", "不满", "没问题", "无[手机]", "没有改进", "666"]
)
def test_language_tells_short_answers_from_empty_ones(raw: str) -> None:
    assert not is_no_answer(normalise(raw).normalised)


@pytest.mark.parametrize("unit", ["很好", "好", "没有", "a ", "asd", "[", "很", "1"])
def test_language_takes_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit)) + "的确快"
    assert is_informative(text)
    assert not is_no_answer(text)
    detect_language(text)
