"""Colours of the style sheet: axe does not read the text within SVG."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT

CSS = (ROOT / "web" / "static" / "voc.css").read_text(encoding="utf-8")
BLOCKS = re.findall(r":root[^{]*\{([^}]*)\}", CSS)
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
PAIRS = [
    *((ink, ground, TEXT) for ink in ("ink", "muted", "accent", "danger") for ground in ("bg", "surface", "sunken")),
    *((ink, "shade", TEXT) for ink in ("ink", "muted", "accent")),
    *((name, f"{name}-soft", TEXT) for name in ("negative", "neutral", "positive", "warning", "accent")),
    *((name, "surface", TEXT) for name in ("negative", "neutral", "positive", "warning")),
    *(("ink", f"{name}-soft", TEXT) for name in ("negative", "neutral", "positive")),
    *(("on-fill", f"{name}-fill", TEXT) for name in ("negative", "neutral", "positive")),
    *((f"{name}-fill", ground, SHAPE) for name in ("negative", "neutral", "positive") for ground in ("surface", "shade", "sunken")),
    *(("line-strong", ground, SHAPE) for ground in ("bg", "surface")),
    ("on-accent", "accent", TEXT),
]


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def test_both_ways_to_a_dark_theme_have_the_same_colours():
    light, by_system, by_choice = (colours(block) for block in BLOCKS[:3])
    assert by_system == by_choice
    assert light.keys() == by_choice.keys()


@pytest.mark.parametrize("theme", [0, 2], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_colours_can_be_told_from_their_ground(theme, ink, ground, least):
    known = colours(BLOCKS[theme])
    assert contrast(known[ink], known[ground]) >= least


def test_style_sheet_loads_nothing():
    assert "url(" not in CSS
    assert "@import" not in CSS
