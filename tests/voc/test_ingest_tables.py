"""Whole files, as people send them: what is read out of each, and what is said about the rest."""

import datetime as dt
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt

from voc.errors import TableError
from voc.ingest import TableOptions, inspect_tables, read_all, read_comments
from voc.records import Comment, Notice, Problem

DATA = Path(__file__).parents[1] / "data"
HEADER = ["编号", "评价内容", "日期", "评分"]


def read(path, **options):
    sources = [(path, table) for table in inspect_tables(path, TableOptions(**options))]
    return list(read_all(sources))


def texts(items):
    return [item.text for item in items if isinstance(item, Comment)]


def problems(items):
    return [(item.row, item.column) for item in items if type(item) is Problem]


def test_tables_gb18030_csv():
    path = DATA / "gb18030.csv"
    (table,) = inspect_tables(path)
    assert (table.encoding, table.delimiter, table.header_row) == ("gb18030", ",", 1)
    assert table.columns == {"text": "评价内容", "id": "编号", "created_at": "日期", "rating": "评分"}
    first, second = read_comments(path, table)
    assert first == Comment(id="1", text="送餐太慢了，等了一个多小时", created_at="2026-03-05", rating=2.0, file="gb18030.csv", row=2)
    assert (second.created_at, second.rating) == ("2026-03-06T18:30:00", 5.0)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("big5_cantonese.csv", ["送餐慢咗成粒鐘，啲嘢食都凍晒", "店員態度幾好，下次再嚟"]),
        ("utf16_tabs.csv", ["太慢了"]),
        ("nul_bytes.csv", ["太慢了"]),
        ("tabs_named.xls", ["太慢了"]),
        ("no_header_one_column.csv", ["送餐太慢了", "很好,下次再来", "味道一般,有点咸,不推荐", "没有建议"]),
        ("two_row_header.csv", ["音乐太吵了", "停车难"]),
    ],
)
def test_tables_odd_files_simply_open(name, found):
    items = read(DATA / name)
    assert texts(items) == found
    assert len(items) == len(found)


def test_tables_title_rows_and_blank_rows():
    items = read(DATA / "title_rows_above_header.csv")
    assert [(item.id, item.row, item.csat) for item in items if isinstance(item, Comment)] == [("1", 4, 2.0), ("2", 6, 5.0)]
    assert problems(items) == [(5, "评价内容")]  # blank inside the table; the blank rows after the last one do not exist


def test_tables_two_row_header_joins_its_groups():
    (table,) = inspect_tables(DATA / "two_row_header.csv")
    assert (table.header_row, table.headers) == (2, ("编号", "评分/服务", "评分/环境", "意见"))


def test_tables_unclosed_quote_costs_one_row():
    items = read(DATA / "unclosed_quote.csv")
    assert texts(items) == ["很好", "慢，太慢", '他说"马上到"']
    assert problems(items) == [(3, "评价")]
    assert "差得很" not in str(items[1])


def test_tables_delimiter_inside_text_is_a_problem_not_a_shifted_row():
    items = read(DATA / "delimiter_inside_text.csv")
    assert texts(items) == ["可以"]
    assert [(item.row, item.reason.split(" / ")[0]) for item in items if type(item) is Problem] == [(2, "单元格多于表头"), (4, "空白回答")]


def test_tables_survey_questions_become_comments_of_their_own():
    items = read(DATA / "survey_questions.csv")
    comments = [item for item in items if isinstance(item, Comment)]
    assert [(comment.id, comment.question, comment.nps) for comment in comments] == [
        ("1#1", "您对门店最不满意的地方是什么？", 6),
        ("1#2", "您还有什么建议？", 6),
        ("2#2", "您还有什么建议？", 9),
        ("3#1", "您对门店最不满意的地方是什么？", None),
    ]
    assert comments[0].extra == {"您的性别？": "女"}
    # 11 is no answer from 0 to 10: the comment stays, the value moves, a notice says so.
    assert comments[3].extra["您有多大可能把我们推荐给朋友（0-10）"] == "11"
    assert [(notice.row, notice.column) for notice in items if isinstance(notice, Notice)] == [(4, "您有多大可能把我们推荐给朋友（0-10）")]
    assert problems(items) == [(3, "您对门店最不满意的地方是什么？"), (4, "您还有什么建议？")]


