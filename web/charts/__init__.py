"""Charts as inline SVG: pure functions from numbers to markup. Colours come from the style sheet, words from the caller."""

from web.charts.bars import sentiment_bar, share_bar
from web.charts.journey import JourneyPoint, journey_map
from web.charts.lines import TrendPoint, sparkline, trend

__all__ = ["JourneyPoint", "TrendPoint", "journey_map", "sentiment_bar", "share_bar", "sparkline", "trend"]
