"""Totals, signatures and notes below a table are no comments; a comment that only begins like one is."""

from pathlib import Path

import pytest
import xlsxwriter

from voc.ingest import inspect_tables, read_all
from voc.records import Comment, Notice, Problem

DATA = Path(__file__).parents[1] / "data"
SUM, NOTE = "汇总行，不是评论", "表尾说明，不是评论"


def read(path):
    return list(read_all([(path, table) for table in inspect_tables(path)]))


def reasons(items):
    return [(item.row, item.reason.split(" / ")[0]) for item in items if type(item) is Problem]


def below(tmp_path, header, row, *lines):
    """What is said of the last lines of a table that has two comments before them."""
    path = tmp_path / "a.csv"
    path.write_text("\n".join([header, row, row, *lines]), encoding="utf-8")
    kept = [item for item in read(path)[2:] if not isinstance(item, Notice)]
    return [item.text if isinstance(item, Comment) else item.reason.split(" / ")[0] for item in kept]


def test_footer_of_a_whole_table():
    items = read(DATA / "summary_rows_below.csv")
    assert [item.text for item in items if isinstance(item, Comment)] == ["送餐太慢了", "总计花了300元，太贵了", "平均一个菜等半小时"]
    assert reasons(items) == [(3, "空白回答"), (4, SUM), (7, SUM), (8, SUM), (9, "空白回答"), (10, NOTE), (11, NOTE)]
    # A respondent who wrote nothing counts in the NPS; an average does not.
    assert [item.answer and item.answer.nps for item in items if type(item) is Problem] == [9, None, None, None, None, None, None]
    assert all(item.hint for item in items if type(item) is Problem and item.reason.startswith((SUM, NOTE)))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("合计,,", SUM),
        ("合計：57条,,", SUM),
        ("总计,57,4.3", SUM),
        ("合计/平均,,4.3", SUM),
        ("朝阳店 小计,,4.3", SUM),
        ("共57条记录,,", SUM),
        ("Grand Total,57,4.3", SUM),
        ("平均分：4.3,,", SUM),
        (",合计,4.3", SUM),
        (",总计：57,4.3", SUM),
        (",平均,4.3", SUM),
        (",平均分,", SUM),
        (",Total,57", SUM),
        (",Average,4.3", SUM),
        ("3,合计,9", SUM),
        ("制表人：王芳,,", NOTE),
        ("製表人：王芳,審核人：李強,", NOTE),
        ("注：数据截至3月31日,,", NOTE),
        (",制表人：王芳,", NOTE),
        (",导出时间：2026-03-31 18:00,", NOTE),
        (",注：本表由系统自动导出，仅供内部使用。,", NOTE),
        # Comments, whatever they begin with.
        ("3,总计花了300元，太贵了,1", "总计花了300元，太贵了"),
        (",总计300元,", "总计300元"),
        ("3,平均,3", "平均"),
        (",Average,3", "Average"),
        ("3,说明：包装破了,1", "说明：包装破了"),
        (",说明：我收到的包装破了,", "说明：我收到的包装破了"),
        (",制表人：写错了，我要投诉,", "制表人：写错了，我要投诉"),
        ("3,共3份,", "共3份"),
        ("3,说明书看不懂,1", "说明书看不懂"),
        # A respondent who wrote nothing.
        ("3,,4", "空白回答"),
    ],
)
def test_footer_of_one_line(tmp_path, line, said):
    assert below(tmp_path, "编号,评价内容,评分", "1,送餐太慢了,2", line) == [said]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["合计,,", "3,很好,5"], [SUM, "很好"]),  # a total inside the table is one all the same
        (["平均,,4.3", "3,很好,5"], ["空白回答", "很好"]),
        ([",制表人：王芳,", "3,很好,5"], ["制表人：王芳", "很好"]),
        (["合计,,9", "说明：", "1、评分为1到5分,,", "2、数据截至3月底,,"], [SUM, NOTE, "空白回答", "空白回答"]),
        (["平均,,4.3", *[f"{number},,4" for number in range(99)]], ["空白回答"] * 100),
    ],
)
def test_footer_is_at_the_end(tmp_path, lines, said):
    assert below(tmp_path, "编号,评价内容,评分", "1,送餐太慢了,2", *lines) == said


@pytest.mark.parametrize(
    ("line", "said"), [("合计：57", SUM), ("制表人：王芳", NOTE), ("说明：包装破了", "说明：包装破了"), ("总计花了300元", "总计花了300元")]
)
def test_footer_of_a_list_without_other_columns(tmp_path, line, said):
    assert below(tmp_path, "评价内容", "送餐太慢了", line) == [said]


def test_footer_of_a_shop_that_is_called_total(tmp_path):
    assert below(tmp_path, "门店,评价内容,NPS", "Total,加油排队太久,2", "Total,,9") == ["空白回答"]


def test_footer_is_one_problem_for_each_text_column(tmp_path):
    path = tmp_path / "合计行.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for at, row in enumerate([["编号", "优点", "缺点"], [1, "味道好", "太慢"], [2, "干净", ""], ["合计", 2, 1]]):
        sheet.write_row(at, 0, row)
    book.close()
    items = read(path)
    assert [(item.row, item.column) for item in items if type(item) is Problem] == [(3, "缺点"), (4, "优点"), (4, "缺点")]
