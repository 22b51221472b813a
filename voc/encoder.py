"""Text → vectors: the embedded sentence encoder, run by ONNX Runtime."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelNotFound
from voc.sentiment import Passage

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

Floats = NDArray[np.float32]
WINDOW = 254  # tokens between the two marks of start and end; longer texts are read in several windows
_START, _PAD, _END, _UNKNOWN = 0, 1, 2, 3  # ids of the marks in the vocabulary
_STEP = 16  # a window is padded to a multiple of this, whatever is beside it, so that its result never changes
_BATCH_TOKENS = 4096


@dataclass(frozen=True)
class Encoded:
    """Vectors of one comment.

    Parameters
    ----------
    comment : ndarray of shape (n_dimensions,)
        Mean of its tokens.
    clauses : ndarray of shape (n_clauses, n_dimensions)
        Mean of the tokens of each clause, which have seen the comment around them.
    """

    comment: Floats
    clauses: Floats


@dataclass(frozen=True)
class Tokens:
    """A comment as the encoder reads it.

    Parameters
    ----------
    ids : ndarray of shape (n_tokens,)
        Without marks of start and end; an empty comment is one unknown token.
    clauses : list of (int, int), length n_clauses
        Half-open token range of each clause, never empty.
    """

    ids: NDArray[np.int64]
    clauses: list[tuple[int, int]]

    def windows(self, limit: int = WINDOW) -> list[tuple[int, int]]:
        """Cut into parts that the encoder can read at once, between clauses where possible.

        Parameters
        ----------
        limit : int
            Most tokens in one part, ≥ 1.

        Returns
        -------
        list of (int, int)
            Half-open token ranges that follow each other without gaps.
        """
        cuts = [0]
        while len(self.ids) - cuts[-1] > limit:
            last = cuts[-1] + limit
            cuts.append(max((start for start, _ in self.clauses if cuts[-1] < start <= last), default=last))
        return list(zip(cuts, [*cuts[1:], len(self.ids)], strict=True))


class Encoder(Protocol):
    """Turns comments into vectors; a comment's vectors never depend on the other comments of the call."""

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """Vectors of comments and their clauses.

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length; a text of any length is read whole.

        Returns
        -------
        list of Encoded, length n_comments
            In order.
        """


