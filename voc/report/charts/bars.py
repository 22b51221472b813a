"""Bars as wide as the place that they stand in."""

from __future__ import annotations

from markupsafe import Markup

from voc.records import LABELS, Label
from voc.report.charts.svg import percent, tag

SIGNS: dict[Label, str] = {"negative": "−", "neutral": "○", "positive": "＋"}
_HEIGHT_PX = 20
_ROOM_FOR_SIGN = 0.06  # of the bar


def share_bar(share: float, interval: tuple[float, float], *, label: str, largest: float = 1.0, polarity: Label = "negative") -> Markup:
    """A share as a bar, with its interval as a whisker.

    Parameters
    ----------
    share : float
        From 0 to 1.
    interval : tuple of float, float
        Around it.
    label : str
        The figures in words, for who does not see the bar.
    largest : float
        Share at the right edge; the same for all bars that are compared.
    polarity : Label
        Gives the colour.

    Returns
    -------
    markupsafe.Markup
        An image.

    Examples
    --------
    >>> "2.5%" in share_bar(0.2, (0.1, 0.3), label="20 %（10–30 %）", largest=4)
    True
    """
    low, high = (percent(bound / largest) for bound in interval)
    middle = _HEIGHT_PX // 2
    whisker = [
        tag("line", x1=low, x2=high, y1=middle, y2=middle),
        *(tag("line", x1=at, x2=at, y1=middle - 4, y2=middle + 4) for at in (low, high)),
    ]
    return tag(
        "svg",
        tag("rect", x=0, y=5, width="100%", height=_HEIGHT_PX - 10, rx=2, class_="chart-track"),
        tag("rect", x=0, y=5, width=percent(share / largest), height=_HEIGHT_PX - 10, rx=2, class_=f"fill-{polarity}"),
        tag("g", *whisker, class_="whisker"),
        class_="chart share-bar",
        role="img",
        aria_label=label,
        width="100%",
        height=_HEIGHT_PX,
    )


def sentiment_bar(counts: dict[Label, int], *, label: str) -> Markup:
    """How many are negative, neutral and positive, as one bar; each part has its sign where there is room.

    Parameters
    ----------
    counts : dict of Label to int
        At least 0 each.
    label : str
        The figures in words.

    Returns
    -------
    markupsafe.Markup
        An image; an empty track where nothing was counted.

    Examples
    --------
    >>> bar = sentiment_bar({"negative": 3, "neutral": 0, "positive": 1}, label="3 · 0 · 1")
    >>> 'width="75%"' in bar, "fill-neutral" in bar
    (True, False)
    """
    total = sum(counts.values())
    parts: list[Markup] = []
    at = 0.0
    for name in LABELS:
        part = counts.get(name, 0) / total if total else 0
        if part:
            parts.append(tag("rect", x=percent(at), y=0, width=percent(part), height=_HEIGHT_PX, class_=f"fill-{name} part"))
        if part >= _ROOM_FOR_SIGN:
            parts.append(tag("text", SIGNS[name], x=percent(at + part / 2), y=_HEIGHT_PX / 2, class_="on-fill"))
        at += part
    track = tag("rect", x=0, y=0, width="100%", height=_HEIGHT_PX, class_="chart-track")
    return tag("svg", track, *parts, class_="chart sentiment-bar", role="img", aria_label=label, width="100%", height=_HEIGHT_PX)
