"""The journey map: stages and their touchpoints along the way, the customers' mood above, how often each is named below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from voc.records import Label
from voc.report.charts.bars import SIGNS
from voc.report.charts.lines import runs
from voc.report.charts.svg import FONT_PX, round_up, tag, text_width
from voc.report.format import interval as as_interval
from voc.report.format import number
from voc.report.format import share as as_share

_LEFTMOST, _RIGHT = 56, 12
_STAGE = 30  # height of the row of stages
_CURVE_TOP, _CURVE_BOTTOM = 56, 236
_BARS_TOP, _BARS_BOTTOM = 268, 316
_BAR = 26
_NAMES = 334
_LINE = 15
_NARROWEST, _MOST_LINES = 56, 3
_NARROW = 34  # a column on paper: two Chinese characters wide
_TURNED = 132  # height of names that are turned


class JourneyPoint(NamedTuple):
    """One touchpoint.

    Parameters
    ----------
    stage : str
        Name of its stage; those of one stage follow each other.
    name : str
        Of the touchpoint.
    href : str
        Where to read more.
    mentions : int
        How often it is named; without any, it has no mark, and with too few the curve does not run through it.
    share : float
        Of negative mentions, 0 to 1.
    interval : tuple of float, float
        Around it.
    """

    stage: str
    name: str
    href: str
    mentions: int
    share: float
    interval: tuple[float, float]


def compare(point: JourneyPoint, average: float) -> Label:
    """Whether a touchpoint is worse or better than all of them together, beyond its interval.

    Parameters
    ----------
    point : JourneyPoint
        With mentions.
    average : float
        Share of negative mentions of all touchpoints.

    Returns
    -------
    Label
        Negative: worse; positive: better; neutral: the interval holds the average.

    Examples
    --------
    >>> compare(JourneyPoint("履约配送", "物流配送", "#", 812, 0.62, (0.59, 0.65)), 0.34)
    'negative'
    """
    if point.interval[0] > average:
        return "negative"
    return "positive" if point.interval[1] < average else "neutral"


def fold(name: str, width: float) -> list[str]:
    """Break a name into lines.

    Parameters
    ----------
    name : str
        Chinese breaks anywhere, other words between each other.
    width : float
        Of a line, in pixels.

    Returns
    -------
    list of str
        At most three; what does not fit ends with an ellipsis.

    Examples
    --------
    >>> fold("Online and offline alike", 76), fold("物流配送", 50)
    (['Online and', 'offline', 'alike'], ['物流配送'])
    """
    lines = [""]
    pieces = name.replace(" ", " \N{NULL}").split("\N{NULL}") if name.isascii() else list(name)
    for piece in pieces:
        if lines[-1] and text_width((lines[-1] + piece).rstrip()) > width:
            lines.append("")
        lines[-1] += piece
    lines = [line.strip() for line in lines]
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]}…"]


def journey_map(points: Sequence[JourneyPoint], *, average: float, words: dict[str, str], least: int = 1, narrow: bool = False) -> Markup:
    """Draw the map; it keeps its size, so what holds it must scroll.

    Parameters
    ----------
    points : sequence of JourneyPoint
        In the order of the journey.
    average : float
        Share of negative mentions of all touchpoints.
    words : dict of str to str
        ``title``; ``good`` and ``bad``, the ends of the axis; ``volume``; ``point`` with places for name, mentions, share and interval;
        and ``few``, said of a point that the curve leaves out.
    least : int
        Mentions that the curve needs; of fewer there is a small open mark beside it.
    narrow : bool
        Fits the width of a page of paper: two Chinese characters a line, other names turned.

    Returns
    -------
    markupsafe.Markup
        A group of links, one a touchpoint.

    Examples
    --------
    >>> words = dict.fromkeys(("title", "good", "bad", "volume", "few"), "") | {"point": "{name} {mentions}"}
    >>> points = [JourneyPoint("履约配送", "物流配送", "/journey/delivery", 812, 0.62, (0.59, 0.65))]
    >>> 'aria-label="物流配送 812"' in journey_map(points, average=0.34, words=words)
    True
    """
    turned = narrow and any(point.name.isascii() for point in points)
    column = _NARROW if narrow else _column(points)
    names = [[point.name] if turned else fold(point.name, column - 4) for point in points]
    left = max(_LEFTMOST, text_width(words["volume"]) + 12)
    width = left + column * len(points) + _RIGHT
    height = _NAMES + (_TURNED if turned else _LINE * max(map(len, names), default=1))
    sure = [point.mentions >= max(least, 1) for point in points]
    ends = [point.interval[1] if enough else point.share for point, enough in zip(points, sure, strict=True) if point.mentions]
    largest = round_up(max(ends, default=1))

    def middle(index: int) -> float:
        return left + column * (index + 0.5)

    def depth(value: float) -> float:  # much complaint is low
        return _CURVE_TOP + (_CURVE_BOTTOM - _CURVE_TOP) * value / largest

    drawn = [*_stages(points, left, column, height), *_axis(largest, left, width, depth, words)]
    level = depth(min(average, largest))
    drawn.append(tag("line", x1=left, x2=width - _RIGHT, y1=level, y2=level, class_="chart-average"))
    for run in runs(sure):
        band = [(middle(i), depth(points[i].interval[0])) for i in run] + [(middle(i), depth(points[i].interval[1])) for i in reversed(run)]
        drawn.append(tag("polygon", points=_coordinates(band), class_="chart-band"))
        drawn.append(tag("polyline", points=_coordinates([(middle(i), depth(points[i].share)) for i in run]), class_="chart-line"))
    most = max((point.mentions for point in points), default=0) or 1
    for index, point in enumerate(points):
        x, y = middle(index), depth(point.share)
        high = (_BARS_BOTTOM - _BARS_TOP) * point.mentions / most
        inside = [
            tag("rect", x=x - column / 2 + 1, y=_STAGE + 2, width=column - 2, height=height - _STAGE - 4, rx=4, class_="journey-hit"),
            tag("rect", x=x - _BAR / 2, y=_BARS_BOTTOM - high, width=_BAR, height=high, class_="journey-volume"),
            tag("text", number(point.mentions), x=x, y=_BARS_BOTTOM - high - 5, class_="axis", text_anchor="middle"),
        ]
        said = words["point"].format(
            name=point.name, mentions=number(point.mentions), share=as_share(point.share), interval=as_interval(point.interval)
        )
        if sure[index]:
            verdict = compare(point, average)
            low, high = depth(point.interval[0]), depth(point.interval[1])
            inside += [
                tag("line", x1=x, x2=x, y1=low, y2=high, class_="journey-whisker"),
                tag("circle", cx=x, cy=y, r=7 if verdict == "neutral" else 9, class_=f"journey-point {verdict}"),  # neutral: itself a ring
                tag("text", "" if verdict == "neutral" else SIGNS[verdict], x=x, y=y, class_="on-fill"),
            ]
        elif point.mentions:
            inside.append(tag("circle", cx=x, cy=y, r=4.5, class_="journey-point few"))
            said += words["few"]
        inside.append(_name(names[index], x, turned))
        drawn.append(tag("a", tag("title", said), *inside, href=point.href, aria_label=said, class_="journey-link"))
    return tag(
        "svg",
        *drawn,
        class_="chart journey",
        role="group",
        aria_label=words["title"],
        width=float(width),
        height=height,
        viewBox=f"0 0 {width:g} {height}",
    )


def _column(points: Sequence[JourneyPoint]) -> float:
    words = [word for point in points for word in (point.name.split() if point.name.isascii() else ["四个汉字"])]
    return max(_NARROWEST, max(map(text_width, words), default=0) + 8)


def _name(lines: Sequence[str], x: float, turned: bool) -> Markup:
    if turned:
        at = {"transform": f"translate({x - FONT_PX / 2 + 2:g} {_NAMES - 8}) rotate(90)"}
        return tag("text", *lines, class_="journey-name", **at)
    written = [tag("tspan", line, x=x, dy=_LINE if number_ else 0) for number_, line in enumerate(lines)]
    return tag("text", *written, x=x, y=_NAMES, class_="journey-name", text_anchor="middle")


def _coordinates(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _stages(points: Sequence[JourneyPoint], left: float, column: float, height: float) -> list[Markup]:
    drawn: list[Markup] = []
    at = 0.0
    for number_, (stage, members) in enumerate(groupby(points, key=lambda point: point.stage)):
        wide = column * len(list(members))
        x = left + at
        drawn.append(tag("rect", x=x, y=0, width=wide, height=height, class_=f"journey-stage shade-{number_ % 2}"))
        first, *more = fold(stage, wide - 6)
        drawn.append(tag("text", first, x=x + wide / 2, y=14 if more else 20, class_="journey-stage-name", text_anchor="middle"))
        if more:
            drawn.append(tag("text", more[0], x=x + wide / 2, y=29, class_="journey-stage-name", text_anchor="middle"))
        at += wide
    return drawn


def _axis(largest: float, left: float, width: float, depth: Callable[[float], float], words: dict[str, str]) -> list[Markup]:
    drawn: list[Markup] = []
    for quarter in range(5):
        y = depth(largest * quarter / 4)
        drawn.append(tag("line", x1=left, x2=width - _RIGHT, y1=y, y2=y, class_="chart-grid"))
        drawn.append(tag("text", as_share(largest * quarter / 4, 0), x=left - 8, y=y + 4, class_="axis", text_anchor="end"))
    drawn += [
        tag("text", words["good"], x=4, y=_CURVE_TOP - 8 - FONT_PX, class_="axis"),
        tag("text", words["bad"], x=4, y=_CURVE_BOTTOM + 22, class_="axis"),
        tag("text", words["volume"], x=left - 8, y=_BARS_BOTTOM, class_="axis", text_anchor="end"),
        tag("line", x1=left, x2=width - _RIGHT, y1=_BARS_BOTTOM, y2=_BARS_BOTTOM, class_="chart-base"),
    ]
    return drawn
