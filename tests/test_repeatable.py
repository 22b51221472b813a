from __future__ import annotations

import json

from voc.analysis import analyse
from voc.pipeline import Pipeline
from voc.records import Comment

TEXTS = [
    "送餐太慢了",
    "等了两个多小时才送到",
    "外賣送得太慢",
    "服务员态度很差",
    "服务态度恶劣,不会再来",
    "服务员态度不好",
    "饭送来是凉的",
    "菜都凉了",
    "还行",
]


def without_run(analysis):
    return json.dumps({**analysis.model_dump(mode="json"), "run": None}, ensure_ascii=False)


def test_ten_runs_give_identical_bytes_whatever_the_number_of_threads(write_table):
    table = write_table(TEXTS * 3)
    runs = {without_run(analyse([table], pipeline=Pipeline(quality="best", threads=1 + number % 3))) for number in range(10)}
    assert len(runs) == 1


def test_order_of_comments_does_not_change_what_is_said_of_them():
    comments = [Comment(id=str(number), text=text) for number, text in enumerate(TEXTS)]
    pipeline = Pipeline(quality="best")
    forward = {one.id: one for one in pipeline.pipe(comments)}
    backward = {one.id: one for one in pipeline.pipe(comments[::-1])}
    assert forward == backward
