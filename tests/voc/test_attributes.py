from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toy_codebook import cluster, complaint
from voc.attributes import describe, log_odds
from voc.records import Comment
from voc.space import place
from voc.support import Support

COUNTS = st.integers(1, 500)


def described(rows, labels, space, namer, taxonomy):
    """Pain points by label, of rows (text, channel, date) that are a comment each; `labels` says which texts make which."""
    comments = [Comment(id=str(number), text=text, channel=channel, created_at=date) for number, (text, channel, date) in enumerate(rows)]
    complaints = [complaint(str(number), text) for number, (text, _, _) in enumerate(rows)]
    points = [
        cluster(label, complaints[texts[0]].touchpoint, [complaints[index] for index in texts], len(rows)).model_copy(
            update={"id": f"pp-{label}"}
        )
        for label, texts in labels.items()
    ]
    return {point.label: point for point in describe(points, place(complaints, space), comments, namer, taxonomy)}


def test_describe_says_where_when_and_with_what(space, namer, pipeline):
    slow = [("送餐太慢了", "外卖", f"2026-0{1 + number % 6}-11T08:00:00") for number in range(30)]
    rude = [("服务员态度差", "门店", "2026-03-01") for _ in range(30)]
    rest = [("还行", "门店", None) for _ in range(40)]
    points = described([*slow, *rude, *rest], {"配送慢": range(30), "人员态度差": range(30, 60)}, space, namer, pipeline.taxonomy)
    point = points["配送慢"]
    assert (point.gloss, point.pain_type) == ("slow delivery", "defect")
    assert (point.first_seen, point.last_seen) == ("2026-01-11", "2026-06-11")
    assert [(one.field, one.value, one.comments, one.share, one.elsewhere) for one in point.segments] == [("channel", "外卖", 30, 1.0, 0.0)]
    assert point.segments[0].interval[0] > 0
    assert point.label_support == 1
    assert "30 条评论" in point.description
    assert (point.segments[0].rate, point.segments[0].rate_elsewhere) == (1.0, 0.0)
    assert "多见于外卖（每百条里 100.0 条说到，别处 0.0 条）" in point.description
    assert points["人员态度差"].pain_type == "service_disengagement"


def test_a_segment_says_how_many_of_its_own_comments_name_the_pain_point(space, namer, pipeline):
    slow = [("送餐太慢了", "亦庄店" if number < 80 else "朝阳店", None) for number in range(100)]
    rest = [("还行", "亦庄店" if number < 120 else "朝阳店", None) for number in range(400)]
    (segment,) = described([*slow, *rest], {"配送慢": range(100)}, space, namer, pipeline.taxonomy)["配送慢"].segments
    assert (segment.share, segment.elsewhere) == (0.8, 0.3)  # of the pain point, and of the other comments
    assert (segment.rate, segment.rate_elsewhere) == (0.4, 0.0667)  # 80 of 200 there, 20 of 300 elsewhere


def test_describe_names_pain_points_that_come_together(space, namer, pipeline):
    comments = [Comment(id=str(number), text="-") for number in range(40)]
    slow = [complaint(str(number), "送餐太慢了") for number in range(12)]
    cold = [complaint(str(number), "饭是凉的", start=9) for number in range(10)]
    dear = [complaint(str(number), "太贵了", start=20) for number in range(0, 40, 4)]
    points = [
        cluster(label, members[0].touchpoint, members).model_copy(update={"id": label})
        for label, members in {"配送慢": slow, "餐品凉了": cold, "价格贵": dear}.items()
    ]
    told = describe(points, place([*slow, *cold, *dear], space), comments, namer, pipeline.taxonomy)
    assert [(one.label, one.comments) for one in told[0].companions] == [("餐品凉了", 10)]
    assert told[2].companions == ()


def test_no_segment_is_reported_where_nothing_differs(space, namer, pipeline):
    rows = [("送餐太慢了" if number % 2 else "还行", f"渠道{number % 5}", None) for number in range(100)]
    points = described(rows, {"配送慢": range(1, 100, 2)}, space, namer, pipeline.taxonomy)
    assert points["配送慢"].segments == ()
    assert (points["配送慢"].first_seen, points["配送慢"].last_seen) == (None, None)


@pytest.mark.parametrize(
    ("label", "texts", "share"),
    [
        ("配送慢", ["送餐太慢了", "配送超时", "味道太咸了"], 0.6667),
        ("配送慢", ["等了两个多小时才送到", "味道太咸了"], 0.5),  # recognised, though it holds no word of the label
        ("电梯难等", ["电梯等半天", "太难等了", "没人管"], 0.6667),
    ],
)
def test_label_support_counts_members_that_the_name_is_true_of(label, texts, share, space, namer):
    placed = place([complaint(str(number), text) for number, text in enumerate(texts)], space)
    assert Support(placed, namer).label_support(label, range(len(texts))) == share


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_log_odds_sides_with_the_larger_share_and_turns_with_the_sides(count, more, others, more_others):
    n, n_others = count + more, others + more_others
    ratio, deviation = log_odds(count, n, others, n_others)
    back, same = log_odds(others, n_others, count, n)
    assert deviation == pytest.approx(same)
    assert ratio == pytest.approx(-back)
    assert deviation > 0
