"""The annotations that gold comments are held against: out of a file, or made now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from voc.errors import TableError
from voc.evaluate.gold import Gold
from voc.evaluate.rows import by_id, checked, json_rows
from voc.records import Annotation, Comment

if TYPE_CHECKING:
    from voc.pipeline import Pipeline


def read_scores(path: Path, gold: Sequence[Gold]) -> list[Annotation]:
    """Annotations of the gold comments out of a file that `voc score` wrote.

    Parameters
    ----------
    path : pathlib.Path
        JSON lines, ``voc.score/1``; annotations of other comments are passed over.
    gold : sequence of Gold
        What is to be evaluated.

    Returns
    -------
    list of Annotation, length n_gold
        In the order of `gold`.

    Raises
    ------
    TableError
        If the file cannot be read, a line is no annotation, or a comment has none.
    """
    hint = "先用 voc score 评分 / write the file with voc score"
    scores = by_id([checked(Annotation, row, hint, path, number) for number, row in json_rows(path)], path)
    missing = [item.row for item in gold if item.id not in scores]
    if missing:
        count, first = len(missing), missing[0]
        message = f"{count} 条标注没有评分，如标注第 {first} 行 / {count} gold comments have no score, the first in row {first}"
        raise TableError("missing_scores", message, "两个文件的 id 要一致 / ids must agree in both files", file=path.name)
    return [scores[item.id] for item in gold]


def score_gold(gold: Sequence[Gold], pipeline: Pipeline) -> list[Annotation]:
    """Let the pipeline score the gold comments, with a progress bar.

    Parameters
    ----------
    gold : sequence of Gold
        What is to be evaluated.
    pipeline : Pipeline
        What is to be judged.

    Returns
    -------
    list of Annotation, length n_gold
        In the order of `gold`.
    """
    comments = (Comment(id=item.id, text=item.text) for item in gold)
    return list(tqdm(pipeline.pipe(comments), "评分 / scoring", total=len(gold), unit="条"))
