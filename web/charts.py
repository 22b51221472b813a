"""The charts of the pages: those of the report."""

from voc.report.charts import JourneyPoint, TrendPoint, journey_map, range_bar, sentiment_bar, share_bar, sparkline, trend
from voc.statistics.intervals import LEAST

__all__ = ["LEAST", "JourneyPoint", "TrendPoint", "journey_map", "range_bar", "sentiment_bar", "share_bar", "sparkline", "trend"]
