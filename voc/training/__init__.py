"""Annotated data → models in `models/`, each with its description and card."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from voc.modelstore import ModelMeta, model_folder, write_meta
from voc.records import LABELS
from voc.taxonomy import load_taxonomy
from voc.training.card import write_card

Task = Literal["sentiment", "touchpoint", "pain"]
NAME = "linear"


class Savable(Protocol):
    """A fitted model that can write itself."""

    def save(self, folder: Path) -> None:
        """Write the fitted state into a folder.

        Parameters
        ----------
        folder : pathlib.Path
            Made if missing.
        """


Trained = tuple[Savable, tuple[str, ...], dict[str, int], dict[str, Any], dict[str, Any]]


def train(task: Task, gold: Path, data: Path | None = None, *, version: str = "1", seed: int = 42, folder: Path | None = None) -> ModelMeta:
    """Train one model and write it with its description and card.

    Parameters
    ----------
    task : {"sentiment", "touchpoint", "pain"}
        What to learn.
    gold : pathlib.Path
        Annotated comments, JSON lines (see `voc.training.data.read_gold`).
    data : pathlib.Path, optional
        More data: a labelled CSV for sentiment, aspect annotations (JSON lines) for touchpoint; none for pain.
    version : str
        Written into the description.
    seed : int
        Of the folds.
    folder : pathlib.Path, optional
        Where to write; `models/<task>/linear` where left out.

    Returns
    -------
    ModelMeta
        With the figures measured.

    Raises
    ------
    SettingsError
        If the task needs data that was not given.
    TableError
        If a file cannot be read.
    """
    tasks: dict[Task, Callable[[Path, Path | None, int], Trained]] = {"sentiment": _sentiment, "touchpoint": _touchpoint, "pain": _pain}
    model, labels, rows, settings, metrics = tasks[task](gold, data, seed)
    folder = folder or model_folder(task, NAME)
    shutil.rmtree(folder, ignore_errors=True)
    model.save(folder)
    meta = ModelMeta(
        task=task,
        name=NAME,
        version=version,
        classifier="linear",
        labels=labels,
        data=rows,
        settings={"seed": seed, **settings},
        metrics=metrics,
    )
    return write_meta(folder, meta, write_card(meta))


def _sentiment(gold: Path, data: Path | None, seed: int) -> Trained:
    from voc.training.data import read_examples, read_gold, read_labelled
    from voc.training.sentiment import train_sentiment

    comments, examples = read_gold(gold), read_examples()
    labelled = read_labelled(_needed(data), without=(comment.passage.normalised for comment in comments))
    model, metrics = train_sentiment([*comments, *examples], labelled, seed)
    return model, LABELS, {**_counts(comments, examples), **dict(Counter(labelled.sources))}, {}, metrics


def _touchpoint(gold: Path, data: Path | None, seed: int) -> Trained:
    from voc.training.data import read_aspects, read_examples, read_gold
    from voc.training.touchpoint import train_touchpoint

    comments, examples, taxonomy = read_gold(gold), read_examples(), load_taxonomy()
    model, metrics = train_touchpoint([*comments, *examples], read_aspects(_needed(data)), taxonomy, seed)
    rows = {**_counts(comments, examples), "aspect annotations, weak": metrics.pop("weak_rows")}
    return model, tuple(taxonomy.by_id), rows, {"threshold": model.threshold, "taxonomy": f"{taxonomy.name}@{taxonomy.version}"}, metrics


def _pain(gold: Path, _data: Path | None, seed: int) -> Trained:
    from voc.training.data import read_examples, read_gold
    from voc.training.pain import train_pain

    comments, examples = read_gold(gold), read_examples()
    model, metrics = train_pain([*comments, *examples], seed)
    return model, model.labels_, _counts(comments, examples), {}, metrics


def _counts(comments: Sequence[object], examples: Sequence[object]) -> dict[str, int]:
    return {"annotated comments": len(comments), "clauses of our own writing": len(examples)}


def _needed(data: Path | None) -> Path:
    from voc.errors import SettingsError

    if data is None:
        raise SettingsError("training_data", "缺少训练数据 / no training data given", "--data FILE")
    return data
