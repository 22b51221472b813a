"""Statistics that do not cry wolf: satisfaction, journey, drivers, trends, segments, consistency, tiers, before and after, plan.

`report` makes them all of one analysis; each module answers one question and can be asked alone.
"""

from voc.statistics.columns import Columns, Gatherer, gather
from voc.statistics.joined import Action, Wishes, report, report_of
from voc.statistics.plan import Owner
from voc.statistics.records import StatisticsReport
from voc.statistics.trends import watch

__all__ = ["Action", "Columns", "Gatherer", "Owner", "StatisticsReport", "Wishes", "gather", "report", "report_of", "watch"]
