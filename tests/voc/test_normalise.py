"""One writing for analysis, whatever the customer's keyboard, script and temper."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.normalise import normalise, to_simplified

NORMALISED = [
    # width
    ("送餐太慢了，味道不錯！", "送餐太慢了,味道不错!"),
    ("１３８，ＡＢＣ（ａｂｃ）　好", "138,ABC(abc) 好"),
    ("好吃。不贵、推荐｡", "好吃。不贵、推荐。"),
    ("10㎡①号ｶﾞ", "10m21号ガ"),
    ("cafe\u0301", "café"),
    ("＜ｂｒ＞差", "差"),
    ("驗（ｙàｎ）", "验"),
    # script
    ("頭髮乾了，發貨後沒人管", "头发干了,发货后没人管"),
    ("乾隆年間", "乾隆年间"),
    ("呢間嘢好好食", "呢间嘢好好食"),
    # repeated marks
    ("太慢了！！！！", "太慢了!"),
    ("？？？什么", "?什么"),
    ("唉。。。。", "唉…"),
    ("唉......算了", "唉…算了"),
    ("唉…………", "唉…"),
    ("好～～～", "好~"),
    ("分割-----线", "分割-线"),
    ("真的?!?!", "真的?!?!"),
    # elongation
    ("好好好好好吃", "好吃"),
    ("好好吃", "好好吃"),
    ("哈哈哈哈哈", "哈哈"),
    ("呜呜呜", "呜呜"),
    ("soooooo good", "soo good"),
    ("www.x.cn", "www.x.cn"),
    ("等了100000秒，0000", "等了100000秒,0000"),
    ("一一一", "一一一"),
    # emoji
    ("气死😡😡😡", "气死[愤怒]"),
    ("👍🏻👍🏿", "[赞]"),
    ("无语🤦🏻‍♀️", "无语[捂脸]"),
    ("❤️❤", "[爱心]"),
    ("很甜🍎下次再买", "很甜 下次再买"),
    ("很甜🍎", "很甜"),
    ("1️⃣快", "1快"),
    ("[微笑][捂脸]", "[微笑][捂脸]"),
    ("[微笑][微笑]", "[微笑]"),
    # space
    (" 好 \n\n 吃 ", "好 吃"),
    ("ＯＫ\u3000\u3000好", "OK 好"),
    ("", ""),
    ("\u200b", ""),
    ("🍎", ""),
]

# fmt: off
PIECES = st.sampled_from([
    "好", "好好好", "。", "…", "！！", "...", "哈哈哈", "aaaa", "111", " ", "\n", "😡", "🍎", "👍🏻", "\u200d", "\ufe0f",
    "🤦🏻‍♀️", "㎡", "①", "ｶ", "ﾞ", "e", "\u0301",
    "각", "\u1100\u1161", "体", "驗(yàn)", "?qū)", "<br>", "＜", "br>", "&amp;", "&", "lt;", "#38;", "[赞]", "薴", "\ud83d",
])
# fmt: on
ANY_TEXT = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=12).map("".join))


@pytest.mark.parametrize(("raw", "normalised"), NORMALISED)
def test_normalise_writes_one_way(raw: str, normalised: str) -> None:
    assert normalise(raw).normalised == normalised


def test_normalise_keeps_the_text_that_people_read() -> None:
    aligned = normalise("味道不錯！！！😡<br>體驗(yàn)好好好吃🍎")
    assert aligned.text == "味道不錯！！！😡\n體驗好好好吃🍎"
    assert aligned.normalised == "味道不错![愤怒] 体验好吃"


@pytest.mark.parametrize(
    ("raw", "part", "source"),
    [
        ("味道不錯！！！就是太久😡", "就是太久", "就是太久"),
        ("味道不錯！！！就是太久😡", "!", "！！！"),
        ("味道不錯！！！就是太久😡", "[愤怒]", "😡"),
        ("面积10㎡吧", "m2", "㎡"),
        ("面积10㎡吧", "2", "㎡"),
        ("好好好好吃", "好", "好好好好"),
        ("慢　　慢", " ", "　　"),
    ],
)
def test_normalise_maps_a_part_to_its_source(raw: str, part: str, source: str) -> None:
    aligned = normalise(raw)
    start = aligned.normalised.index(part)
    text_start, text_end = aligned.to_text(start, start + len(part))
    assert aligned.text[text_start:text_end] == source


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_normalise_is_idempotent(raw: str) -> None:
    aligned = normalise(raw)
    assert normalise(aligned.normalised).normalised == aligned.normalised
    assert normalise(aligned.text) == aligned


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_normalise_keeps_offsets_in_order_and_in_range(raw: str) -> None:
    aligned = normalise(raw)
    size = len(aligned.normalised)
    assert len(aligned.origins) == size + 1
    assert list(aligned.origins) == sorted(aligned.origins)
    assert aligned.origins[-1] == len(aligned.text)
    if size:
        assert aligned.to_text(0, size) == (0, len(aligned.text))
        assert aligned.to_normalised(0, len(aligned.text)) == (0, size)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "So", "Zs", "Zl", "Zp", "Sk"], exclude_characters="…·<&"), max_size=20))
def test_normalise_agrees_with_unicode_on_compatibility_forms(raw: str) -> None:
    """Cluster by cluster must give what NFKC gives for the whole."""
    spelled = normalise(raw).normalised
    assert unicodedata.is_normalized("NFKC", spelled.replace("…", ""))


@pytest.mark.parametrize(
    "unit",
    ["好", "！", "a", "😡", "é", "e\u0301\u0316", "<", "<p ", "&", "&amp;", "&am&#112;;", "(yàn)", "驗(", "\ud83d", " ", "[", "\u200d"],
)
def test_normalise_takes_linear_time(unit: str) -> None:
    """Quadratic work would take minutes on a text this long."""
    raw = unit * (300_000 // len(unit))
    assert normalise(raw).origins[-1] <= len(raw)


def test_to_simplified_keeps_the_length() -> None:
    assert to_simplified("頭髮護理\U00020000") == "头发护理\U00020000"
