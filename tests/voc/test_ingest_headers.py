"""Odd heads of tables: a line for Excel alone, columns without a value, columns of one name."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from voc.errors import TableError
from voc.ingest import TableOptions, inspect_tables, read_all
from voc.records import Comment, Notice, Problem

DATA = Path(__file__).parents[1] / "data"


def read(path, **options):
    return list(read_all([(path, table) for table in inspect_tables(path, TableOptions(**options))]))


def texts(items):
    return [item.text for item in items if isinstance(item, Comment)]


def notices(items):
    return [(item.column, item.reason.split(" / ")[0]) for item in items if isinstance(item, Notice) and item.row == 0]


def csv(tmp_path, *lines, name="a.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_headers_below_a_separator_line():
    path = DATA / "separator_line.csv"
    (table,) = inspect_tables(path)
    # Excel hides the line: the header is its row 1.
    assert (table.delimiter, table.header_row, table.headers) == (";", 1, ("编号", "评价内容", "评分"))
    assert [(item.row, item.text) for item in read(path)] == [(2, "送餐太慢，等了一小时，菜也凉了"), (3, "味道不错，分量足，下次再来")]


@pytest.mark.parametrize("line", ['"sep=^"', "SEP=^", "sep=^\r", "sep=^^^"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_headers_below_a_separator_line_in_other_spellings(tmp_path, line, encoding):
    path = csv(tmp_path, line, "编号^评价内容", "1^太慢,太贵", encoding=encoding)
    (table,) = inspect_tables(path)
    assert (table.delimiter, table.headers, texts(read(path))) == ("^", ("编号", "评价内容"), ["太慢,太贵"])


def test_headers_separator_word_in_an_ordinary_table(tmp_path):
    assert inspect_tables(csv(tmp_path, "sep=,评价内容", "1,太慢"))[0].headers == ("sep=", "评价内容")


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("编号,评价内容,留言", "留言"),
        ("编号,评价内容,顾客怎么说", "顾客怎么说"),
        ("编号,评价内容,评价内容", "评价内容~2"),
        ("编号,您的意见是？,您还有什么建议？", "您还有什么建议？"),
    ],
)
def test_headers_of_an_empty_column_are_never_guessed_to_be_text(tmp_path, header, text):
    path = csv(tmp_path, header, "1,,送餐太慢，等了好久", "2,,味道不错，下次再来")
    (table,) = inspect_tables(path)
    assert table.text_columns == (text,)
    items = read(path)
    assert texts(items) == ["送餐太慢，等了好久", "味道不错，下次再来"]
    assert (header.split(",")[1], "整列为空，未作文本列") in notices(items)


def test_headers_of_a_column_that_is_filled_only_far_below_are_text(tmp_path):
    path = csv(tmp_path, "编号,您的意见是？,您还有什么建议？", *(f"{at},,送餐等了{at}分钟" for at in range(1500)), "1500,味道不错,")
    (table,) = inspect_tables(path)
    assert table.text_columns == ("您的意见是？", "您还有什么建议？")
    assert len(read(path)) == 3002


def test_headers_of_nothing_but_an_empty_text_column_are_said_and_can_be_named(tmp_path):
    path = csv(tmp_path, "编号,评价内容,NPS", "1,,9", "2,,3")
    with pytest.raises(TableError, match=r"评价内容.*整列为空") as caught:
        inspect_tables(path)
    assert caught.value.code == "empty_text_column"
    assert "--text 评价内容" in caught.value.hint
    # Who names it gets every row, with its score.
    assert [item.answer.nps for item in read(path, text=("评价内容",)) if type(item) is Problem] == [9, 3]


def test_headers_of_a_sheet_where_nobody_wrote_follow_the_other_sheets(tmp_path):
    path = tmp_path / "有一张表没人写.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, text in (("朝阳店", ""), ("国贸店", "送餐太慢了")):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, ["编号", "评价内容", "NPS"])
        sheet.write_row(1, 0, [1, text, 9])
    book.close()
    assert [table.sheet for table in inspect_tables(path)] == ["朝阳店", "国贸店"]
    blank, comment = (item for item in read(path) if not isinstance(item, Notice))
    assert (blank.answer.nps, comment.nps) == (9, 9)


def test_headers_of_one_name_are_both_kept_and_told(tmp_path):
    path = csv(tmp_path, "编号,评价内容,评分,评分", "1,送餐太慢了,2,4", "2,味道不错,5,3")
    items = read(path)
    assert [(item.rating, item.extra) for item in items if isinstance(item, Comment)] == [(2.0, {"评分~2": "4"}), (5.0, {"评分~2": "3"})]
    assert notices(items) == [("评分~2", "列名重复，已加后缀")]


def test_headers_of_one_question_asked_twice_are_two_texts(tmp_path):
    path = csv(tmp_path, "编号,请说明原因,请说明原因", "1,送餐太慢了,味道不错", "2,停车难,环境好")
    assert inspect_tables(path)[0].text_columns == ("请说明原因", "请说明原因~2")


def test_headers_of_one_name_in_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array(["送餐太慢了"]), pa.array(["4"]), pa.array(["5"])], names=["评价", "分", "分"]), path)
    items = read(path)
    assert items[0].extra == {"分": "4", "分~2": "5"}
    assert notices(items) == [("分~2", "列名重复，已加后缀")]


TITLED = ("外卖满意度,三月,内部", "单号,说法,骑手", "编号,评价内容,姓名", "1,送餐太慢了、等了一小时,甲", "2,味道很好、还会再来,乙")


@pytest.mark.parametrize(
    ("row", "headers", "first"),
    [
        (3, ("编号", "评价内容", "姓名"), 4),
        (2, ("单号", "说法", "骑手"), 3),
        (1, ("外卖满意度", "三月", "内部"), 2),
        (0, ("列1", "列2", "列3"), 1),
    ],
)
def test_headers_in_the_row_that_the_user_names(tmp_path, row, headers, first):
    path = csv(tmp_path, *TITLED)
    (table,) = inspect_tables(path, TableOptions(text=(headers[1],), header_row=row))
    assert (table.header_row, table.headers) == (row, headers)
    assert next(item.row for item in read_all([(path, table)]) if isinstance(item, Comment)) == first


def test_headers_in_two_rows_keep_their_groups_where_the_lower_is_named(tmp_path):
    path = csv(tmp_path, "编号,评分,,意见", ",服务,环境,", "1,5,4,送餐太慢了", "2,3,4,味道很好")
    found = inspect_tables(path)[0]
    assert inspect_tables(path, TableOptions(header_row=2))[0].headers == found.headers == ("编号", "评分/服务", "评分/环境", "意见")


def test_headers_named_shorter_than_the_rows_get_names(tmp_path):
    path = csv(tmp_path, "外卖满意度", "编号,评价内容,评分", "1,送餐太慢了,2", "2,味道很好,5")
    assert inspect_tables(path, TableOptions(text=("列2",), header_row=1))[0].headers == ("外卖满意度", "列2", "列3")


def test_headers_in_a_row_without_anything_are_refused(tmp_path):
    with pytest.raises(TableError, match="第 9 行没有内容，不能作表头") as caught:
        inspect_tables(csv(tmp_path, *TITLED), TableOptions(header_row=9))
    assert caught.value.code == "no_header_row"


def test_headers_of_formats_that_name_their_columns_stay(tmp_path):
    path = csv(tmp_path, '{"编号": 1, "评价内容": "送餐太慢了"}', name="a.jsonl")
    assert inspect_tables(path, TableOptions(header_row=1))[0].headers == ("编号", "评价内容")


def test_headers_named_for_a_workbook_pass_over_sheets_that_are_shorter(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("说明", [["三月的问卷"]]), ("数据", [["外卖", "三月"], ["单号", "说法"], ["1", "送餐太慢了，等了一小时。"]])):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    (table,) = inspect_tables(path, TableOptions(header_row=2))
    assert (table.sheet, table.headers) == ("数据", ("单号", "说法"))
