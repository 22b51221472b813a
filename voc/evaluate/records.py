"""What an evaluation says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from voc.evaluate.reliability import Bin
from voc.evaluate.slices import SMALLEST, SliceGroup
from voc.records import Label, Record


class Figure(Record):
    """A figure with its 95 % percentile-bootstrap interval over comments."""

    n: int = Field(description="comments that it rests on")
    value: float
    interval: tuple[float, float]


class LabelScore(Record):
    """How well one label is found."""

    n: int = Field(description="gold uses")
    precision: float
    recall: float
    f1: float


class Slice(Record):
    """Figures of the comments of one source or kind."""

    group: SliceGroup
    name: str
    n: int
    too_small: bool = Field(description=f"fewer than {SMALLEST} comments: the figures say little")
    figures: dict[str, Figure]


class Evaluation(Record):
    """What `voc evaluate` writes."""

    schema_: Literal["voc.evaluation/1"] = Field("voc.evaluation/1", alias="schema")
    gold: str = Field(description="name of the gold file")
    n: int = Field(description="comments")
    models: dict[str, str] = Field(description="task -> name@version")
    resamples: int
    seed: int
    figures: dict[str, Figure] = Field(description="only those that the gold file can tell")
    sentiment: dict[Label, LabelScore] = Field(description="of sources with three classes")
    confusion: dict[Label, dict[Label, int]] = Field(description="gold label -> label said -> comments")
    touchpoints: dict[str, LabelScore] = Field(description="most frequent first, without overall")
    intents: dict[str, LabelScore] = Field(description="most frequent first")
    slices: tuple[Slice, ...]
    reliability: tuple[Bin, ...] = Field(description="of sentiment in three classes; bins without comments are left out")
