"""A fresh folder for a model, and its description."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from voc.modelstore import ModelMeta, write_meta
from voc.training.card import write_card
from voc.training.sources import Settings


def fresh(folder: Path) -> Path:
    """Empty a folder, or make it.

    Parameters
    ----------
    folder : pathlib.Path
        Whatever is in it goes.

    Returns
    -------
    pathlib.Path
        The same.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def describe(
    folder: Path,
    task: str,
    classifier: str,
    labels: tuple[str, ...],
    rows: dict[str, int],
    settings: Settings,
    metrics: dict[str, Any],
    **extra: Any,
) -> ModelMeta:
    """Write ``meta.json`` and the card of a model that lies in its folder.

    Parameters
    ----------
    folder : pathlib.Path
        Named after the model.
    task : str
        E.g. ``"sentiment"``.
    classifier : str
        Dotted path of the class that reads it.
    labels : tuple of str
        Of the model, or of its heads.
    rows : dict of str to int
        What it learned from.
    settings : Settings
        How.
    metrics : dict
        What was measured.
    **extra : object
        Further settings, which the pipeline needs or a reader wants to know.

    Returns
    -------
    ModelMeta
        As written.
    """
    meta = ModelMeta(
        task=task, name=folder.name, version=settings.version, classifier=classifier, labels=labels, data=rows,
        settings={"seed": settings.seed, "command": settings.command, **extra}, metrics=metrics,
    )  # fmt: skip
    return write_meta(folder, meta, write_card(meta))
