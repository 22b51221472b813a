"""Linear heads on the encoder's vectors: what they say of a comment and of its clauses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.encoder import Encoded

Floats = NDArray[np.float32]
# Heads of the whole comment; the others see a clause and the comment around it.
COMMENT_HEADS = ("sentiment", "mixed", "informative", "intent", "service")


class Heads:
    """One linear layer a head.

    Parameters
    ----------
    labels : mapping of str to (tuple of str)
        Labels of each head.
    weights : mapping of str to ndarray of shape (n_labels, n_inputs + 1)
        The last column is the intercept. Inputs are a comment's vector, or a clause's vector and then its comment's.
    """

    def __init__(self, labels: Mapping[str, tuple[str, ...]], weights: Mapping[str, Floats]) -> None:
        self.labels = dict(labels)
        self.weights = dict(weights)

    def decide(self, encoded: Encoded) -> dict[str, Floats]:
        """Scores (logits) of every head.

        Parameters
        ----------
        encoded : Encoded
            A comment.

        Returns
        -------
        dict of str to ndarray
            (n_labels,) for heads of comments, (n_clauses, n_labels) for those of clauses.
        """
        around = np.broadcast_to(encoded.comment, encoded.clauses.shape)
        both = np.hstack([encoded.clauses, around])
        return {name: _apply(weights, encoded.comment if name in COMMENT_HEADS else both) for name, weights in self.weights.items()}

    def save(self, folder: Path) -> None:
        """Write ``heads.npz`` and ``heads.json``.

        Parameters
        ----------
        folder : pathlib.Path
            Must exist.
        """
        np.savez_compressed(
            folder / "heads.npz", allow_pickle=False, **{name: rows.astype(np.float16) for name, rows in self.weights.items()}
        )
        (folder / "heads.json").write_text(json.dumps(self.labels, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Read what `save` wrote.

        Parameters
        ----------
        folder : pathlib.Path
            The one given to `save`.

        Returns
        -------
        Heads
            Ready.
        """
        labels = json.loads((folder / "heads.json").read_text(encoding="utf-8"))
        with np.load(folder / "heads.npz", allow_pickle=False) as arrays:
            weights = {name: arrays[name].astype(np.float32) for name in arrays.files}
        return cls({name: tuple(names) for name, names in labels.items()}, weights)


def _apply(weights: Floats, vectors: Floats) -> Floats:
    # Row by row: a matrix product may round otherwise for another number of rows.
    if vectors.ndim == 1:
        scores: Floats = weights[:, :-1] @ vectors + weights[:, -1]
        return scores
    return np.array([_apply(weights, row) for row in vectors])
