"""Raw comment → the text that people read, beside the text that is analysed, and the offset map between them.

The order:

1. `voc.debris.clean` makes `text`: the customer's own script, punctuation and emoji, without debris;
2. the debris rules once more, for what only comes to light further down (`＜ｂｒ＞`);
3. emoji that carry feeling → `[生气]`, all others → a space;
4. NFKC (full-width → half-width), save that an ellipsis stays `…`;
5. Traditional → Simplified;
6. repeats: `!!!` → `!`, `。。。` and `...` → `…`, `好好好吃` → `好吃`, `哈哈哈哈` → `哈哈`, `sooooo` → `soo`, never digits;
   white space → one space.

2 to 6 go round until nothing changes, so that normalising again changes nothing. Letters keep their case.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import opencc

from voc.alignment import AlignedText
from voc.corpora import lexicon_table
from voc.debris import EMOJI, MAX_ROUNDS, MODIFIER, PLAIN, Rule, clean, debris_rules, joining_character

_FOLD = str.maketrans({0x3000: " ", 0x301C: "~", **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}})
_MODIFIERS = re.compile(f"[{MODIFIER}]")
_REPEATS = re.compile(
    r"(?P<blank>\s+)|(?P<dots>[.。]{2,}|…{2,}|·{2,})|(?P<mark>[!?,;:~、_=*#—\"'-])(?P=mark)+|(?P<latin>[A-Za-z])(?P=latin){3,}"
    r"|(?P<han>(?![一二三四五六七八九零幺])[\u4e00-\u9fff])(?P=han){2,}|(?P<name>\[[^\[\]\s]{1,6}\])(?P=name)+"
)


def normalise(raw: str) -> AlignedText:
    """Clean a comment and write it the way it is analysed.

    Parameters
    ----------
    raw : str
        As read from the table; any string.

    Returns
    -------
    AlignedText
        `text`, `normalised` and the offset map between them.

    Examples
    --------
    >>> aligned = normalise("味道不錯！！！就是等太久😡")
    >>> aligned.normalised
    '味道不错!就是等太久[愤怒]'
    >>> start, end = aligned.to_text(5, 10)
    >>> aligned.text[start:end]
    '就是等太久'
    """
    aligned = AlignedText.same(clean(raw))
    for _ in range(MAX_ROUNDS):
        before = aligned.normalised
        if not PLAIN.fullmatch(before):
            for pattern, replacement in (*debris_rules(), *_foldings()):
                aligned = aligned.substitute(pattern, replacement)
        simplified = to_simplified(aligned.normalised.translate(_FOLD))
        aligned = AlignedText(aligned.text, simplified, aligned.origins).substitute(_REPEATS, _once)
        if aligned.normalised == before:
            break
    return aligned


def to_simplified(text: str) -> str:
    """Convert Traditional Chinese to Simplified, character for character.

    Parameters
    ----------
    text : str
        Without control characters: OpenCC stops at a NUL.

    Returns
    -------
    str
        Of the same length.

    Examples
    --------
    >>> to_simplified("頭髮護理，發貨")
    '头发护理，发货'
    """
    if text.isascii():
        return text
    convert = _converter().convert
    converted: str = convert(text)
    return converted if len(converted) == len(text) else "".join(map(convert, text))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _foldings() -> tuple[Rule, ...]:
    emoji = re.compile(f"[{EMOJI}][{MODIFIER}]*(?:\u200d[{EMOJI}][{MODIFIER}]*)*|[{MODIFIER}]+")
    clusters = re.compile(f".{joining_character()}+|[^\n -~…、。\u4e00-\u9fff]", re.DOTALL)
    return (emoji, _emoji_name), (clusters, lambda m: unicodedata.normalize("NFKC", m[0]))


def _emoji_name(match: re.Match[str]) -> str:
    bare = _MODIFIERS.sub("", match[0])
    if not bare:
        return ""
    name = _emoji_names().get(bare) or _emoji_names().get(bare[0])
    return f"[{name}]" if name else " "


@cache
def _emoji_names() -> dict[str, str]:
    return {emoji: name for emoji, name in lexicon_table("emoji")}  # noqa: C416  (says that rows are pairs)


def _once(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "blank":
        return "" if match.start() == 0 or match.end() == len(match.string) else " "
    if kind == "dots":
        return "…"
    if kind == "name":
        return match["name"]
    return found[:2] if kind == "latin" or found[0] in "哈嘿呵嘻呜" else found[0]
