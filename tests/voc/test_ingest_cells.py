import datetime as dt

import pytest

from voc.ingest.cells import cell_text


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
