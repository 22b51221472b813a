"""Which annotated comments an encoder has not seen: what is fitted on top of it may learn from those alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.classify.heads import Heads
from voc.encoder import load_encoder
from voc.errors import ModelNotFound
from voc.sentiment import Opinion, Passage
from voc.training.annotations import WRITTEN
from voc.training.data import GoldComment, text_key

FILE = "seen.npz"
SHARE = 15  # percent of the annotated comments of customers that an encoder is not taught
LEAST = 12  # unseen comments without which nothing can be fitted


def kept_aside(comments: Sequence[GoldComment]) -> NDArray[np.bool_]:
    """Which comments an encoder must not be taught: a fixed share of the customers', the same whatever is beside them.

    Parameters
    ----------
    comments : sequence of GoldComment, length n_comments
        Annotated.

    Returns
    -------
    ndarray of shape (n_comments,)
        True for those; never for what we wrote ourselves.
    """
    ours = np.array([comment.is_example or comment.row["source"] == WRITTEN for comment in comments], dtype=bool)
    return ~ours & (_digests([comment.passage for comment in comments]) % 100 < SHARE)


def save_seen(folder: Path, passages: Sequence[Passage]) -> None:
    """Note which comments an encoder was taught; their text is not kept.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder.
    passages : sequence of Passage
        The comments.
    """
    np.savez_compressed(folder / FILE, allow_pickle=False, digests=np.unique(_digests(passages)))


def find_unseen(folder: Path, comments: Sequence[GoldComment]) -> NDArray[np.bool_]:
    """Which comments an encoder was not taught.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder; one that says nothing of what it saw has seen none of them.
    comments : sequence of GoldComment, length n_comments
        Annotated.

    Returns
    -------
    ndarray of shape (n_comments,)
        True for those.

    Raises
    ------
    ModelNotFound
        If there are too few to fit anything.
    """
    digests, seen = _digests([comment.passage for comment in comments]), np.array([], dtype=np.uint64)
    if (folder / FILE).is_file():
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            seen = arrays["digests"]
    unseen: NDArray[np.bool_] = ~np.isin(digests, seen) & np.array([comment.row["source"] != WRITTEN for comment in comments], dtype=bool)
    if unseen.sum() < LEAST:
        raise ModelNotFound(
            "all_seen",
            f"编码器学过几乎全部标注，无从检验 / the encoder was taught all but {int(unseen.sum())} of these annotations",
            "另外标注一些，或重新训练编码器 / annotate others, or first run: voc train encoder --gold …",
            folder=folder.name,
        )
    return unseen


def read_opinions(encoder: Path, heads: Path, passages: Sequence[Passage]) -> list[Opinion]:
    """What the heads of an encoder say of comments.

    Parameters
    ----------
    encoder, heads : pathlib.Path
        Folders of both.
    passages : sequence of Passage, length n_comments
        The comments.

    Returns
    -------
    list of dict of str to ndarray, length n_comments
        Head → scores.
    """
    decide = Heads.load(heads).decide
    return [decide(encoded) for encoded in load_encoder(encoder).encode(passages)]


def _digests(passages: Sequence[Passage]) -> NDArray[np.uint64]:
    keys = (hashlib.sha256(text_key(passage.normalised).encode()).digest()[:8] for passage in passages)
    return np.array([int.from_bytes(key) for key in keys], dtype=np.uint64)
