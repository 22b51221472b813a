"""What is said of complaints in no pain point."""

from __future__ import annotations

from voc.complaints import EXAMPLES, Complaint, unassigned_of
from voc.records import Quote


def complaint(id: str, text: str, touchpoint: str = "delivery", score: float = 0.9) -> Complaint:
    return Complaint(Quote(comment_id=id, start=0, end=len(text), text=text), text, touchpoint, score, grave=False)


def test_touchpoints_are_counted_and_the_most_frequent_come_first():
    found = unassigned_of(
        [complaint("1", "电梯按钮失灵没人修", "store_environment"), complaint("2", "快递放错楼层了"), complaint("3", "取件码一直不对")],
        inside=7,
    )
    assert (found.size, found.share) == (3, 0.3)
    assert list(found.touchpoints.items()) == [("delivery", 2), ("store_environment", 1)]
    assert [one.touchpoint for one in found.examples] == ["delivery", "store_environment", "delivery"]  # in turn


def test_examples_are_the_surest_and_say_something_each_from_another_comment_in_other_words():
    outside = [
        complaint("1", "真差", score=0.99),
        complaint("2", "快递放错楼层了", score=0.7),
        complaint("3", "取件码一直不对", score=0.8),
        complaint("4", "取件码一直不对", score=0.75),
        complaint("3", "柜子满了放不进去", score=0.72),
    ]
    assert [one.text for one in unassigned_of(outside, 0).examples] == ["取件码一直不对", "快递放错楼层了", "真差"]


def test_there_are_five_examples_at_most_and_none_of_nothing():
    many = [complaint(str(number), f"第{number}件事没人管", f"t{number % 9}") for number in range(90)]
    assert len(unassigned_of(many, 10).examples) == EXAMPLES
    assert len({one.touchpoint for one in unassigned_of(many, 10).examples}) == EXAMPLES
    nothing = unassigned_of([], 0)
    assert (nothing.size, nothing.share, nothing.touchpoints, nothing.examples) == (0, 0, {}, ())


def test_the_order_of_complaints_does_not_matter():
    some = [complaint(str(number), f"第{number}件事没人管", f"t{number % 3}", 0.5 + number / 100) for number in range(20)]
    assert unassigned_of(some, 5) == unassigned_of(some[::-1], 5)
