import pytest

from voc.ingest import inspect_tables, read_all
from voc.ingest.scores import nps_score, score
from voc.records import Comment, Notice


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5.0),
        ("4.0", 4.0),
        ("5分", 5.0),
        ("8 分", 8.0),
        ("８", 8.0),
        ("５分", 5.0),
        ("4.5 / 5", 4.5),
        ("9/10", 9.0),
        ("9分/10分", 9.0),
        ("8分（满分10分）", 8.0),
        ("5（非常满意）", 5.0),
        ("5=非常满意", 5.0),
        ("10 - 非常愿意", 10.0),
        ("3星", 3.0),
        ("4星半", 4.5),
        ("四颗星", 4.0),
        ("四星半", 4.5),
        ("五分", 5.0),
        ("十分", 10.0),
        ("★★★★☆", 4.0),
        ("★★★½", 3.5),
        ("⭐️⭐️⭐️", 3.0),
        ("五星", 5.0),
        ("非常满意", 5.0),
        ("非常满意（5分）", 5.0),
        ("A. 非常满意", 5.0),
        ("满意！", 4.0),
        ("一般", 3.0),
        ("不滿意", 2.0),
        ("极不满意", 1.0),
        ("Very satisfied", 5.0),
        ("-1", -1.0),
        ("1 - 非常满意", None),  # a scale that runs the other way, or a slip: either reading may be wrong
        ("5（非常不满意）", None),
        ("非常满意（1分）", None),
        ("☆☆☆☆☆", None),
        ("好评", None),
        ("5分钟", None),
        ("五分钟", None),
        ("五", None),
        ("1-2次", None),
        ("13800000000", None),
        ("nan", None),
        ("", None),
    ],
)
def test_scores_of_a_cell(text, value):
    assert score(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("10.0", 10),
        ("9分", 9),
        ("8 分", 8),
        ("８", 8),
        ("9/10", 9),
        ("十分", 10),
        ("10 - 非常愿意", 10),
        ("0（完全不会推荐）", 0),
        ("11", None),
        ("-1", None),
        ("7.5", None),
        ("很愿意", None),
        # Of five steps: taken for 0–10, the happiest customer would be a detractor.
        ("非常满意", None),
        ("4/5", None),
        ("五星", None),
        ("5星", None),
        ("★★★★★", None),
    ],
)
def test_scores_of_a_recommendation(text, value):
    assert nps_score(text) == value


def test_scores_in_words_are_read_and_the_others_noticed_beside_their_comment(tmp_path):
    path = tmp_path / "打分写成文字.csv"
    rows = ["8分,四星,送餐太慢了", "９,★★★★☆,味道不错", "10 - 非常愿意,非常满意,服务热情", "看情况,凑合,停车不方便"]
    path.write_text("\n".join(["推荐意愿,评分,评价内容", *rows]), encoding="utf-8")
    items = list(read_all([(path, table) for table in inspect_tables(path)]))
    comments = [item for item in items if isinstance(item, Comment)]
    assert [(comment.nps, comment.rating) for comment in comments] == [(8, 4.0), (9, 4.0), (10, 5.0), (None, None)]
    assert comments[3].extra == {"推荐意愿": "看情况", "评分": "凑合"}
    assert [(item.row, item.column) for item in items if isinstance(item, Notice)] == [(5, "推荐意愿"), (5, "评分")]
