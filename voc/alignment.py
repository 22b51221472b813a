"""A text as people read it beside the text that is analysed, with the offset map between them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Mask(NamedTuple):
    """A range of `normalised` that a placeholder takes the place of."""

    start: int
    end: int
    placeholder: str


@dataclass(frozen=True, slots=True)
class AlignedText:
    """Two writings of one comment, character by character.

    The map is monotone and covers all of `text`: a character of `text` that has no counterpart in `normalised` (the second and third
    mark of "！！！") belongs to the character before it; characters of `normalised` that come from one place ("m2" from "㎡") stand
    and fall together.

    Attributes
    ----------
    text : str
        What people read.
    normalised : str
        What is analysed.
    origins : sequence of int, length len(normalised) + 1
        Where in `text` each character of `normalised` begins, and last the length of `text`; never decreasing. A ``range`` where both
        are written alike.

    Examples
    --------
    >>> aligned = AlignedText("慢！！！差", "慢!差", (0, 1, 4, 5))
    >>> aligned.to_text(1, 2), aligned.to_normalised(1, 3)
    ((1, 4), (1, 2))
    """

    text: str
    normalised: str
    origins: Sequence[int]

    @classmethod
    def same(cls, text: str) -> AlignedText:
        """Align a text with itself.

        Parameters
        ----------
        text : str
            Both `text` and `normalised`.

        Returns
        -------
        AlignedText
            With the identity as offset map.
        """
        return cls(text, text, range(len(text) + 1))

    def to_text(self, start: int, end: int) -> tuple[int, int]:
        """Range of `text` that a range of `normalised` was made from.

        Parameters
        ----------
        start, end : int
            Half-open range, ``0 <= start <= end <= len(normalised)``.

        Returns
        -------
        tuple of int
            Half-open range; empty if the given one is.
        """
        if start == end:
            return self.origins[start], self.origins[start]
        return self.origins[start], self.origins[bisect_right(self.origins, self.origins[end - 1])]

    def to_normalised(self, start: int, end: int) -> tuple[int, int]:
        """Smallest range of `normalised` that holds all that was made from a range of `text`.

        Parameters
        ----------
        start, end : int
            Half-open range, ``0 <= start <= end <= len(text)``.

        Returns
        -------
        tuple of int
            Half-open range; empty if the given one is.
        """
        cluster = self.origins[max(bisect_right(self.origins, start) - 1, 0)]
        first = bisect_left(self.origins, cluster)
        return (first, first) if start == end else (first, bisect_left(self.origins, end))

    def substitute(self, pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str]) -> AlignedText:
        """Rewrite `normalised` as ``re.sub`` does, and keep the map.

        Parameters
        ----------
        pattern : re.Pattern
            What to replace.
        replacement : callable
            Match to string; an empty one deletes.

        Returns
        -------
        AlignedText
            Same `text`; ``self`` where nothing changes.
        """
        pieces: list[str] = []
        origins: list[int] = []
        last = 0
        for match in pattern.finditer(self.normalised):
            new = replacement(match)
            if new != match[0]:
                start, end = match.span()
                pieces += self.normalised[last:start], new
                origins += self.origins[last:start]
                origins += [self.origins[start]] * len(new)
                last = end
        if not pieces:
            return self
        pieces.append(self.normalised[last:])
        origins += self.origins[last:]
        head = origins[0]
        if head and len(origins) > 1:  # what was deleted at the very start belongs to the first character that is left
            origins = [0 if origin == head else origin for origin in origins]
        return AlignedText(self.text, "".join(pieces), origins)

    def mask(self, masks: Iterable[Mask]) -> AlignedText:
        """Put the same placeholders into both texts.

        Parameters
        ----------
        masks : iterable of Mask
            Ascending, without overlap, none empty. A mask is widened where it would cut what comes from one place.

        Returns
        -------
        AlignedText
            Placeholders line up, character by character; everything else keeps its counterpart.
        """
        texts: list[str] = []
        pieces: list[str] = []
        origins: list[int] = []
        last_text = last = shift = 0
        for mask in masks:
            text_start, text_end = self.to_text(mask.start, mask.end)
            start, end = self.to_normalised(text_start, text_end)
            texts += self.text[last_text:text_start], mask.placeholder
            pieces += self.normalised[last:start], mask.placeholder
            origins += (origin + shift for origin in self.origins[last:start])
            shift += len(mask.placeholder) - (text_end - text_start)
            placed = text_end + shift - len(mask.placeholder)
            origins += range(placed, placed + len(mask.placeholder))
            last_text, last = text_end, end
        texts.append(self.text[last_text:])
        pieces.append(self.normalised[last:])
        origins += (origin + shift for origin in self.origins[last:])
        return AlignedText("".join(texts), "".join(pieces), origins)
