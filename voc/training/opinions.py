"""What fold-models said of annotated comments that they had not seen: kept beside the encoder, so that heads can be fitted anew."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voc.classify.heads import COMMENT_HEADS
from voc.encoder import part_of
from voc.errors import ModelNotFound
from voc.sentiment import Opinion, Passage
from voc.training.data import text_key

FILE = "out_of_fold.npz"


def save_opinions(folder: Path, passages: Sequence[Passage], opinions: Sequence[Opinion], heads: Sequence[str]) -> None:
    """Write opinions; comments are named by a digest, their text is not kept.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder.
    passages, opinions : sequences of length n_comments
        Comments and what was said of each.
    heads : sequence of str
        Heads to keep.
    """
    arrays = {name: np.vstack([np.atleast_2d(opinion[name]) for opinion in opinions]).astype(np.float16) for name in heads}
    digests = np.array([_digest(passage) for passage in passages])
    np.savez_compressed(folder / FILE, allow_pickle=False, digests=digests, **arrays)


def load_opinions(folder: Path, passages: Sequence[Passage]) -> list[Opinion]:
    """Read what `save_opinions` wrote.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder.
    passages : sequence of Passage, length n_comments
        The same comments, in the same order.

    Returns
    -------
    list of dict of str to ndarray, length n_comments
        In order.

    Raises
    ------
    ModelNotFound
        If the encoder was not trained with these comments.
    """
    with np.load(part_of(folder, FILE), allow_pickle=False) as arrays:
        if arrays["digests"].tolist() != [_digest(passage) for passage in passages]:
            raise ModelNotFound(
                "other_gold",
                "编码器不是用这份标注训练的 / the encoder was trained with other annotations",
                "先运行 / first run: voc train encoder --gold …",
                folder=str(folder),
            )
        values = {name: arrays[name].astype(np.float32) for name in arrays.files if name != "digests"}
    ends = np.cumsum([len(passage.clauses) for passage in passages])
    opinions: list[Opinion] = []
    for index, (passage, end) in enumerate(zip(passages, ends, strict=True)):
        rows = slice(end - len(passage.clauses), end)
        opinions.append({name: said[index] if name in COMMENT_HEADS else said[rows] for name, said in values.items()})
    return opinions


def _digest(passage: Passage) -> str:
    return hashlib.sha256(text_key(passage.normalised).encode()).hexdigest()[:16]
