import pytest

from voc.errors import TableError
from voc.ingest.columns import TableOptions, assign_columns
from voc.ingest.header import find_header
from voc.ingest.names import SYNONYMS, asks, plain_name, role_of
from voc.ingest.rawrow import RawRow

TEXTS = ["送餐太慢了，等了一个小时", "味道不错，下次还来", "店员态度很差", "停车不方便，找了半天"]


def rows(*cells, first=1):
    return [RawRow(number, list(row)) for number, row in enumerate(cells, start=first)]


def assigned(names, *cells, **options):
    return assign_columns(names, rows(*cells), TableOptions(**options))


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("评价内容", "text"),
        ("*您的意见", "text"),
        ("顾客留言", "text"),
        ("評論", "text"),
        ("reviewText", "text"),
        ("Comment Text", "text"),
        ("编号", "id"),
        ("評論ID", "id"),
        ("提交时间", "created_at"),
        ("回访日期", "created_at"),
        ("created_at", "created_at"),
        ("来源渠道", "channel"),
        ("所属门店", "store"),
        ("門店名稱", "store"),
        ("商品名称", "product"),
        ("城市", "region"),
        ("用户ID", "customer_id"),
        ("NPS", "nps"),
        ("总体满意度（1-5分）", "csat"),
        ("费力度", "ces"),
        ("服务评分", "rating"),
        ("Stars", "rating"),
        ("姓名", None),
        ("context", None),
        ("送餐太慢了", None),
        ("", None),
    ],
)
def test_columns_names(name, role):
    assert role_of(name) == role


def test_columns_synonyms_are_plain_and_each_means_one_thing():
    everything = [synonym for synonyms in SYNONYMS.values() for synonym in synonyms]
    assert [synonym for synonym in everything if plain_name(synonym) != synonym] == []
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize(
    ("name", "is_question"),
    [
        ("您对门店最不满意的地方是什么？", True),
        ("请留下您的宝贵意见", True),
        ("What could we do better for you?", True),
        ("评价内容", False),
        ("送餐怎么这么慢？", False),
        ("您好，我的订单还没到", False),
    ],
)
def test_columns_questions(name, is_question):
    assert asks(name) is is_question


def test_columns_of_title_and_detail_the_longer_is_text():
    cells = [("1", "停车", TEXTS[3]), ("2", "态度", TEXTS[2]), ("3", "味道", TEXTS[1])]
    assert assigned(["id", "title", "detail"], *cells).text_columns == ("detail",)
    assert assigned(["id", "标题", "内容"], *cells).text_columns == ("内容",)
    assert assigned(["id", "内容", "标题"], *cells).text_columns == ("标题",)  # the values decide, not the name


@pytest.mark.parametrize(
    ("names", "cells", "text"),
    [
        (["优点", "缺点"], [("好吃", "太贵"), ("快", "太咸")], ("优点", "缺点")),
        (
            ["评价内容", "商家回复"],
            [(TEXTS[0], "非常抱歉给您带来不好的体验，我们会改进"), (TEXTS[1], "感谢您的支持，欢迎下次光临")],
            ("评价内容",),
        ),
        (["评价", "反馈内容"], [("5", TEXTS[0]), ("4", TEXTS[1])], ("反馈内容",)),
        (["评价", "说法"], [("好评", TEXTS[0]), ("差评", TEXTS[1])] * 8, ("说法",)),
        (["姓名", "评价"], [("张三", "很好"), ("李四", "很好")] * 8, ("评价",)),
        (["列1"], [("很好",), ("太慢",)] * 8, ("列1",)),
        (["怎么说", "客户姓名"], [(TEXTS[0], "张三"), (TEXTS[1], "李四")], ("怎么说",)),
        (["您从哪里得知我们？", "您还有什么建议？"], [("朋友┋广告", "多开几家"), ("广告", "便宜点")], ("您还有什么建议？",)),
    ],
)
def test_columns_text(names, cells, text):
    assert assigned(names, *cells).text_columns == text


