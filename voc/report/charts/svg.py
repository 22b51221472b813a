"""What all charts draw with."""

from __future__ import annotations

from math import ceil
from unicodedata import east_asian_width

from markupsafe import Markup, escape

FONT_PX = 12


def tag(name: str, *inside: str, **attributes: object) -> Markup:
    """One element.

    Parameters
    ----------
    name : str
        Of SVG.
    *inside : str
        Text, which is escaped, or markup.
    **attributes : object
        ``class_`` is ``class``; an underscore is a hyphen; numbers are rounded, None is left out.

    Returns
    -------
    markupsafe.Markup
        Safe.

    Examples
    --------
    >>> tag("text", "慢 & 贵", x=1.5, class_="axis", font_size=None)
    Markup('<text x="1.5" class="axis">慢 &amp; 贵</text>')
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"' for key, value in attributes.items() if value is not None
    )
    return Markup(f"<{name}{written}>") + Markup("").join(inside) + Markup(f"</{name}>")  # noqa: S704


def _short(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def percent(value: float) -> str:
    """A place along the chart, wherever its right edge comes to be.

    Parameters
    ----------
    value : float
        From 0 to 1; what lies outside is moved to the edge.

    Returns
    -------
    str
        For an attribute.

    Examples
    --------
    >>> percent(0.125), percent(1.2)
    ('12.5%', '100%')
    """
    return f"{_short(100.0 * min(max(value, 0.0), 1.0))}%"


def text_width(text: str, font: int = FONT_PX) -> float:
    """About how wide a text is.

    Parameters
    ----------
    text : str
        One line.
    font : int
        Size in pixels.

    Returns
    -------
    float
        Pixels: a Chinese character is as wide as high, another a little more than half of that.

    Examples
    --------
    >>> text_width("物流配送"), round(text_width("Delivery"))
    (48.0, 56)
    """
    return float(sum(font if east_asian_width(character) in "WF" else 0.58 * font for character in text))


def round_up(value: float) -> float:
    """Where a scale of shares may end.

    Parameters
    ----------
    value : float
        The largest that is to be shown, from 0 to 1.

    Returns
    -------
    float
        0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8 or 1.

    Examples
    --------
    >>> round_up(0.034), round_up(0.61), round_up(0)
    (0.05, 0.8, 0.01)
    """
    steps = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
    return next((step for step in steps if ceil(value * 1000) <= round(step * 1000)), 1.0)