class OnnxEncoder:
    """A transformer of `models/encoder/`, quantised to 8 bits.

    Parameters
    ----------
    folder : pathlib.Path
        With ``model.onnx`` and ``tokenizer.json``.
    threads : int, optional
        Of one batch; as many as there are cores where left out.

    Raises
    ------
    ModelNotFound
        If the folder holds no such model.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        import onnxruntime

        self.tokenizer = load_tokenizer(folder)
        model = part_of(folder, "model.onnx")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    def encode(self, passages: Sequence[Passage]) -> list[Encoded]:
        """Vectors of comments and their clauses (see `Encoder.encode`).

        Parameters
        ----------
        passages : sequence of Passage, length n_comments
            Any length.

        Returns
        -------
        list of Encoded, length n_comments
            In order.
        """
        return encode_with(self._run, self.tokenizer, passages)

    def _run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Floats:
        hidden: Floats = self.session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return hidden


def encode_with(
    run: Callable[[NDArray[np.int64], NDArray[np.int64]], Floats], tokenizer: Tokenizer, passages: Sequence[Passage]
) -> list[Encoded]:
    """Vectors of comments by any model of tokens: long ones in windows, those of one length side by side.

    Parameters
    ----------
    run : callable
        Token ids and mask of shape (n_windows, length) → vectors of shape (n_windows, length, n_dimensions).
    tokenizer : tokenizers.Tokenizer
        From `load_tokenizer`.
    passages : sequence of Passage, length n_comments
        Any length.

    Returns
    -------
    list of Encoded, length n_comments
        In order.
    """
    read = tokenise(tokenizer, passages)
    by_length: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for index, tokens in enumerate(read):
        for start, end in tokens.windows():
            by_length[-(-(end - start + 2) // _STEP) * _STEP].append((index, start, end))
    parts: list[dict[int, Floats]] = [{} for _ in read]
    for length, windows in sorted(by_length.items()):
        size = max(1, _BATCH_TOKENS // length)
        for at in range(0, len(windows), size):
            batch = windows[at : at + size]
            for (index, start, end), hidden in zip(batch, run(*_padded(read, batch, length)), strict=True):
                parts[index][start] = hidden[1 : end - start + 1]
    return [
        pool(np.concatenate([windows[start] for start in sorted(windows)]), tokens.clauses)
        for windows, tokens in zip(parts, read, strict=True)
    ]


def _padded(read: Sequence[Tokens], windows: Sequence[tuple[int, int, int]], length: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ids = np.full((len(windows), length), _PAD, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, (index, start, end) in enumerate(windows):
        count = end - start + 2
        ids[row, 0], ids[row, count - 1] = _START, _END
        ids[row, 1 : count - 1] = read[index].ids[start:end]
        mask[row, :count] = 1
    return ids, mask


def pool(hidden: Floats, clauses: Sequence[tuple[int, int]]) -> Encoded:
    """Means of token vectors, of the whole and of each clause.

    Parameters
    ----------
    hidden : ndarray of shape (n_tokens, n_dimensions)
        Vectors of the tokens.
    clauses : sequence of (int, int), length n_clauses
        Token ranges.

    Returns
    -------
    Encoded
        Where there is no clause, the whole stands for the one.
    """
    # Not ``mean``, which takes several times as long for a handful of rows.
    whole = np.add.reduce(hidden, axis=0) / np.float32(len(hidden))
    parts = [np.add.reduce(hidden[start:end], axis=0) / np.float32(end - start) for start, end in clauses]
    return Encoded(whole, np.array(parts or [whole]))


def part_of(folder: Path, name: str) -> Path:
    """File of an encoder.

    Parameters
    ----------
    folder : pathlib.Path
        Of the encoder.
    name : str
        E.g. ``"tokenizer.json"``.

    Returns
    -------
    pathlib.Path
        Of a file that is there.

    Raises
    ------
    ModelNotFound
        If it is not.
    """
    path = folder / name
    if not path.is_file():
        raise ModelNotFound(
            "no_encoder", f"这里没有编码器 / no encoder here: {folder.name!r}", f"要有 {name} / needs {name}", folder=str(folder)
        )
    return path


def load_tokenizer(folder: Path) -> Tokenizer:
    """Tokenizer of an encoder.

    Parameters
    ----------
    folder : pathlib.Path
        With ``tokenizer.json``.

    Returns
    -------
    tokenizers.Tokenizer
        Without truncation or padding.

    Raises
    ------
    ModelNotFound
        If there is none.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(part_of(folder, "tokenizer.json")))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def tokenise(tokenizer: Tokenizer, passages: Sequence[Passage]) -> list[Tokens]:
    """Cut comments into the encoder's tokens.

    Parameters
    ----------
    tokenizer : tokenizers.Tokenizer
        From `load_tokenizer`.
    passages : sequence of Passage, length n_comments
        Normalised comments.

    Returns
    -------
    list of Tokens, length n_comments
        In order.
    """
    encodings = tokenizer.encode_batch([passage.normalised for passage in passages], add_special_tokens=False)
    return [_tokens(encoding, passage) for encoding, passage in zip(encodings, passages, strict=True)]


def _tokens(encoding: Encoding, passage: Passage) -> Tokens:
    ids = np.array(encoding.ids or [_UNKNOWN], dtype=np.int64)
    starts, ends = zip(*encoding.offsets or [(0, 1)], strict=True)
    clauses = []
    for start, end in passage.spans:
        # Token ends and starts both ascend: the first that ends behind the clause's start, the last that starts before its end.
        first = min(bisect_right(ends, start), len(ids) - 1)
        clauses.append((first, max(bisect_left(starts, end), first + 1)))
    return Tokens(ids, clauses)


def load_encoder(folder: Path, *, threads: int | None = None) -> Encoder:
    """Encoder of a folder, whichever kind it is.

    Parameters
    ----------
    folder : pathlib.Path
        With ``model.onnx`` or ``table.npz`` (ours), or a Hugging Face folder.
    threads : int, optional
        As for `OnnxEncoder`.

    Returns
    -------
    Encoder
        Ready.

    Raises
    ------
    ModelNotFound
        If the folder holds none.
    """
    if (folder / "model.onnx").is_file():
        return OnnxEncoder(folder, threads=threads)
    if (folder / "table.npz").is_file():
        from voc.static import StaticEncoder

        return StaticEncoder(folder)
    from voc.transformer import TransformersEncoder

    return TransformersEncoder(folder)
