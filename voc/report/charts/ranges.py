"""A figure with its interval on a scale: for rows that are to be compared, whatever the unit."""

from __future__ import annotations

from markupsafe import Markup

from voc.records import Label
from voc.report.charts.svg import percent, tag

_HEIGHT_PX = 20


def range_bar(
    value: float,
    interval: tuple[float, float],
    scale: tuple[float, float],
    *,
    label: str,
    middle: float | None = None,
    good: str = "up",
) -> Markup:
    """A dot, its interval as a whisker, and the line that it is held against.

    Parameters
    ----------
    value : float
        The figure.
    interval : tuple of float, float
        Around it.
    scale : tuple of float, float
        Left and right edge; the same for all rows that are compared.
    label : str
        The figures in words, for who does not see the chart.
    middle : float, optional
        What it is held against: 0, or the figure of all. The dot has a colour where the interval lies on one side of it.
    good : {"up", "down"}
        Which side is the good one.

    Returns
    -------
    markupsafe.Markup
        An image.

    Examples
    --------
    >>> "fill-negative" in range_bar(-12, (-20, -4), (-50, 50), label="−12", middle=0)
    True
    >>> "fill-neutral" in range_bar(-2, (-8, 4), (-50, 50), label="−2", middle=0)
    True
    """
    low, high = scale
    width = (high - low) or 1.0

    def at(place: float) -> str:
        return percent((place - low) / width)

    y = _HEIGHT_PX // 2
    lines = [tag("line", x1=at(interval[0]), x2=at(interval[1]), y1=y, y2=y)]
    lines += [tag("line", x1=at(end), x2=at(end), y1=y - 4, y2=y + 4) for end in interval]
    against = [] if middle is None else [tag("line", x1=at(middle), x2=at(middle), y1=0, y2=_HEIGHT_PX, class_="range-middle")]
    return tag(
        "svg",
        tag("rect", x=0, y=y - 1, width="100%", height=2, class_="chart-track"),
        *against,
        tag("g", *lines, class_="whisker"),
        tag("circle", cx=at(value), cy=y, r=5, class_=f"fill-{_side(interval, middle, good)} range-dot"),
        class_="chart range-bar",
        role="img",
        aria_label=label,
        width="100%",
        height=_HEIGHT_PX,
    )


def _side(interval: tuple[float, float], middle: float | None, good: str) -> Label:
    if middle is None or interval[0] <= middle <= interval[1]:
        return "neutral"
    return "positive" if (interval[0] > middle) == (good == "up") else "negative"
