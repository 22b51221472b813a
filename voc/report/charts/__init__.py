"""Charts as inline SVG: pure functions from numbers to markup. Colours come from the style sheet, words from the caller."""

from voc.report.charts.bars import sentiment_bar, share_bar
from voc.report.charts.journey import JourneyPoint, journey_map
from voc.report.charts.lines import TrendPoint, sparkline, trend
from voc.report.charts.ranges import range_bar

__all__ = [
    "JourneyPoint",
    "TrendPoint",
    "journey_map",
    "range_bar",
    "sentiment_bar",
    "share_bar",
    "sparkline",
    "trend",
]
