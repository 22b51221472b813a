"""Charts are well-formed, say their figures, and escape what they are given."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from voc.report.charts import JourneyPoint, TrendPoint, journey_map, sentiment_bar, share_bar, sparkline, trend

WORDS = dict.fromkeys(("title", "good", "bad", "volume", "few"), "词") | {"point": "{name}：{mentions} 次，{share}（{interval}）"}
EVIL = '"><script>alert(1)</script>'


def parse(chart):
    return ElementTree.fromstring(chart)  # noqa: S314


def point(name="物流配送", mentions=812, share=0.62, interval=(0.58, 0.66), stage="履约配送"):
    return JourneyPoint(stage, name, "/journey?touchpoint=delivery&run=1", mentions, share, interval)


@pytest.mark.parametrize(
    "chart",
    [
        share_bar(0.12, (0.1, 0.14), label=EVIL),
        sentiment_bar({"negative": 1, "neutral": 2, "positive": 3}, label=EVIL),
        sparkline([1, 2, 3], title=EVIL, description=EVIL),
        trend([TrendPoint(EVIL, 0.1, (0.0, 0.2), 30)] * 3, title=EVIL, description=EVIL),
        journey_map([point(name=EVIL, stage=EVIL)], average=0.4, words=WORDS | {"title": EVIL}),
    ],
)
def test_charts_escape_words_and_use_no_style_attribute(chart):
    root = parse(chart)
    assert all(element.tag != "script" and "style" not in element.attrib for element in root.iter())
    assert root.get("aria-label") or root.find("title").text == EVIL


@pytest.mark.parametrize(
    "chart",
    [
        sparkline([], title="空"),
        sparkline([], title="空", unfinished=True),
        sparkline([7], title="一周", unfinished=True),
        sparkline([0, 0], title="零"),
        sparkline([7], title="一周"),
        trend([], title="空", description=""),
        trend([TrendPoint("1", 0, (0, 0), 0)], title="空", description=""),
        sentiment_bar({}, label="空"),
        journey_map([], average=0, words=WORDS),
        journey_map([point(mentions=0, share=0, interval=(0, 0))], average=0, words=WORDS),
        share_bar(0, (0, 0), label="零"),
        share_bar(1, (0.9, 1), label="一", largest=0.5),
    ],
)
def test_charts_of_nothing_and_of_too_much_are_still_charts(chart):
    root = parse(chart)
    assert not any(value in {"nan", "inf"} for element in root.iter() for value in element.attrib.values())


def test_journey_puts_more_complaints_lower_and_compares_beyond_the_interval():
    points = [
        point("好", share=0.1, interval=(0.08, 0.12)),
        point("平", mentions=9, share=0.4, interval=(0.1, 0.8)),
        point("差", share=0.7, interval=(0.66, 0.74)),
    ]
    root = parse(journey_map(points, average=0.34, words=WORDS))
    circles = [circle.attrib for circle in root.iter("circle")]
    assert [circle["class"].split()[1] for circle in circles] == ["positive", "neutral", "negative"]
    assert [float(circle["cy"]) for circle in circles] == sorted(float(circle["cy"]) for circle in circles)
    links = list(root.iter("a"))
    assert links[2].get("aria-label").replace("\N{NO-BREAK SPACE}", " ") == "差：812 次，70.0 %（66.0–74.0 %）"
    assert links[0].get("href") == "/journey?touchpoint=delivery&run=1"


def test_journey_leaves_a_gap_where_nobody_speaks():
    root = parse(journey_map([point(), point(), point(mentions=0), point()], average=0.4, words=WORDS))
    assert len(list(root.iter("polyline"))) == 2
    assert len(list(root.iter("circle"))) == 3
    assert len(list(root.iter("a"))) == 4


def test_journey_does_not_join_what_few_speak_of():
    points = [point(), point(), point("二人", mentions=2, share=0.5, interval=(0.09, 0.91)), point(), point(mentions=30)]
    root = parse(journey_map(points, average=0.4, words=WORDS | {"few": "；太少"}, least=30))
    marks = [circle.get("class") for circle in root.iter("circle")]
    assert marks == [f"journey-point {kind}" for kind in ("negative", "negative", "few", "negative", "negative")]
    assert [len(line.get("points").split()) for line in root.iter("polyline")] == [2, 2]
    assert len([line for line in root.iter("line") if line.get("class") == "journey-whisker"]) == 4
    assert [link.get("aria-label").endswith("；太少") for link in root.iter("a")] == [False, False, True, False, False]
    assert "80 %" in [(text.text or "").replace("\N{NO-BREAK SPACE}", " ") for text in root.iter("text")]  # two do not stretch the scale


def test_trend_and_journey_draw_each_stage_once():
    root = parse(journey_map([point(stage="甲"), point(stage="甲"), point(stage="乙")], average=0.4, words=WORDS))
    assert [text.text for text in root.iter("text") if text.get("class") == "journey-stage-name"] == ["甲", "乙"]


def test_a_week_that_is_not_over_is_dashed_and_hollow():
    drawn = sparkline([40, 44, 6], title="每周评论", unfinished=True)
    assert drawn.count('class="chart-line unfinished"') == drawn.count('class="unfinished"') == 1
    assert "unfinished" not in sparkline([40, 44, 6], title="每周评论")
