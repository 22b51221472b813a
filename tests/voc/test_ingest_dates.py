import pytest

from voc.ingest import inspect_tables, read_all
from voc.ingest.dates import column_date, iso_date, without_year
from voc.records import Comment, Notice


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-03-05", "2026-03-05"),
        ("2026/3/5", "2026-03-05"),
        ("2026.3.5", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("2026年3月5号", "2026-03-05"),
        ("26年3月5日", "2026-03-05"),
        ("２０２６年３月５日", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("20260305142000", "2026-03-05T14:20:00"),
        ("20260305 14:20", "2026-03-05T14:20:00"),
        ("2026年3月5日 14:20", "2026-03-05T14:20:00"),
        ("2026年3月5日 下午3点", "2026-03-05T15:00:00"),
        ("2026年3月5日下午3点半", "2026-03-05T15:30:00"),
        ("2026年3月5日（周四）14:20", "2026-03-05T14:20:00"),
        ("2026-03-05 星期四", "2026-03-05"),
        ("2026/3/5 下午2:20", "2026-03-05T14:20:00"),
        ("2026/3/5 上午12:20", "2026-03-05T00:20:00"),
        ("2026/3/5 晚上12点", "2026-03-05"),
        ("2026/3/5 中午1点", "2026-03-05T13:00:00"),
        ("2026/3/5 2:20:00 PM", "2026-03-05T14:20:00"),
        ("2026-03-05 14:20:01.5", "2026-03-05T14:20:01"),
        ("2026年3月5日14时20分", "2026-03-05T14:20:00"),
        ("2026-03-05T14:20:00Z", "2026-03-05T14:20:00Z"),
        ("2026-03-05T14:20:00+08:00", "2026-03-05T14:20:00+08:00"),
        ("5 March 2026", "2026-03-05"),
        ("5-Mar-26", "2026-03-05"),
        ("Mar 5th, 2026", "2026-03-05"),
        ("Thu, 5 Mar 2026 14:20:00 GMT", "2026-03-05T14:20:00Z"),
        ("2026-02-30", None),
        ("2026-13-01", None),
        ("2026年3月", None),
        ("昨天", None),
        ("3/5/2026", None),
        ("2026-03-05 25:00", None),
        ("2026-03-05 已处理", None),
        ("3月5日", None),
        ("2026030514", None),
        ("46086", None),
        ("", None),
    ],
)
def test_dates_of_a_cell(text, date):
    assert iso_date(text) == date


@pytest.mark.parametrize("text", ["3月5日", "3月5号", "03-05", "3/5", "5 Mar", "5-Mar"])
def test_dates_without_a_year_take_the_one_given(text):
    assert without_year(text)
    assert iso_date(text, 2026) == "2026-03-05"


@pytest.mark.parametrize("text", ["2026-03-05", "昨天", "13月5日", "3.5", "3/5/26", "35", "5月", "1-2次", ""])
def test_dates_that_are_none_lack_no_year(text):
    assert not without_year(text)


def test_dates_without_a_year_follow_the_calendar():
    assert iso_date("2月29日", 2024) == "2024-02-29"
    assert iso_date("2月29日", 2026) is None


@pytest.mark.parametrize(
    ("text", "date"),
    [("46086", "2026-03-05"), ("46086.597222222219", "2026-03-05T14:20:00"), ("12345", None), ("99999", None), ("460860", None)],
)
def test_dates_as_excel_counts_them(text, date):
    assert column_date(text) == date


def read(tmp_path, *dates):
    path = tmp_path / "日期没有年份.csv"
    path.write_text("\n".join(["日期,评价内容", *(f"{date},送餐太慢了" for date in dates)]), encoding="utf-8")
    items = list(read_all([(path, table) for table in inspect_tables(path)]))
    notices = [(item.row, item.reason.split(" / ")[0]) for item in items if isinstance(item, Notice)]
    return [item.created_at for item in items if isinstance(item, Comment)], notices


def test_dates_without_a_year_take_that_of_their_column(tmp_path):
    # The year stands far below: the first rows alone do not tell it.
    dates, notices = read(tmp_path, "5月3日", "05-03 14:20", *["昨天"] * 3, *["5/4"] * 1200, "46146", "2026年5月6日")
    assert dates[:5] == ["2026-05-03", "2026-05-03T14:20:00", None, None, None]
    assert dates[-3:] == ["2026-05-04", "2026-05-04", "2026-05-06"]
    assert notices == [
        (4, "无法识别的日期"),
        (5, "无法识别的日期"),
        (6, "无法识别的日期"),
        (0, "1202 个日期没有年份，按同列其他日期取 2026 年"),
    ]


@pytest.mark.parametrize("others", [(), ("2025-12-31", "2026-01-02")], ids=["no year", "two years"])
def test_dates_whose_year_the_column_does_not_tell_are_noticed(tmp_path, others):
    dates, notices = read(tmp_path, "5月3日", *others, "1月4日")
    assert dates == [None, *others, None]
    assert notices == [(2, "日期没有年份"), (len(others) + 3, "日期没有年份")]
