"""What other touchpoints or words would change: the same comments scored with those of now and with the new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pydantic import Field

from voc.records import Annotation, Comment, Label, Record
from voc.taxonomy import Taxonomy

if TYPE_CHECKING:
    from voc.pipeline import Pipeline


class Difference(Record):
    """A comment that would be scored otherwise."""

    text: str
    sentiment: tuple[Label, Label] = Field(description="now and then")
    before: tuple[tuple[str, Label], ...] = Field(description="touchpoints and polarities that it would lose")
    after: tuple[tuple[str, Label], ...] = Field(description="and those that it would gain")


class Count(Record):
    """Mentions of a touchpoint in the sample."""

    touchpoint: str
    before: int
    after: int


class Tryout(Record):
    """What would change in a sample of comments."""

    comments: int = Field(description="in the sample")
    changed: int = Field(description="of them, in touchpoint, polarity or sentiment")
    mentions: tuple[int, int] = Field(description="now and then")
    counts: tuple[Count, ...] = Field(description="touchpoints whose number of mentions differs, the largest difference first")
    differences: tuple[Difference, ...] = Field(description="the first ones")
    words: dict[str, int] = Field(description="word of the new dictionary -> comments of the sample in which it was found")


def pipeline_with(quality: str, taxonomy: Taxonomy, userdict: str = "", threads: int | None = None) -> Pipeline:
    """A pipeline with a user dictionary that is no file.

    Parameters
    ----------
    quality : str
        As for `Pipeline`.
    taxonomy : Taxonomy
        Touchpoints.
    userdict : str
        Words for the tokeniser, one a line.
    threads : int, optional
        As for `Pipeline`.

    Returns
    -------
    Pipeline
        Loaded.
    """
    from voc.pipeline import Pipeline  # brings hundreds of MiB that few need

    if not userdict.strip():
        return Pipeline(quality=quality, taxonomy=taxonomy, threads=threads)
    with TemporaryDirectory(prefix="voc-words-") as folder:  # dictionaries are read at once
        path = Path(folder) / "userdict.txt"
        path.write_text(userdict, encoding="utf-8")
        return Pipeline(quality=quality, taxonomy=taxonomy, userdicts=[path], threads=threads)


def try_out(comments: Sequence[Comment], now: Pipeline, then: Pipeline, examples: int = 20) -> Tryout:
    """Score comments with both.

    Parameters
    ----------
    comments : sequence of Comment
        A sample; redacted ones stay as they are.
    now, then : Pipeline
        Of the same quality.
    examples : int
        How many differences to show at most.

    Returns
    -------
    Tryout
        What differs.
    """
    pairs = list(zip(now.pipe(comments), then.pipe(comments), strict=True))
    differences = [found for pair in pairs if (found := _difference(*pair))]
    counts = [Counter(mention.id for pair in pairs for mention in pair[side].touchpoints) for side in (0, 1)]
    moved = [Count(touchpoint=name, before=counts[0][name], after=counts[1][name]) for name in counts[0] | counts[1]]
    return Tryout(
        comments=len(pairs),
        changed=len(differences),
        mentions=(counts[0].total(), counts[1].total()),
        counts=tuple(sorted((one for one in moved if one.before != one.after), key=lambda one: -abs(one.after - one.before))),
        differences=tuple(differences[:examples]),
        words=dict(then.userdict_hits.most_common()),
    )


def _difference(now: Annotation, then: Annotation) -> Difference | None:
    before, after = ([(mention.id, mention.polarity) for mention in one.touchpoints] for one in (now, then))
    if set(before) == set(after) and now.sentiment.label == then.sentiment.label:
        return None
    return Difference(
        text=now.text,
        sentiment=(now.sentiment.label, then.sentiment.label),
        before=tuple(one for one in before if one not in after),
        after=tuple(one for one in after if one not in before),
    )
