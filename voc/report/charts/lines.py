"""What happened from week to week: a small line for tables, a large one with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from voc.report.charts.svg import FONT_PX, round_up, tag, text_width
from voc.report.format import number
from voc.report.format import share as in_percent

_MOST_POINTS = 16  # of a small line


class TrendPoint(NamedTuple):
    """One stretch of time.

    Parameters
    ----------
    label : str
        Which, as it stands below the axis.
    share : float
        From 0 to 1.
    interval : tuple of float, float
        Around it.
    n : int
        Of how many; nothing is drawn where it is 0.
    """

    label: str
    share: float
    interval: tuple[float, float]
    n: int


def sparkline(
    counts: Sequence[float], *, title: str, description: str = "", unfinished: bool = False, width: int = 120, height: int = 28
) -> Markup:
    """Counts as a line the height of a row; the last has a point, and the others a smaller one where they are few enough to be told apart.

    Parameters
    ----------
    counts : sequence of float
        In the order of time; from 0.
    title : str
        What it shows, for who does not see it.
    description : str
        The counts in words.
    unfinished : bool
        Whether the last stretch of time was not over: the way to it is dashed and its point hollow, since its count is that of fewer days.
    width, height : int
        In pixels.

    Returns
    -------
    markupsafe.Markup
        An image; a bare line where there are no counts.

    Examples
    --------
    >>> sparkline([1, 2, 4], title="每周评论").count("<circle")
    3
    """
    pad = 4
    step = (width - 2 * pad) / max(len(counts) - 1, 1)
    scale = (height - 2 * pad) / max(*counts, 1) if counts else 0
    places = [(pad + index * step, height - pad - count * scale) for index, count in enumerate(counts)]
    marks = [
        tag("circle", tag("title", number(count)), cx=x, cy=y, **_size(index == len(counts) - 1, unfinished))
        for index, ((x, y), count) in enumerate(zip(places, counts, strict=True))
        if len(counts) <= _MOST_POINTS or index == len(counts) - 1
    ]
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in (places[:-1] if unfinished else places))
    ahead = " ".join(f"{x:.1f},{y:.1f}" for x, y in places[-2:]) if unfinished else ""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        tag("line", x1=pad, x2=width - pad, y1=height - pad, y2=height - pad, class_="chart-base"),
        tag("polyline", points=drawn, class_="chart-line"),
        *([tag("polyline", points=ahead, class_="chart-line unfinished")] if ahead else []),
        *marks,
        class_="chart sparkline",
        role="img",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
    )


def _size(last: bool, unfinished: bool) -> dict[str, object]:
    return {"r": 2.5 if unfinished else 3, "class_": "unfinished" if unfinished else None} if last else {"r": 1.5}


def trend(points: Sequence[TrendPoint], *, title: str, description: str, width: int = 720, height: int = 220) -> Markup:
    """A share over time, with its interval as a band.

    Parameters
    ----------
    points : sequence of TrendPoint
        In the order of time, as far apart as each other.
    title : str
        What it shows.
    description : str
        What can be seen in it, in words.
    width, height : int
        In pixels; narrower places make it smaller as a whole.

    Returns
    -------
    markupsafe.Markup
        An image.

    Examples
    --------
    >>> week = TrendPoint("3月2日", 0.12, (0.09, 0.16), 320)
    >>> "chart-band" in trend([week, week], title="每周占比", description="不变")
    True
    """
    left, right, top, bottom = 52, 16, 12, height - 32
    largest = round_up(max((point.interval[1] for point in points if point.n), default=0))
    step = (width - left - right) / max(len(points) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return left + index * step, bottom - (bottom - top) * value / largest

    grid: list[Markup] = []
    for quarter in range(5):
        _, y = place(0, largest * quarter / 4)
        grid.append(tag("line", x1=left, x2=width - right, y1=y, y2=y, class_="chart-base" if quarter == 0 else "chart-grid"))
        digits = 0 if largest >= 0.2 else 1
        grid.append(tag("text", in_percent(largest * quarter / 4, digits), x=left - 8, y=y + 4, class_="axis", text_anchor="end"))
    every = max(1, int(max((text_width(point.label) for point in points), default=0) + FONT_PX) // max(int(step), 1) + 1)
    names = [
        tag("text", point.label, x=place(index, 0)[0], y=height - 12, class_="axis", text_anchor="middle")
        for index, point in enumerate(points)
        if index % every == 0
    ]
    drawn: list[Markup] = []
    for run in runs([point.n > 0 for point in points]):
        band = [place(i, points[i].interval[1]) for i in run] + [place(i, points[i].interval[0]) for i in reversed(run)]
        drawn.append(tag("polygon", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in band), class_="chart-band"))
        line = " ".join("{:.1f},{:.1f}".format(*place(i, points[i].share)) for i in run)
        drawn.append(tag("polyline", points=line, class_="chart-line"))
    for index, point in enumerate(points):
        if point.n:
            x, y = place(index, point.share)
            drawn.append(tag("circle", tag("title", f"{point.label} · {in_percent(point.share)}"), cx=x, cy=y, r=3.5))
    return tag(
        "svg",
        tag("title", title),
        tag("desc", description),
        *grid,
        *drawn,
        *names,
        class_="chart trend",
        role="img",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
    )


def runs(known: Sequence[bool]) -> list[list[int]]:
    """Stretches without a gap.

    Parameters
    ----------
    known : sequence of bool
        Whether there is something to draw at each place.

    Returns
    -------
    list of list of int
        Places that follow each other.

    Examples
    --------
    >>> runs([True, True, False, True])
    [[0, 1], [3]]
    """
    found: list[list[int]] = []
    for index, there in enumerate(known):
        if there and index and known[index - 1]:
            found[-1].append(index)
        elif there:
            found.append([index])
    return found
