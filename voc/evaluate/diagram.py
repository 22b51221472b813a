"""Draws the reliability diagram, as SVG."""

from __future__ import annotations

from collections.abc import Sequence

from voc.errors import SettingsError
from voc.evaluate.reliability import Bin

_SIDE, _LEFT, _TOP = 320, 64, 56  # of the plot, px


def reliability_svg(bins: Sequence[Bin]) -> str:
    """Reliability diagram (DeGroot and Fienberg, 1983): accuracy against confidence, bars as wide as their bin is full.

    Parameters
    ----------
    bins : sequence of Bin
        As of `reliability_bins`.

    Returns
    -------
    str
        A whole SVG file; nothing in it is loaded from elsewhere.

    Raises
    ------
    SettingsError
        If there is no bin to draw.
    """
    if not bins:
        hint = "需要三分类情感标注 / needs gold comments with three-class sentiment"
        raise SettingsError("no_reliability", "没有可画的可靠性图 / nothing to draw a reliability diagram of", hint)
    total, most = sum(item.n for item in bins), max(item.n for item in bins)
    ece = sum(item.n * abs(item.confidence - item.accuracy) for item in bins) / total
    title = f"可靠性图 / Reliability diagram · n = {total} · ECE = {ece:.3f}"
    width, height = _SIDE + _LEFT + 24, _SIDE + _TOP + 56
    middle, bottom = _LEFT + _SIDE / 2, _TOP + _SIDE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"'
            ' font-family="sans-serif" font-size="12" fill="#222">',
            f"<title>{title}</title>",
            f'<rect width="{width}" height="{height}" fill="#fff"/>',
            f'<text x="{width / 2}" y="28" text-anchor="middle" font-size="13">{title}</text>',
            *(_bar(item, most) for item in bins),
            *(_tick(tenths / 10) for tenths in range(0, 11, 2)),
            f'<rect x="{_LEFT}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#222"/>',
            f'<line x1="{_LEFT}" y1="{bottom}" x2="{_LEFT + _SIDE}" y2="{_TOP}" stroke="#888" stroke-dasharray="4 4"/>',
            f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">置信度 / confidence</text>',
            f'<text transform="translate(18 {_TOP + _SIDE / 2}) rotate(-90)" text-anchor="middle">正确率 / accuracy</text>',
            "</svg>\n",
        ]
    )


def _bar(item: Bin, most: int) -> str:
    width = (item.end - item.start) * item.n / most
    middle = (item.start + item.end) / 2
    said = (
        f"{item.start:.1f}–{item.end:.1f}: n = {item.n}, 置信度 / confidence {item.confidence:.3f}, 正确率 / accuracy {item.accuracy:.3f}"
    )
    x, y = _x(middle - width / 2), _y(item.accuracy)
    return (
        f'<g><title>{said}</title><rect x="{x:.1f}" y="{y:.1f}" width="{width * _SIDE:.1f}" height="{item.accuracy * _SIDE:.1f}"'
        f' fill="#4a7ebb"/><circle cx="{_x(item.confidence):.1f}" cy="{y:.1f}" r="3" fill="#c0392b"/></g>'
    )


def _tick(share: float) -> str:
    return (
        f'<text x="{_x(share):.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">{share:.1f}</text>'
        f'<text x="{_LEFT - 6}" y="{_y(share) + 4:.1f}" text-anchor="end">{share:.1f}</text>'
    )


def _x(share: float) -> float:
    return _LEFT + share * _SIDE


def _y(share: float) -> float:
    return _TOP + (1 - share) * _SIDE
