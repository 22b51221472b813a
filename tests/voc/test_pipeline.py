from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.pipeline import Pipeline
from voc.records import Annotation, Comment
from voc.redact import redact_comment
from voc.taxonomy import load_taxonomy

COMMENTS = [
    "送餐太慢了，味道不錯！",
    "客服一直不回复，退款拖了半个月",
    "包装完好，物流很快，推荐购买",
    "一般般吧，没有想象的好",
    "。。。",
    "",
    "房间很干净，就是隔音差，隔壁打呼噜都听得见",
    "我的手机１３８００１３８０００，快联系我",
    "The delivery was late and the box was broken",
    "好好好好好吃！！！！😍",
] * 8


def mentions(annotation: Annotation) -> set[tuple[str, str]]:
    return {(mention.id, mention.polarity) for mention in annotation.touchpoints}


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("送餐太慢了", "negative", {("delivery", "negative")}),
        ("味道很好，分量也足", "positive", {("product_quality", "positive")}),
        ("客服半天不回消息", "negative", {("customer_support", "negative")}),
        ("快递很给力，第二天就到了", "positive", {("delivery", "positive")}),
        ("申请退货一直不处理", "negative", {("after_sales", "negative")}),
        ("汤全洒了，袋子里都是油", "negative", {("packaging", "negative")}),
    ],
)
def test_pipeline_reads_plain_comments(pipeline, text, label, expected):
    annotation = pipeline(text)
    assert annotation.sentiment.label == label
    assert expected <= mentions(annotation)


@pytest.mark.parametrize("quality", ["pipeline", "fast_pipeline"])
@pytest.mark.parametrize("text", ["无", "没有", "没有了。", "暂无", "没啥", "暂时没有建议"])
def test_pipeline_hears_nothing_in_an_empty_answer(request, quality, text):
    asked = Comment(id="1", text=text, question="哪里最需要改进？", nps=3)
    [annotation] = request.getfixturevalue(quality).pipe([asked])
    assert (annotation.sentiment.label, annotation.touchpoints, annotation.informative) == ("neutral", (), False)
    assert {clause.sentiment.label for clause in annotation.clauses} <= {"neutral"}


def test_pipeline_keeps_praise_and_complaint_apart(pipeline):
    annotation = pipeline("送餐太慢了，但是味道真的不錯！", id="57")
    assert mentions(annotation) >= {("delivery", "negative"), ("product_quality", "positive")}
    assert annotation.id == "57"
    assert annotation.language == "zh-Hant"
    delivery = next(mention for mention in annotation.touchpoints if mention.id == "delivery")
    assert [annotation.text[span.start : span.end] for span in delivery.spans] == ["送餐太慢了"]


@pytest.mark.parametrize("quality", ["pipeline", "fast_pipeline"])
def test_pipeline_result_is_the_same_in_any_batch(request, quality):
    pipeline = request.getfixturevalue(quality)
    comments = [Comment(id=str(number), text=text) for number, text in enumerate(COMMENTS)]
    by_size = [[annotation.model_dump_json() for annotation in pipeline.pipe(comments, batch_size=size)] for size in (1, 7, 64)]
    assert by_size[0] == by_size[1] == by_size[2]
    backwards = [annotation.model_dump_json() for annotation in pipeline.pipe(comments[::-1])]
    assert backwards[::-1] == by_size[0]


def test_pipeline_says_the_same_of_a_traditional_twin(pipeline):
    simplified, traditional = pipeline("送餐太慢了，味道不错"), pipeline("送餐太慢了，味道不錯")
    assert simplified.sentiment == traditional.sentiment
    assert simplified.touchpoints == traditional.touchpoints
    assert traditional.text == "送餐太慢了，味道不錯"  # people keep reading the customer's own script


@given(
    st.lists(
        st.sampled_from(
            ["送餐太慢", "１３８００１３８０００", "😡", "體驗(yàn)", "！！！！", "<br>", "但是", "\u200b", " ", "ok", "好好好好吃"]
        ),
        max_size=8,
    )
)
@settings(max_examples=60, deadline=None)
def test_pipeline_offsets_lie_in_the_text(pipeline, parts):
    annotation = pipeline("，".join(parts))
    spans = [*annotation.clauses, *(span for mention in annotation.touchpoints for span in mention.spans)]
    assert all(0 <= span.start < span.end <= len(annotation.text) for span in spans)
    assert "13800138000" not in annotation.text + annotation.normalised
    assert sum(annotation.sentiment.probabilities.values()) == pytest.approx(1, abs=1e-3)


def test_pipeline_counts_the_comments_that_a_dictionary_word_was_applied_in(tmp_path):
    userdict = tmp_path / "mine.txt"
    userdict.write_text("捞派滑牛肉\n从没提到的词\n", encoding="utf-8")
    pipeline = Pipeline(userdicts=[userdict])
    list(pipeline.pipe([Comment(id="1", text="捞派滑牛肉不新鲜，捞派滑牛肉太贵"), Comment(id="2", text="捞派滑牛肉好吃")]))
    assert pipeline.userdict_hits == {"捞派滑牛肉": 2, "从没提到的词": 0}


def test_pipeline_finds_touchpoints_of_an_own_taxonomy_by_keywords(tmp_path):
    path = tmp_path / "clinic.yaml"
    registration, doctor = "{id: registration, zh: 挂号, keywords: [挂号, 取号]}", "{id: doctor, zh: 医生, keywords: [医生, 大夫]}"
    path.write_text(f"name: clinic\ntouchpoints:\n  - {registration}\n  - {doctor}\n", encoding="utf-8")
    pipeline = Pipeline(taxonomy=load_taxonomy(path))
    assert mentions(pipeline("挂号太难了，大夫很耐心")) == {("registration", "negative"), ("doctor", "positive")}


def test_redact_comment_masks_the_text_and_what_stands_beside_it():
    comment = Comment(
        id="1",
        text="打13800138000找我",
        customer_id="13800138000",
        store="静安寺店",
        extra={"联系电话": "13800138000", "备注": "微信abc12345", "数量": "3"},
    )
    safe = redact_comment(comment).model_dump_json()
    assert "13800138000" not in safe
    assert "静安寺店" in safe
    assert redact_comment(comment).extra["数量"] == "3"
