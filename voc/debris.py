"""What scraping and copying leave in a text and no customer wrote: HTML, invisible characters, pinyin in brackets.

The rules, in their order:

1. HTML entities resolved, real tags removed (`<br>`, never `a<b` or `<3`);
2. line ends and blanks made plain; control, zero-width, bidirectional and byte-order marks removed; stacked marks cut;
3. pinyin removed where the bracket is a reading, with tone mark, of the character before it (`體驗(yàn)` → `體驗`; `他(ta)`,
   `苹果(apple)` stay), and what is left of such a bracket where the characters around it are damaged (`能夠?qū)` → `能夠`).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
EMOJI = "\u231a\u231b\u23e9-\u23f3\u2600-\u2604\u2607-\u2712\u2714-\u2716\u2719-\u2775\u2795-\u27bf\u2b50\u2b55\U0001f000-\U0001faff"
MODIFIER = "\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"

# Text is settled after one or two rounds; the bound is for text made to nest `&am&#112;;` without end.
MAX_ROUNDS = 6

# Characters that no rule here touches: most comments have no other.
PLAIN = re.compile("[\n -%'-;=-^`-~、。〈-】“”‘’…—·\u3000！-～\u3400-\u4dbf\u4e00-\u9fff]*")

_INVISIBLE = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0e\ufeff\ufff9-\ufffc\U000e0100-\U000e01ef"
)
_TONED = "āáǎàēéěèêīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ\u0300\u0301\u0304\u030c"
_SYLLABLE = rf"(?=[a-zɡü]{{0,6}}[{_TONED}])([a-zɡü\u0308{_TONED}]{{1,9}})"
_BREAKS = "br|p|div|li|tr|hr|h[1-6]|blockquote|section|table"
_TAGS = f"({_BREAKS})|span|font|strong|small|em|img|a|b|i|u|s|ul|ol|tbody|thead|td|th|center|pre|video"


def clean(raw: str) -> str:
    """Remove debris and leave the customer's own script, punctuation and emoji.

    Parameters
    ----------
    raw : str
        As read from the table; any string. Halves of a surrogate pair are joined, a single one becomes U+FFFD.

    Returns
    -------
    str
        What people read. May be empty; cleaning it again changes nothing.

    Examples
    --------
    >>> clean("客服體驗(yàn)很差<br/>等了2&nbsp;小時！！ ")
    '客服體驗很差\\n等了2 小時！！'
    """
    text = raw.strip()
    if PLAIN.fullmatch(text):
        return text
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    for _ in range(MAX_ROUNDS):
        before = text
        for pattern, replacement in debris_rules():
            text = pattern.sub(replacement, text)
        text = text.strip()
        if text == before:
            break
    return text


@cache
def debris_rules() -> tuple[Rule, ...]:
    """Rules of this module, compiled, in their order.

    Returns
    -------
    tuple of (re.Pattern, callable)
        What to look for, and from a match what to write instead.
    """
    mark = joining_character()
    return (
        (re.compile(r"&(?:amp;)*(#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};|nbsp)"), lambda m: html.unescape("&" + m[1])),
        (re.compile(r"<!--[^<>]*-->"), _nothing),
        (re.compile(rf"</?(?:{_TAGS})(?:\s+[\w:-]+\s*=[^<>]*)?\s*/?>", re.IGNORECASE), lambda m: "\n" if m[1] else ""),
        # Excel's way to write a control character, as its XML cannot hold one.
        (re.compile("_x00[01][0-9A-F]_"), _nothing),
        (re.compile("[\r\u2028\u2029]\n?"), lambda m: "\n"),
        (re.compile("[\t\u00a0]"), lambda m: " "),
        (re.compile(f"[{_INVISIBLE}]"), _nothing),
        # A joiner or a variation selector inside an emoji is part of it.
        (re.compile(f"(?<![{EMOJI}{MODIFIER}])\u200d|\u200d(?![{EMOJI}])|(?<![{EMOJI}#-9])\ufe0f"), _nothing),
        # Stacked marks ("zalgo"): normalising a long stack takes quadratic time.
        (re.compile(f"({mark}{{8}}){mark}+"), lambda m: m[1]),
        (re.compile(rf"([{HAN}])[(（]\s*{_SYLLABLE}\s*[)）]"), lambda m: m[1] if _reads(m[1], m[2]) else m[0]),
        # In damaged text the character before the bracket is half lost (`漠a(chǎn)品`), or the bracket is with it (`能夠?qū)`).
        (re.compile(rf"(?<=[{HAN}])([@-~])[(（]{_SYLLABLE}[)）]"), lambda m: m[1]),
        (re.compile(rf"(?<![A-Za-z])[?？]{_SYLLABLE}[)）]"), _nothing),
    )


@cache
def joining_character() -> str:
    """Pattern of a character that Unicode may merge with the one before: combining marks, vowels and finals of Hangul.

    Returns
    -------
    str
        Beyond the Basic Multilingual Plane it is the whole block of old Indic scripts: a class without astral characters is a bitmap
        and a hundred times faster, and merging more than need be only makes offsets there coarser.
    """
    joining = (chr(code) for code in range(0x300, 0x10000) if not 0xD800 <= code < 0xE000 and _joins(chr(code)))
    return f"(?:[{''.join(joining)}]|[\U00011000-\U00011fff])"


def _joins(character: str) -> bool:
    first = unicodedata.normalize("NFKC", character)[0]
    return unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff"


def _nothing(match: re.Match[str]) -> str:
    return ""


def _reads(character: str, syllable: str) -> bool:
    return unicodedata.normalize("NFC", syllable).replace("ɡ", "g") in _readings(character)


@lru_cache(maxsize=8192)
def _readings(character: str) -> frozenset[str]:
    from pypinyin import Style, pinyin  # loading its dictionaries takes a quarter of a second, and few tables need them

    return frozenset(pinyin(character, style=Style.TONE, heteronym=True)[0])
