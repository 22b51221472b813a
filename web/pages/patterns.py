"""GET /patterns: every component in all its states, for whoever writes a page. The customers' words are made up."""

from __future__ import annotations

from typing import Any

from flask import render_template

from voc.metrics import wilson
from voc.records import Label
from voc.taxonomy import load_taxonomy
from web.charts import JourneyPoint, TrendPoint
from web.format import number
from web.names import stage_name, touchpoint_name
from web.pages.access import Page

QUOTE = "上周五下的单，送餐太慢了，等了一个小时才到。味道倒是不错，包装一般。"
EVIDENCE: list[tuple[int, int, Label]] = [(7, 12, "negative"), (13, 21, "negative"), (22, 28, "positive"), (29, 33, "neutral")]
# Mentions and negative ones, in the order of the taxonomy.
MENTIONS = (
    (41, 18), (126, 69), (88, 31), (243, 66), (402, 148), (517, 233), (96, 51), (143, 97), (178, 133), (64, 52),
    (905, 368), (121, 97), (812, 503), (233, 121), (0, 0), (371, 298), (288, 242), (72, 35), (19, 8), (534, 160),
)  # fmt: skip
# Week, complaints of the pain point, comments; one week without any.
WEEKS = (
    ("01-05", 31, 298), ("01-12", 28, 305), ("01-19", 35, 322), ("01-26", 0, 0), ("02-02", 44, 310), ("02-09", 58, 341),
    ("02-16", 71, 355), ("02-23", 66, 330), ("03-02", 83, 361), ("03-09", 79, 349), ("03-16", 52, 338), ("03-23", 38, 327),
)  # fmt: skip
# Name, touchpoint, comments of 4,975, severity, comments a week.
PAIN_POINTS = (
    ("配送慢、超时", "delivery", 790, 0.81, (31, 28, 35, 40, 44, 58, 71, 66, 83, 79, 52, 38)),
    ("客服不回复", "customer_support", 288, 0.77, (20, 22, 25, 21, 24, 23, 26, 24, 25, 27, 25, 26)),
    ("退换货难", "after_sales", 241, 0.9, (35, 33, 30, 28, 25, 22, 19, 16, 12, 9, 7, 5)),
    ("包装破损", "packaging", 96, 0.64, (8, 6, 9, 7, 8, 10, 6, 9, 8, 7, 9, 9)),
)
COMMENTS = 4975
SUB_ISSUES = (("午高峰等得久", 312), ("预计时间不准", 205), ("骑手绕路", 88))


def _journey() -> list[JourneyPoint]:
    taxonomy = load_taxonomy()
    return [
        JourneyPoint(
            stage_name(taxonomy, touchpoint.stage),
            touchpoint_name(taxonomy, touchpoint.id),
            "#journey",
            mentions,
            negative / mentions if mentions else 0.0,
            wilson(negative, mentions),
        )
        for touchpoint, (mentions, negative) in zip(taxonomy.touchpoints, MENTIONS, strict=True)
    ]


def _problem_tree() -> list[dict[str, Any]]:
    taxonomy = load_taxonomy()
    parts = [{"text": text, "note": number(n), "href": "#card"} for text, n in SUB_ISSUES]
    slow = {"text": PAIN_POINTS[0][0], "note": number(PAIN_POINTS[0][2]), "children": parts}
    delivery = {"text": touchpoint_name(taxonomy, "delivery"), "note": number(812), "children": [slow]}
    broken = {"text": PAIN_POINTS[3][0], "note": number(PAIN_POINTS[3][2]), "href": "#card"}
    packaging = {"text": touchpoint_name(taxonomy, "packaging"), "note": number(233), "children": [broken]}
    return [{"text": stage_name(taxonomy, "fulfilment"), "note": number(1166), "children": [delivery, packaging]}]


def make_patterns() -> Page:
    """Make the page.

    Returns
    -------
    Page
        Open to all; it shows nobody's data.
    """
    page = Page("patterns")

    @page.get("/patterns")
    def show() -> str:
        taxonomy = load_taxonomy()
        return render_template(
            "patterns.html",
            quote_text=QUOTE,
            evidence=EVIDENCE,
            journey_points=_journey(),
            average=sum(negative for _, negative in MENTIONS) / sum(mentions for mentions, _ in MENTIONS),
            weeks=[TrendPoint(week, part / n if n else 0.0, wilson(part, n), n) for week, part, n in WEEKS],
            problem_tree=_problem_tree(),
            pain_points=[
                (label, touchpoint_name(taxonomy, touchpoint), n, n / COMMENTS, wilson(n, COMMENTS), severity, counts)
                for label, touchpoint, n, severity, counts in PAIN_POINTS
            ],
        )

    return page
