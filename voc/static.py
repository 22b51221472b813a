"""Text → vectors at the speed of a table look-up: one vector a token, distilled from the transformer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from voc.encoder import Encoded, load_tokenizer, part_of, pool, tokenise
from voc.sentiment import Passage


class StaticEncoder:
    """Mean of token vectors; a token's vector does not know its neighbours.

    Parameters
    ----------
    folder : pathlib.Path
        With ``table.npz`` and ``tokenizer.json``.

    Raises
    ------
    ModelNotFound
        If the folder holds no such model.
    """

    def __init__(self, folder: Path) -> None:
        self.tokenizer = load_tokenizer(folder)
        with np.load(part_of(folder, "table.npz"), allow_pickle=False) as arrays:
            self.codes, self.scales = arrays["codes"], arrays["scales"]

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """Vectors of comments and their clauses (see `voc.encoder.Encoder.encode`).

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.

        Returns
        -------
        list of Encoded, length n_comments
            In order.
        """
        read = tokenise(self.tokenizer, passages)
        return [pool(self.codes[tokens.ids] * self.scales[tokens.ids], tokens.clauses) for tokens in read]
