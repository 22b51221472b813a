"""Annotated data → models in `models/`, each with its description and card."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from voc.modelstore import ModelMeta

Task = Literal["encoder", "static", "own", "sentiment", "touchpoint", "intent", "pain", "transfer"]

_ENCODED = ("encoder", "own", "transfer")  # tasks that read an encoder from outside


def train(
    task: Task,
    gold: Path,
    data: Sequence[Path] = (),
    *,
    base: Path | None = None,
    output: Path | None = None,
    work: Path = Path("build/training"),
    device: str = "cpu",
    version: str = "1",
    seed: int = 42,
) -> list[ModelMeta]:
    """Train one task's models and write them with their descriptions and cards.

    Parameters
    ----------
    task : {"encoder", "static", "own", "sentiment", "touchpoint", "intent", "pain", "transfer"}
        What to learn; encoder and static come before the three that build on them; own is all that a Hugging Face folder of
        the user's own needs to become a quality; transfer learns nothing to keep: it measures on unseen sources.
    gold : pathlib.Path
        Annotated comments, JSON lines (see `voc.training.data.read_gold`).
    data : sequence of pathlib.Path
        More data: labelled comments (CSV with a column label), aspect annotations (JSON lines), service questions
        (CSV with a column intent).
    base : pathlib.Path, optional
        Hugging Face folder that the encoder starts from; the shipped encoder where left out.
    output : pathlib.Path, optional
        Where the models of ``own`` go.
    work : pathlib.Path
        Where an unfinished training of the encoder keeps its parts.
    device : str
        ``"cpu"`` or ``"cuda"``, for the encoder.
    version : str
        Written into the description.
    seed : int
        Of everything random.

    Returns
    -------
    list of ModelMeta
        With the figures measured.

    Raises
    ------
    SettingsError
        If the task needs data that was not given.
    TableError
        If a file cannot be read.
    ModelNotFound
        If the task builds on an encoder that was taught all of the annotations, or `base` is none.
    """
    from voc.training import encoders, loso, tasks
    from voc.training.sources import Settings, Sources

    functions: dict[Task, Callable[[Sources, Settings], list[ModelMeta]]] = {
        "encoder": encoders.train_encoder,
        "static": encoders.train_static,
        "own": encoders.train_own,
        "sentiment": tasks.train_sentiment,
        "touchpoint": tasks.train_touchpoint,
        "intent": tasks.train_intent,
        "pain": tasks.train_pain,
        "transfer": loso.train_transfer,
    }
    command = _command(task, gold, data, base=base, output=output, version=version, seed=seed)
    settings = Settings(base=base, output=output, work=work, device=device, version=version, seed=seed, command=command)
    return functions[task](Sources(gold, tuple(data)), settings)


def _command(task: Task, gold: Path, data: Sequence[Path], *, base: Path | None, output: Path | None, version: str, seed: int) -> str:
    """Files by their names alone: where they lay is nobody's business."""
    options = [("--gold", gold.name), *(("--data", path.name) for path in data)]
    options += [(option, path.name) for option, path in (("--base", base), ("--output", output)) if path is not None and task in _ENCODED]
    options += [("--model-version", version), ("--seed", str(seed))]
    return shlex.join(["voc", "train", task, *(word for option in options for word in option)])
