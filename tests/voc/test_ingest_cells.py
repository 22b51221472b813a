import datetime as dt

import pytest

from voc.ingest.cells import cell_text, iso_date, nps_score, score


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (57.0, "57"),
        (57, "57"),
        (0.5, "0.5"),
        (None, ""),
        (float("nan"), ""),
        ("NaN", ""),
        ("null", ""),
        (" \u3000太慢了\u200b\r\n", "太慢了"),
        ("\ufeff评价", "评价"),
        (dt.date(2026, 3, 5), "2026-03-05"),
        (dt.datetime(2026, 3, 5, 14, 20), "2026-03-05T14:20:00"),
        (True, "True"),
        ("太慢了".encode(), "太慢了"),
        ("无", "无"),
        (1e300, str(int(1e300))),
        (float("inf"), "inf"),
    ],
)
def test_cells_text(value, text):
    assert cell_text(value) == text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-05", "2026-03-05"),
        ("2026/3/5", "2026-03-05"),
        ("2026.3.5", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("２０２６年３月５日", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("20260305142000", "2026-03-05T14:20:00"),
        ("2026年3月5日 14:20", "2026-03-05T14:20:00"),
        ("2026/3/5 下午2:20", "2026-03-05T14:20:00"),
        ("2026-03-05 14:20:01.5", "2026-03-05T14:20:01"),
        ("2026年3月5日14时20分", "2026-03-05T14:20:00"),
        ("2026-03-05T14:20:00Z", "2026-03-05T14:20:00Z"),
        ("2026-03-05T14:20:00+08:00", "2026-03-05T14:20:00+08:00"),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("2026年3月", None),
        ("昨天", None),
        ("3/5/2026", None),
        ("2026-03-05 25:00", None),
        ("", None),
    ],
)
def test_cells_dates(text, date):
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("4.0", 4.0),
        ("5分", 5.0),
        ("５分", 5.0),
        ("4.5 / 5", 4.5),
        ("5（非常满意）", 5.0),
        ("10 - 非常愿意", 10.0),
        ("3星", 3.0),
        ("★★★★☆", 4.0),
        ("五星", 5.0),
        ("非常满意", 5.0),
        ("不滿意", 2.0),
        ("-1", -1.0),
        ("好评", None),
        ("5分钟", None),
        ("1-2次", None),
        ("13800000000", None),
        ("nan", None),
        ("", None),
    ],
)
def test_cells_scores(text, value):
    assert score(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("10.0", 10), ("9分", 9), ("11", None), ("-1", None), ("7.5", None), ("很愿意", None)]
)
def test_cells_nps(text, value):
    assert nps_score(text) == value
