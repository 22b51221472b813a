"""Trains an encoder for feedback: adapt it to the trade, teach it the annotated comments, write it small."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from voc.classify.heads import Heads
from voc.encoder import Encoded, encode_with
from voc.sentiment import Passage
from voc.training.aside import kept_aside, save_seen
from voc.training.data import GoldComment
from voc.training.lessons import Lesson, gold_lessons
from voc.training.network import Network, teach
from voc.training.onnx_export import export_onnx, write_auto_classes
from voc.transformer import hidden_states

GOLD_TIMES = 3  # epochs over the annotated comments
REPLAY = 2000  # lessons of the first stage that are read again, lest they be forgotten
ADAPT_RATE, GOLD_RATE = 1.2e-4, 1e-4  # highest learning rates
GOLD_BATCH = 32
KEPT_HEADS = ("sentiment", "mixed", "informative", "intent", "polarity", "touchpoint")


@dataclass(frozen=True)
class Curriculum:
    """What the encoder learns from.

    Parameters
    ----------
    gold, examples : list of GoldComment
        Annotated comments, and clauses of our own.
    broad : list of Lesson
        Many weakly labelled comments, none of them in `gold`, and our own clauses.
    labels : dict of str to (tuple of str)
        Labels of each head.
    """

    gold: list[GoldComment]
    examples: list[GoldComment]
    broad: list[Lesson]
    labels: dict[str, tuple[str, ...]]


def train_encoder(base: Path, curriculum: Curriculum, work: Path, target: Path, *, device: str = "cpu", seed: int = 42) -> dict[str, float]:
    """Train and write an encoder; a run that was cut off goes on where it stopped.

    The first stage never sees an annotated comment; the second sees all but those that are kept aside, on which what is
    fitted on top of the encoder can be fitted and measured honestly (see `voc.training.aside`).

    Parameters
    ----------
    base : pathlib.Path
        Hugging Face folder to start from.
    curriculum : Curriculum
        What to learn from.
    work : pathlib.Path
        Keeps what is finished, until all is.
    target : pathlib.Path
        Folder to write: ``model.onnx``, ``tokenizer.json``, ``config.json``, ``heads.npz``, ``seen.npz``, and what
        `transformers` wants to know (see `voc.training.onnx_export.write_auto_classes`).
    device : str
        ``"cpu"`` or ``"cuda"``.
    seed : int
        Of everything random.

    Returns
    -------
    dict of str to float
        Minutes of each part that was run now.
    """
    work.mkdir(parents=True, exist_ok=True)
    minutes: dict[str, float] = {}
    torch.manual_seed(seed)  # of the heads' first weights
    network = Network(base, curriculum.labels)

    adapted = work / "adapted.pt"
    if not adapted.exists():
        minutes["adapt"] = teach(network, curriculum.broad, rate=ADAPT_RATE, longest=96, device=device, seed=seed, title="适应 / adapting")
        _save(network, adapted)

    touchpoints, codes = curriculum.labels["touchpoint"], curriculum.labels["problem"]
    shown = [comment for comment, aside in zip(curriculum.gold, kept_aside(curriculum.gold), strict=True) if not aside]
    lessons = gold_lessons([*shown, *curriculum.examples], touchpoints, codes)
    replay = [curriculum.broad[index] for index in np.random.default_rng(seed).permutation(len(curriculum.broad))[:REPLAY]]
    done = work / "taught.pt"
    if not done.exists():
        network.load_state_dict(torch.load(adapted))
        minutes["taught"] = teach(
            network, [*lessons, *replay], epochs=GOLD_TIMES, rate=GOLD_RATE, batch_size=GOLD_BATCH, device=device, seed=seed,
            title="标注 / annotated",
        )  # fmt: skip
        _save(network, done)
    network.load_state_dict(torch.load(done))
    _write(network, target)
    save_seen(target, [comment.passage for comment in shown])
    return minutes


def _save(network: Network, path: Path) -> None:
    """Whole or not at all, so that a run that was cut off here can go on."""
    unfinished = path.with_suffix(".part")
    torch.save(network.state_dict(), unfinished)
    unfinished.replace(path)


def encode_now(network: Network, passages: Sequence[Passage]) -> list[Encoded]:
    """Vectors by a network as it stands.

    Parameters
    ----------
    network : Network
        In evaluation mode.
    passages : sequence of Passage, length n_comments
        Any length.

    Returns
    -------
    list of Encoded, length n_comments
        In order.
    """
    body = network.body.cpu()

    def _run(ids: Any, mask: Any) -> Any:
        with torch.inference_mode():
            return hidden_states(body, torch.from_numpy(ids), torch.from_numpy(mask)).numpy()

    return encode_with(_run, network.tokenizer, passages)


def _write(network: Network, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    scratch = target / "scratch"
    network.body.save_pretrained(scratch)
    export_onnx(scratch, target / "model.onnx")
    shutil.copy(scratch / "config.json", target / "config.json")
    shutil.rmtree(scratch)
    network.tokenizer.save(str(target / "tokenizer.json"), pretty=False)
    learned = network.export_heads()
    Heads({name: network.labels[name] for name in KEPT_HEADS}, {name: learned.weights[name] for name in KEPT_HEADS}).save(target)
    write_auto_classes(target)
