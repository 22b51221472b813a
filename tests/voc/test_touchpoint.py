from __future__ import annotations

import pytest

from voc.errors import TaxonomyError
from voc.records import Span, Verdict
from voc.taxonomy import load_taxonomy
from voc.touchpoint import roll_up

NEGATIVE, NEUTRAL, POSITIVE = (Verdict(label=label, score=0.9) for label in ("negative", "neutral", "positive"))
SPANS = [Span(start=0, end=5), Span(start=6, end=10), Span(start=11, end=15)]


def said(*clauses):
    verdicts, chosen = zip(*clauses, strict=True)
    found = roll_up(SPANS[: len(clauses)], verdicts, [dict.fromkeys(names, 0.8) for names in chosen])
    return {(mention.id, mention.polarity): [span.start for span in mention.spans] for mention in found}


def test_roll_up_keeps_both_feelings_about_one_touchpoint():
    assert said((NEGATIVE, ["product_quality"]), (POSITIVE, ["product_quality"])) == {
        ("product_quality", "negative"): [0],
        ("product_quality", "positive"): [6],
    }


def test_roll_up_gathers_the_evidence():
    assert said((NEGATIVE, ["delivery"]), (POSITIVE, ["packaging"]), (NEGATIVE, ["delivery"]))[("delivery", "negative")] == [0, 11]


def test_roll_up_drops_a_neutral_mention_beside_a_felt_one():
    assert said((NEUTRAL, ["delivery"]), (NEGATIVE, ["delivery"])) == {("delivery", "negative"): [6]}


def test_roll_up_says_overall_only_where_nothing_specific_feels_the_same():
    assert said((NEGATIVE, ["overall"]), (NEGATIVE, ["delivery"])) == {("delivery", "negative"): [6]}
    assert said((POSITIVE, ["overall"]), (NEGATIVE, ["delivery"])) == {("overall", "positive"): [0], ("delivery", "negative"): [6]}


def test_taxonomy_default_has_the_touchpoints_of_the_journey():
    taxonomy = load_taxonomy()
    assert len(taxonomy.touchpoints) == 20
    assert {touchpoint.stage for touchpoint in taxonomy.touchpoints} == {*taxonomy.stages, ""}
    assert taxonomy.keyword_hits("排队排了半小时,收银员态度差") == {"store_environment": 2, "staff_service": 2, "delivery": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("name: x\ntouchpoints: []\n", "no touchpoints"),
        ("name: x\ntouchpoints:\n  - {id: a, zh: 甲}\n  - {id: a, zh: 乙}\n", "ids used twice"),
        ("name: x\ntouchpoints:\n  - {id: a, zh: 甲, keyword: [甲]}\n", "touchpoints.0.keyword"),
        ("name: x\ntouchpoints:\n  - {id: a, zh: 甲, stage: nope}\n", "stages not defined"),
        ("name: [\n", "cannot read"),
    ],
)
def test_taxonomy_that_breaks_the_shape_is_refused_with_the_place(tmp_path, content, reason):
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TaxonomyError) as caught:
        load_taxonomy(path)
    assert reason in str(caught.value)
    assert caught.value.where["file"] == str(path)
