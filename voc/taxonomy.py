"""The touchpoints that comments are coded with: the default file, or the user's own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from voc.corpora import taxonomy_path
from voc.errors import TaxonomyError
from voc.records import PainType, Record

OVERALL = "overall"
_HINT = "照 corpora/taxonomy/retail.yaml 的格式写 / follow the shape of corpora/taxonomy/retail.yaml"
# By pydantic's kinds of faults.
_CHINESE = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_type": "要写文字",
    "tuple_type": "要写成列表",
    "dict_type": "要写成“名称: 值”",
    "model_type": "要写成“名称: 值”",
    "int_parsing": "要写整数",
    "int_type": "要写整数",
    "literal_error": "不在可选值之内",
    "twice": "编号重复",
    "undefined": "没有定义这个阶段",
}
_SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built


class Touchpoint(Record):
    """One touchpoint: a place where customers meet the company."""

    id: str
    zh: str
    en: str = ""
    stage: str = ""
    pain_type: PainType = Field("other", description="what its complaints are, unless the known problem says otherwise")
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
        if not ids:
            raise ValueError("no touchpoints")
        for index, name in enumerate(ids):
            if name in ids[:index]:
                raise PydanticCustomError("twice", "ids used twice: {value}", {"value": name, "place": ("touchpoints", index, "id")})
        return touchpoints

    @model_validator(mode="after")
    def _stages_are_defined(self) -> Taxonomy:
        for index, touchpoint in enumerate(self.touchpoints):
            if touchpoint.stage not in {"", *self.stages}:
                place = ("touchpoints", index, "stage")
                raise PydanticCustomError("undefined", "stages not defined: {value}", {"value": touchpoint.stage, "place": place})
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
        If the file cannot be read or breaks the shape; it names the line.
    """
    path = path or taxonomy_path()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = f"读不了触点文件 / cannot read the taxonomy: {error}"
        raise TaxonomyError("taxonomy_unreadable", message, _HINT, file=str(path)) from error
    return read_taxonomy(text, file=str(path))


def read_taxonomy(text: str, **where: str) -> Taxonomy:
    """Read the text of a taxonomy.

    Parameters
    ----------
    text : str
        YAML of the shape of `corpora/taxonomy/retail.yaml`.
    **where : str
        Where it comes from, for the error.

    Returns
    -------
    Taxonomy
        Checked.

    Raises
    ------
    TaxonomyError
        If it breaks the shape; it names the line.

    Examples
    --------
    >>> read_taxonomy("{name: mine, touchpoints: [{id: parking, zh: 停车}]}").touchpoints[0].zh
    '停车'
    """
    try:
        return Taxonomy.model_validate(yaml.load(text, _SAFE_LOADER))  # noqa: S506 one of the safe loaders
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)  # of a syntax error
        fault = getattr(error, "problem", error)
        place = (f"，第 {mark.line + 1} 行附近不是 YAML", f", near line {mark.line + 1}") if mark else ("", "")
        message = f"读不了触点文件{place[0]} / cannot read the taxonomy{place[1]}: {fault}"
        raise TaxonomyError("taxonomy_unreadable", message, _HINT, **where) from error
    except ValidationError as error:
        first = error.errors()[0]
        place = first.get("ctx", {}).get("place", first["loc"])
        line, path = _line_of(text, place), ".".join(map(str, place))
        what = f"{_CHINESE.get(first['type'], '不合要求')}{path and f'（{path}）'}"
        message = f"触点文件有误，第 {line} 行：{what} / the taxonomy is wrong, line {line}: {path and f'{path}: '}{first['msg']}"
        raise TaxonomyError("taxonomy_invalid", message, _HINT, **where) from error


def _line_of(text: str, place: Sequence[str | int]) -> int:
    """Line of the key or list item at a place; where it is missing, the line of what it is missing from."""
    node = yaml.compose(text, _SAFE_LOADER)
    line = node.start_mark.line if node else 0
    for step in map(str, place):
        children = {}
        if isinstance(node, yaml.MappingNode):
            children = {key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        elif isinstance(node, yaml.SequenceNode):
            children = {str(index): (item, item) for index, item in enumerate(node.value)}
        if step not in children:
            break
        start, node = children[step]
        line = start.start_mark.line
    return int(line) + 1
