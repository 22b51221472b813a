"""What the review queue asks of the store: whole judgements, taking them back, pace, random audit, a second look, and training data."""

from __future__ import annotations

import pytest

from toy_store import analysis_of, scored, small_batch
from voc.errors import RecordNotFound
from voc.evaluate import read_gold
from voc.records import Mention, Span
from voc.store import pace, reviews
from voc.store.corrections import gold_lines, is_whole, judgement
from voc.store.records import CommentFilter
from voc.store.search import places_of
from voc.taxonomy import load_taxonomy
from voc.training.data import read_gold as read_lessons


@pytest.fixture
def store(empty_store):
    empty_store.upgrade()
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    empty_store.save_run(empty_store.add_upload("三月.xlsx").id, comments, annotations, analysis_of(batch), {})
    return empty_store


def judge(store, key, sentiment, reviewer="王丽", **touchpoints):
    return store.add_reviews("r1", key, judgement(store.comment("r1", key), sentiment, touchpoints), reviewer)


def test_a_judgement_stores_what_is_confirmed_changed_added_and_gone(store):
    comment = store.comment("r1", 1)
    decided = judgement(comment, "neutral", {"after_sales": "negative", "delivery": "positive", "packaging": None})
    assert decided == {"sentiment": "neutral", "after_sales": "negative", "delivery": "positive", "customer_support": None}
    store.add_reviews("r1", 1, decided, "王丽")
    assert store.comment("r1", 1).touchpoints == {"after_sales": "negative", "delivery": "positive"}
    # What a review added can be taken out again by the next one.
    assert judgement(store.comment("r1", 1), "neutral", {})["delivery"] is None


def test_what_was_decided_together_is_taken_back_together(store):
    before = store.comment("r1", 1)
    judge(store, 1, "neutral", after_sales="positive")
    judge(store, 2, "positive", reviewer="李雷", delivery="positive")
    assert store.withdraw_together("r1", "王丽") == 1
    assert store.comment("r1", 1) == before
    assert len(store.comment("r1", 2).reviews) == 2
    with pytest.raises(RecordNotFound):
        store.withdraw_together("r1", "王丽")
    with pytest.raises(RecordNotFound):
        store.withdraw_together("r1", "李雷", key=1)


def test_only_the_last_of_two_judgements_is_taken_back(store, monkeypatch):
    for at, sentiment in (("2024-06-01T08:00:00+00:00", "neutral"), ("2024-06-01T08:00:09+00:00", "positive")):
        monkeypatch.setattr("voc.store.findings.now", lambda at=at: at)
        judge(store, 1, sentiment)
    assert store.withdraw_together("r1", "王丽", key=1) == 1
    assert store.comment("r1", 1).sentiment == "neutral"


def test_pace_is_the_median_without_pauses(store, monkeypatch):
    assert store.review_pace("r1", "王丽") == pace.ReviewPace(comments=0, seconds=None)
    for key, at in enumerate(("08:00:00", "08:00:10", "08:00:30", "09:00:00", "09:00:06"), 1):
        monkeypatch.setattr("voc.store.findings.now", lambda at=at: f"2024-06-01T{at}+00:00")
        judge(store, key, "negative")
    assert store.review_pace("r1", "王丽") == pace.ReviewPace(comments=5, seconds=10)
    assert store.review_pace("r1", "李雷").comments == 0


def test_random_audit_ends_at_the_first_comment_that_was_left_out(store):
    order = [one.key for one in store.comments("r1", CommentFilter(order="random")).comments]
    ids = {one.key: one.comment.id for one in store.comments("r1").comments}
    for key in (*order[:3], order[4]):
        judge(store, key, "negative")
    assert store.random_audit("r1") == tuple(ids[key] for key in order[:3])
    for key in order:
        judge(store, key, "negative")
    assert len(store.random_audit("r1")) == len(order)


def test_a_second_look_is_at_what_others_decided(store):
    judge(store, 1, "negative", reviewer="李雷")
    judge(store, 2, "negative", reviewer="李雷")
    judge(store, 2, "neutral", reviewer="王丽")
    looks = {name: [one.key for one in store.comments("r1", CommentFilter(second_look=name)).comments] for name in ("王丽", "李雷", "张三")}
    assert looks == {"王丽": [1], "李雷": [], "张三": [1, 2]}
    assert store.review_summary("r1").people_sentiment.n == 1


def test_comments_are_counted_as_far_as_it_is_worth(store):
    assert store.count_comments("r1", CommentFilter()) == 8
    assert store.count_comments("r1", CommentFilter(), most=5) == 6
    assert store.count_comments("r1", CommentFilter(sentiment="positive", q="快递")) == 1
    assert store.count_comments("r1", CommentFilter(q="客服", order="random")) == 2
    with pytest.raises(RecordNotFound):
        store.comment("r1", 99)


def test_a_touchpoint_that_is_praised_and_complained_of_counts_as_the_journey_counts_it():
    _, annotation = scored("1", "退货不难，退款慢", "negative", "after_sales")
    praise = Mention(id="after_sales", polarity="positive", score=0.9, spans=(Span(start=0, end=4),))
    for mentions in ((*annotation.touchpoints, praise), (praise, *annotation.touchpoints)):
        assert reviews.effective(annotation.model_copy(update={"touchpoints": mentions}), ())[1] == {"after_sales": "negative"}


def test_corrections_are_read_by_evaluation_and_training(store, tmp_path):
    judge(store, 1, "negative", after_sales="negative", privacy_trust="positive")
    judge(store, 7, "positive")
    store.add_review("r1", 2, "sentiment", "neutral")  # the touchpoint is still the model's
    path = tmp_path / "corrections.jsonl"
    path.write_text("".join(store.corrections("r1")), encoding="utf-8")
    first, second = read_gold(path, load_taxonomy())
    assert (first.id, first.sentiment, first.mixed, first.informative, first.intents) == ("1", "negative", True, None, None)
    text = "退款拖了半个月，客服不回复"
    said = [(mention.touchpoint, mention.polarity, mention.evidence) for mention in first.mentions]
    assert said == [("after_sales", -1, text), ("privacy_trust", 1, text)]
    assert (second.sentiment, second.mixed, second.mentions) == ("positive", False, ())
    assert [len(lesson.found) for lesson in read_lessons(path)] == [2, 0]


def test_evidence_is_what_has_the_polarity_that_people_chose(store):
    comment = store.comment("r1", 3)
    spans = (("positive", 0, 3), ("negative", 3, 6))
    mentions = tuple(Mention(id="delivery", polarity=label, score=0.9, spans=(Span(start=a, end=b),)) for label, a, b in spans)
    comment = comment.model_copy(update={"annotation": comment.annotation.model_copy(update={"touchpoints": mentions})})
    assert not is_whole(comment)
    done = store.add_reviews("r1", 3, {"sentiment": "negative", "delivery": "negative"})
    (line,) = gold_lines([comment.model_copy(update={"reviews": done, "touchpoints": {"delivery": "negative"}})])
    assert '"evidence": "态度很"' in line


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("味道不錯，真不錯", "不错", ["不錯", "不錯"]),
        ("iPhone 也好", "IPHONE", ["iPhone"]),
        ("好好好好吃", "好吃", ["好好好好吃"]),
        ("快递很快", "客服", []),
        ("快递很快", " ", []),
    ],
)
def test_hits_are_found_in_the_text_as_people_read_it(text, query, found):
    assert [text[start:end] for start, end in places_of(text, query)] == found
