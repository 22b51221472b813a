"""JSON schemas of all that voc writes."""

from __future__ import annotations

import json

from voc.codebook.records import Codebook
from voc.errors import SettingsError
from voc.evaluate import Evaluation
from voc.records import Analysis, Annotation, Comment, Explanation, Problem, Record
from voc.statistics.records import Alerts, StatisticsReport

RECORDS: dict[str, type[Record]] = {
    "analysis": Analysis,
    "score": Annotation,
    "annotation": Annotation,
    "explanation": Explanation,
    "evaluation": Evaluation,
    "codebook": Codebook,
    "comment": Comment,
    "problem": Problem,
    "statistics": StatisticsReport,
    "alerts": Alerts,
}


def json_schema(name: str) -> str:
    """Schema of an output.

    Parameters
    ----------
    name : str
        One of `RECORDS`.

    Returns
    -------
    str
        JSON.

    Raises
    ------
    SettingsError
        If there is no output of that name.

    Examples
    --------
    >>> "pain_points" in json_schema("analysis")
    True
    """
    if name not in RECORDS:
        raise SettingsError("unknown_schema", f"没有这个 / no such schema: {name!r}", ", ".join(RECORDS))
    return json.dumps(RECORDS[name].model_json_schema(by_alias=True), ensure_ascii=False, indent=1)
