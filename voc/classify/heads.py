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
        self._of_comment = _Stack({name: rows for name, rows in self.weights.items() if name in COMMENT_HEADS})
        self._of_clause = _Stack({name: rows for name, rows in self.weights.items() if name not in COMMENT_HEADS})

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
        return {**self._of_comment.apply(encoded.comment), **self._of_clause.apply(both)}

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


class _Stack:
    """Heads with the same input, as one layer."""

    def __init__(self, weights: Mapping[str, Floats]) -> None:
        ends = np.cumsum([len(rows) for rows in weights.values()])
        self.parts = {name: slice(end - len(rows), end) for (name, rows), end in zip(weights.items(), ends, strict=True)}
        stacked = np.vstack([*weights.values()]) if weights else np.zeros((0, 1), dtype=np.float32)
        self.weights, self.intercepts = np.ascontiguousarray(stacked[:, :-1]), stacked[:, -1]

    def apply(self, vectors: Floats) -> dict[str, Floats]:
        """Scores of each head; (n_inputs,) → (n_labels,), (n_clauses, n_inputs) → (n_clauses, n_labels)."""
        if not self.parts:
            return {}
        # A product a row: one of all rows may round otherwise for another number of them.
        scores = np.matmul(self.weights, vectors[..., None])[..., 0] + self.intercepts
        return {name: scores[..., part] for name, part in self.parts.items()}