def test_tables_broken_json_lines():
    items = read(DATA / "broken_lines.jsonl")
    assert [(item.id, item.text, item.rating) for item in items if isinstance(item, Comment)] == [("1", "太慢了", 3.0), ("3", "好?", None)]
    assert problems(items) == [(2, "content"), (3, "content")]
    assert items[-1].extra == {"more": '{"a": 1}'}


@pytest.fixture
def workbook(tmp_path):
    """Title merged over all columns, an empty row, the header, a store merged over two rows, an hour, a number stored as a float."""
    path = tmp_path / "门店评价.xlsx"
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("评价")
    sheet.merge_range(0, 0, 0, 3, "2026年上半年门店满意度调查")
    sheet.write_row(2, 0, ["编号", "门店", "评价内容", "日期"])
    sheet.merge_range(3, 1, 4, 1, "朝阳店")
    for row, (number, text) in enumerate([(57.0, "送餐太慢了"), (58.0, "第一行\n第二行")], start=3):
        sheet.write(row, 0, number)
        sheet.write(row, 2, text)
        sheet.write_datetime(row, 3, dt.datetime(2026, 3, 5), day)
    book.add_worksheet("空")
    book.add_worksheet("说明").write(0, 0, "本表由系统导出")
    book.add_chartsheet("图")
    book.close()
    return path


def test_tables_workbook(workbook):
    (table,) = inspect_tables(workbook)
    assert (table.sheet, table.header_row) == ("评价", 3)
    assert [(c.id, c.text, c.store, c.created_at, c.row, c.file) for c in read_comments(workbook, table)] == [
        ("57", "送餐太慢了", "朝阳店", "2026-03-05", 4, "门店评价.xlsx[评价]"),
        ("58", "第一行\n第二行", "朝阳店", "2026-03-05", 5, "门店评价.xlsx[评价]"),
    ]


def test_tables_workbook_sheet_that_is_asked_for_must_hold_comments(workbook):
    with pytest.raises(TableError) as caught:
        inspect_tables(workbook, TableOptions(sheets=("评价", "空")))
    assert caught.value.code == "no_rows"
    with pytest.raises(TableError, match="'汇总'") as caught:
        inspect_tables(workbook, TableOptions(sheets=("汇总",)))
    assert "评价, 空, 说明" in caught.value.hint


def test_tables_xls(tmp_path):
    book = xlwt.Workbook()
    sheet = book.add_sheet("旧表")
    for row, cells in enumerate([HEADER, [57, "太慢了", "2026/3/5", 2]]):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    book.save(str(tmp_path / "old.xls"))
    (comment,) = read(tmp_path / "old.xls")
    assert (comment.id, comment.text, comment.rating, comment.created_at) == ("57", "太慢了", 2.0, "2026-03-05")


def test_tables_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    when = pa.array([dt.datetime(2026, 3, 5, 14, 20), None], pa.timestamp("ns"))
    pq.write_table(pa.table({"评价": ["太慢了", None], "时间": when, "标签": [["a"], []], "NPS": [9.0, None]}), path)
    comment, problem = read(path)
    assert (comment.text, comment.created_at, comment.nps, comment.extra) == ("太慢了", "2026-03-05T14:20:00", 9, {"标签": '["a"]'})
    assert (problem.row, problem.column) == (2, "评价")


def test_tables_several_files_have_ids_of_their_own(tmp_path):
    for name in ("一月", "二月"):
        (tmp_path / f"{name}.csv").write_text("评价\n太慢了\n很好\n", encoding="utf-8")
    paths = [tmp_path / "一月.csv", tmp_path / "二月.csv"]
    sources = [(path, table) for path in paths for table in inspect_tables(path)]
    assert [item.id for item in read_all(sources)] == ["一月-2", "一月-3", "二月-2", "二月-3"]


