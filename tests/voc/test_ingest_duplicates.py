import random

import pytest

from voc.ingest.duplicates import mark_duplicates
from voc.records import Comment, Problem

LONG = "这家店的服务员态度非常好，菜品味道也很不错，环境干净整洁，下次还会带朋友一起来，强烈推荐给大家"


def marked(*texts):
    return [item.duplicate_of for item in mark_duplicates(Comment(id=str(at), text=text) for at, text in enumerate(texts))]


@pytest.mark.parametrize(
    ("first", "second", "copied"),
    [
        (LONG, LONG, True),
        (LONG, LONG.replace("，", " ") + "！！！", True),
        (LONG, LONG.replace("大家", "各位"), True),
        (
            "订单 20260305001 的商品破损，客服一直不处理问题，让人很失望",
            "订单 20260399123 的商品破损，客服一直不处理问题，让人很失望",
            True,
        ),
        ("送餐太慢了，等了两个小时", "送餐太慢了 等了两个小时。", True),
        ("送餐太慢，足足等了30分钟", "送餐太慢，足足等了90分钟", False),
        (LONG, "这家店的服务员态度非常差，菜品味道也不行，环境又脏又乱，下次不会带朋友一起来，千万不要去", False),
        ("味道很好", "味道很好", False),  # independent customers say the same short thing
    ],
)
def test_duplicates_pairs(first, second, copied):
    assert marked(first, second) == [None, "0" if copied else None]


def test_duplicates_point_at_the_first_of_their_kind():
    near = LONG.replace("大家", "各位")
    assert marked(LONG, near, near, LONG, "另外一句完全没有关系的话，说的是停车", near) == [None, "0", "0", "0", None, "0"]


def test_duplicates_are_found_far_apart_and_order_is_kept():
    draw = random.Random(7)
    letters = [chr(0x4E00 + at) for at in range(2000)]
    others = ["".join(draw.choices(letters, k=40)) for _ in range(6000)]
    texts = [LONG, *others, LONG.replace("大家", "各位"), others[0][:39] + "呀"]
    items = [Problem(file="a.csv", row=1, reason="x"), *(Comment(id=str(at), text=text) for at, text in enumerate(texts))]
    out = list(mark_duplicates(items))
    assert [item.model_copy(update={"duplicate_of": None}) if isinstance(item, Comment) else item for item in out] == items
    assert {item.id: item.duplicate_of for item in out[1:] if item.duplicate_of} == {"6001": "0", "6002": "1"}


def test_duplicates_of_texts_that_differ_more_are_rarely_marked():
    draw = random.Random(3)
    letters = [chr(0x4E00 + at) for at in range(2000)]
    wrong = 0
    for _ in range(200):
        text = draw.choices(letters, k=60)
        other = list(text)
        for at in draw.sample(range(60), 8):  # Jaccard about 0.5
            other[at] = draw.choice(letters)
        wrong += marked("".join(text), "".join(other))[1] is not None
    assert wrong == 0
