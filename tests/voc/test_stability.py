from __future__ import annotations

from toy_codebook import cluster, complaint
from voc.painpoints import find_pain_points
from voc.space import place
from voc.stability import measure_stability

SLOW = ["送餐太慢了", "等了两个多小时才送到", "配送超时一个小时", "外卖送得太慢", "迟到了四十分钟"]
COLD = ["饭送来是凉的", "菜都凉了", "到手已经冷了", "汤是冷的", "饭都凉透了"]


def said(texts, touchpoint):
    return [complaint(f"{touchpoint}-{number}", text, touchpoint=touchpoint) for number, text in enumerate(texts)]


def test_stability_is_high_for_what_belongs_together_and_low_for_what_was_thrown_together(space, namer):
    slow, cold = said(SLOW * 4, "delivery"), said(COLD * 4, "product_quality")
    placed = place([*slow, *cold], space)
    together = [cluster("配送慢", "delivery", slow), cluster("餐品凉了", "product_quality", cold)]
    mixed = [cluster("什么都有", "delivery", [*slow[::2], *cold[::2]])]
    assert min(measure_stability(together, placed, namer)) > 0.8
    assert max(measure_stability(mixed, placed, namer)) < 0.6


def test_stability_is_the_same_every_time_and_whatever_the_order(space, namer):
    everything = [*said(SLOW, "delivery"), *said(COLD, "product_quality")]
    one, two = place(everything, space), place(everything[::-1], space)
    points, _ = find_pain_points(one, 10, namer)
    assert measure_stability(points, one, namer) == measure_stability(points, two, namer)


def test_stability_of_a_pain_point_that_no_part_holds_twice_is_unknown(space, namer):
    alone = said(SLOW[:1], "delivery")
    assert measure_stability([cluster("配送慢", "delivery", alone)], place(alone, space), namer) == [None]
    assert measure_stability([], place([], space), namer) == []
