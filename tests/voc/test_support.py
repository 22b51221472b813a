from __future__ import annotations

from toy_codebook import complaint
from voc.space import place
from voc.support import Support

WAITING = ["送餐太慢了", "配送太慢", "送餐慢等了两小时", "配送慢等了两小时", "等了两小时", "味道太咸了", "包装破了", "分量太少"]


def placed_and_support(texts, space, namer):
    placed = place([complaint(str(number), text) for number, text in enumerate(texts)], space)
    return [one.normalised for one in placed.complaints], Support(placed, namer)


def test_a_name_is_borne_out_by_its_words_or_by_the_known_problem(space, namer):
    texts, support = placed_and_support(["送餐太慢了", "等了两个多小时才送到", "味道太咸了"], space, namer)
    assert {texts[index] for index in support.said_by("配送慢", range(3))} == {"送餐太慢了", "等了两个多小时才送到"}


def test_a_short_opinion_counts_as_a_word_of_its_own_only(space, namer):
    texts, support = placed_and_support(["声音太大了", "不少大学生走投无路"], space, namer)
    assert {texts[index] for index in support.said_by("声音大", range(2))} == {"声音太大了"}


def test_a_bare_negation_bears_nothing_out(space, namer):
    texts, support = placed_and_support(["没有收到通知", "没有办法"], space, namer)
    assert {texts[index] for index in support.said_by("没有收到", range(2))} == {"没有收到通知"}


def test_typical_words_are_those_that_others_use_for_the_same(space, namer):
    texts, support = placed_and_support(WAITING * 3 + ["服务员态度差", "房间有异味"] * 20, space, namer)
    words = support.typical_words(support.said_by("配送慢", range(len(texts))))
    assert "小时" in words
    assert not words & {"味道", "包装", "态度", "房间"}


def test_a_run_without_complaints_has_no_support_to_tell(space, namer):
    _, support = placed_and_support([], space, namer)
    assert support.said_by("配送慢", []) == set()
    assert support.typical_words([]) == frozenset()