def test_tables_repeated_ids_get_a_suffix_and_one_notice(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,评价\n57,太慢了\n57,很好\n57~2,一般\n58,还行\n", encoding="utf-8")
    *comments, notice = read(path)
    assert [comment.id for comment in comments] == ["57", "57~2", "57~2~2", "58"]
    assert isinstance(notice, Notice)
    assert notice.reason.startswith("2 个编号重复")


def test_tables_empty_id_is_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,评价\n57,太慢了\n,很好\n", encoding="utf-8")
    _, second, notice = read(path)
    assert (second.id, notice.row, notice.column) == ("row-3", 3, "id")


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"text": ("反馈",)}, [("A1", "太慢了", None, None)]),
        ({"text": ("标题", "反馈")}, [("A1#1", "投诉", "标题", None), ("A1#2", "太慢了", "反馈", None)]),
        ({"text": ("反馈",), "id": "单号"}, [("B7", "太慢了", None, None)]),
        ({"text": ("反馈",), "columns": {"channel": "单号"}}, [("A1", "太慢了", None, "B7")]),
    ],
)
def test_tables_the_users_word_comes_first(tmp_path, options, found):
    path = tmp_path / "a.csv"
    path.write_text("编号,单号,标题,反馈\nA1,B7,投诉,太慢了\n", encoding="utf-8")
    assert [(c.id, c.text, c.question, c.channel) for c in read(path, **options)] == found


@pytest.mark.parametrize(
    "options", [{"text": ("评论",)}, {"text": ("反馈",), "id": "评论"}, {"text": ("反馈",), "columns": {"store": "评论"}}]
)
def test_tables_unknown_column_lists_those_seen(tmp_path, options):
    path = tmp_path / "a.csv"
    path.write_text("编号,反馈\n1,太慢了\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"'评论'.*编号, 反馈") as caught:
        read(path, **options)
    assert caught.value.code == "unknown_column"


def test_tables_header_repeated_in_the_middle_is_no_comment(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,评价\n1,太慢了\n编号,评价\n2,很好\n", encoding="utf-8")
    items = read(path)
    assert texts(items) == ["太慢了", "很好"]
    assert problems(items) == [(3, "评价")]


def test_tables_standard_input(tmp_path, monkeypatch):
    from voc.ingest import copies

    for content in (json.dumps({"id": 7, "text": "太慢了"}) + "\n", "编号,评价\n7,太慢了\n"):
        copies.standard_input.cache_clear()
        stream = tmp_path / "stream"
        stream.write_text(content, encoding="utf-8")
        with stream.open(encoding="utf-8") as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            (comment,) = read(Path("-"))
        assert (comment.id, comment.text) == ("7", "太慢了")
    copies.standard_input.cache_clear()


def test_tables_note_far_right_and_far_down_stays_beside_its_comment(tmp_path):
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["评价", *["送餐太慢了"] * 1500])
    sheet.write(1400, 3, "已回访")
    book.close()
    items = read(path)
    assert len(texts(items)) == len(items) == 1500
    assert items[1399].extra == {"列4": "已回访"}


def test_gzipped_table_is_read_like_the_table(tmp_path):
    packed = tmp_path / "评价.csv.gz"
    packed.write_bytes(gzip.compress("编号,评价内容\n1,送餐太慢了\n2,味道很好\n".encode("gb18030")))
    (table,) = inspect_tables(packed)
    assert (table.name, table.encoding) == ("评价.csv", "gb18030")
    assert [comment.text for comment in read_comments(packed, table)] == ["送餐太慢了", "味道很好"]


@pytest.mark.parametrize(
    "content", [b"no gzip at all", gzip.compress(b"id,text\n1,abc\n" * 99, mtime=0)[:-9]], ids=["no gzip", "cut short"]
)
def test_damaged_gzip_is_refused(tmp_path, content):
    path = tmp_path / "damaged.csv.gz"
    path.write_bytes(content)
    with pytest.raises(TableError, match=r"gzip"):
        inspect_tables(path)
