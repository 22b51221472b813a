"""The touchpoints that comments are coded with: the default file, or the user's own."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from voc.corpora import taxonomy_path
from voc.errors import TaxonomyError
from voc.records import Record

OVERALL = "overall"
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built


class Touchpoint(Record):
    """One touchpoint: a place where customers meet the company."""

    id: str
    zh: str
    en: str = ""
    stage: str = ""
    definition: str = ""
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = Field((), description="clauses that speak of it; eight teach a touchpoint that no model knows")

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:  # numpydoc ignore=RT01
        """Matches any keyword, the longest first; None where there is none."""
        words = sorted(self.keywords, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, words)), re.IGNORECASE) if words else None


class Taxonomy(Record):
    """A named set of touchpoints along the customer journey."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int = 1
    stages: dict[str, str] = Field(default_factory=dict)
    touchpoints: tuple[Touchpoint, ...]

    @field_validator("touchpoints")
    @classmethod
    def _ids_are_unique(cls, touchpoints: tuple[Touchpoint, ...]) -> tuple[Touchpoint, ...]:
        ids = [touchpoint.id for touchpoint in touchpoints]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice or not ids:
            raise ValueError(f"ids used twice: {twice}" if twice else "no touchpoints")
        return touchpoints

    @model_validator(mode="after")
    def _stages_are_defined(self) -> Taxonomy:
        unknown = sorted({touchpoint.stage for touchpoint in self.touchpoints} - {"", *self.stages})
        if unknown:
            raise ValueError(f"stages not defined: {unknown}")
        return self

    @cached_property
    def by_id(self) -> dict[str, Touchpoint]:  # numpydoc ignore=RT01
        """Touchpoints by their key."""
        return {touchpoint.id: touchpoint for touchpoint in self.touchpoints}

    def keyword_hits(self, clause: str) -> dict[str, int]:
        """Number of different keywords of each touchpoint in a clause.

        Parameters
        ----------
        clause : str
            Normalised.

        Returns
        -------
        dict of str to int
            Only touchpoints that are hit, in the taxonomy's order.

        Examples
        --------
        >>> load_taxonomy().keyword_hits("送餐太慢了")
        {'delivery': 2}
        """
        found = {touchpoint.id: len(set(touchpoint.pattern.findall(clause))) for touchpoint in self.touchpoints if touchpoint.pattern}
        return {name: hits for name, hits in found.items() if hits}


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read a taxonomy file.

    Parameters
    ----------
    path : pathlib.Path, optional
        YAML of the shape of `corpora/taxonomy/retail.yaml`; that file where left out.

    Returns
    -------
    Taxonomy
        Checked.

    Raises
    ------
    TaxonomyError
        If the file cannot be read or breaks the shape.
    """
    path = path or taxonomy_path()
    hint = "照 corpora/taxonomy/retail.yaml 的格式写 / follow the shape of corpora/taxonomy/retail.yaml"
    try:
        return Taxonomy.model_validate(yaml.load(path.read_text(encoding="utf-8-sig"), _SAFE_LOADER))  # noqa: S506 one of the safe loaders
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TaxonomyError("taxonomy_unreadable", f"读不了触点文件 / cannot read the taxonomy: {error}", hint, file=str(path)) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise TaxonomyError(
            "taxonomy_invalid", f"触点文件有误 / the taxonomy is wrong at {place}: {first['msg']}", hint, file=str(path)
        ) from error