def test_columns_names_whose_values_do_not_fit_are_left_alone():
    cells = [(TEXTS[at % 4], f"顾客{at}", "好", "很快") for at in range(8)]
    found = assigned(["评价内容", "日期", "评分", "NPS"], *cells)
    assert found.columns == {"text": "评价内容"}


def test_columns_score_questions_are_told_by_their_values():
    nps, csat = "您有多大可能向朋友推荐我们？", "您对本次服务的满意度是？"
    names = ["您的建议", nps, csat]
    assert assigned(names, ("多开几家", "9", "非常满意"), ("便宜点", "10", "一般")).columns == {
        "text": "您的建议",
        "nps": nps,
        "csat": csat,
    }
    # 12 is no answer from 0 to 10, and 是 is no score.
    assert assigned(names, ("多开几家", "12", "是"), ("便宜点", "30", "否")).columns == {"text": "您的建议"}


def test_columns_none_holds_comments():
    with pytest.raises(TableError, match="姓名, 地址"):
        assigned(["姓名", "地址"], ("张三", "北京市朝阳区建国路八十八号"), ("李四", "上海市徐汇区衡山路十二号"))


@pytest.mark.parametrize(
    ("cells", "row", "names"),
    [
        ([["编号", "评价"], ["1", "太慢"]], 1, ("编号", "评价")),
        ([["调查结果", ""], ["编号", "评价"], ["1", "太慢"]], 2, ("编号", "评价")),
        (
            [["门店：", "朝阳店", "", ""], ["编号", "评价", "评分", "日期"], ["1", "太慢", "2", "2026-03-05"]],
            2,
            ("编号", "评价", "评分", "日期"),
        ),
        (
            [["基本信息", "", "评分", ""], ["编号", "评价", "服务", "环境"], ["1", "太慢", "2", "3"]],
            2,
            ("基本信息/编号", "基本信息/评价", "评分/服务", "评分/环境"),
        ),
        ([["甲", "乙"], ["太慢", "2"], ["很好", "3"]], 1, ("甲", "乙")),
        ([["1", "太慢", "朝阳店"], ["2", "很好", "国贸店"]], 0, ("列1", "列2", "列3")),
        ([["太慢", "朝阳店"], ["很好", "国贸店"], ["一般", "朝阳店"]], 0, ("列1", "列2")),
        ([["编号", "评价", "评价", "", ""], ["1", "太慢", "很好", "备注", ""]], 1, ("编号", "评价", "评价~2", "列4", "列5")),
        ([["A001", "很好", "张三", "1"], ["A002", "太慢", "李四", "2"]], 0, ("列1", "列2", "列3", "列4")),
        (
            [["编号", "评价", "", "门店"], ["A001", "很好", "张三", ""], ["A002", "太慢", "李四", "朝阳店"]],
            1,
            ("编号", "评价", "列3", "门店"),
        ),
        (
            [
                ["导出人：张三", "", "导出时间：2026-11-23"],
                ["编号", "评价", "门店"],
                ["A001", "太慢", "朝阳店"],
                ["A002", "很好", "国贸店"],
            ],
            2,
            ("编号", "评价", "门店"),
        ),
        ([["意见反馈"], ["送餐太慢"]], 1, ("意见反馈",)),
        ([["满意度调查汇总"], ["评价内容"], ["送餐太慢"]], 2, ("评价内容",)),
    ],
)
def test_columns_header_is_found(cells, row, names):
    assert find_header(rows(*cells)) == (row, names)


@pytest.mark.parametrize("worst", ["最不满意的地方", "您最不满意的地方", "需要改进的地方", "最不满意或需要改进的地方"])
def test_columns_best_and_worst_are_both_answers(worst):
    names = ("编号", "最满意的地方", worst, "NPS")
    columns = assign_columns(
        names, rows(["A1", "味道很好，分量也足", "送餐太慢，汤都洒了", "9"], ["A2", "没有", "客服不回复", "3"]), TableOptions()
    )
    assert columns.text_columns == ("最满意的地方", worst)
    assert columns.columns["nps"] == "NPS"
