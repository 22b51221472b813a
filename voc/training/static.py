"""Distils an encoder into a table of token vectors, and fits the heads on it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from tqdm import tqdm

from voc.encoder import Encoder, Tokens, load_tokenizer, tokenise
from voc.sentiment import Passage
from voc.static import StaticEncoder
from voc.training.aside import find_unseen, save_seen
from voc.training.data import GoldComment
from voc.training.lessons import gold_lessons, head_labels
from voc.training.onnx_export import quantise_rows
from voc.training.probe import fit_probe

Doubles = NDArray[np.float64]
DIMENSIONS = 256
_RIDGE = 0.02  # pulls a token's vector towards what the encoder makes of the token alone
_ROUNDS = 40  # of conjugate gradients
HEADS = ("sentiment", "mixed", "informative", "intent", "polarity", "touchpoint")


def distil(teacher: Encoder, tokenizer_json: Path, texts: Sequence[str], target: Path) -> float:
    """Write a table whose mean over a text's tokens comes as near as it can to the teacher's vector of the text.

    Parameters
    ----------
    teacher : Encoder
        Whose vectors to follow.
    tokenizer_json : pathlib.Path
        Its vocabulary, which the table shares.
    texts : sequence of str
        Normalised feedback; no annotated comment.
    target : pathlib.Path
        Folder to write ``table.npz`` and ``tokenizer.json`` into.

    Returns
    -------
    float
        Mean cosine to the teacher's (centred, reduced) vectors on a twentieth of the texts, kept aside.
    """
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(tokenizer_json, target / "tokenizer.json")
    tokenizer = load_tokenizer(target)
    size = tokenizer.get_vocab_size()
    wanted = _vectors(teacher, texts, "读句 / reading texts")
    alone = _vectors(teacher, [tokenizer.decode([index]) or "?" for index in range(size)], "读词 / reading tokens")
    centre = wanted.mean(axis=0)
    basis = np.linalg.svd(wanted - centre, full_matrices=False)[2][:DIMENSIONS].T
    wanted, alone = (wanted - centre) @ basis, (alone - centre) @ basis
    shares = _token_shares(tokenise(tokenizer, [Passage(text, ()) for text in texts]), size)
    aside = np.arange(len(texts)) % 20 == 0
    table = _solve(shares[~aside], wanted[~aside], alone)
    codes, scales = quantise_rows(table.astype(np.float32))
    np.savez_compressed(target / "table.npz", codes=codes, scales=scales)
    found = shares[aside] @ table
    norms = np.linalg.norm(found, axis=1) * np.linalg.norm(wanted[aside], axis=1)
    return float(np.mean((found * wanted[aside]).sum(axis=1) / np.maximum(norms, 1e-9)))


def fit_heads(
    folder: Path, teacher: Path, gold: Sequence[GoldComment], examples: Sequence[GoldComment], touchpoints: Sequence[str]
) -> None:
    """Fit the heads of a static encoder, on the annotated comments that its teacher was taught.

    Parameters
    ----------
    folder : pathlib.Path
        From `distil`; ``heads.npz`` and ``seen.npz`` are added.
    teacher : pathlib.Path
        Folder of the teacher.
    gold, examples : sequence of GoldComment
        Annotated comments, and clauses of our own.
    touchpoints : sequence of str
        Of the taxonomy.

    Raises
    ------
    ModelNotFound
        If the teacher was taught all of the annotated comments.
    """
    shown = [comment for comment, unseen in zip(gold, find_unseen(teacher, gold), strict=True) if not unseen]
    lessons = gold_lessons([*shown, *examples], touchpoints, ())
    encoded = StaticEncoder(folder).encode([lesson.passage for lesson in lessons])
    labels = {name: names for name, names in head_labels(touchpoints, ()).items() if name in HEADS}
    fit_probe(lessons, encoded, labels).save(folder)
    save_seen(folder, [comment.passage for comment in shown])


def _vectors(teacher: Encoder, texts: Sequence[str], title: str) -> Doubles:
    found = [
        each.comment
        for at in tqdm(range(0, len(texts), 512), desc=title, unit="批")
        for each in teacher.encode([Passage(text, ()) for text in texts[at : at + 512]])
    ]
    return np.array(found, dtype=np.float64)


def _token_shares(read: Sequence[Tokens], size: int) -> sparse.csr_matrix:
    rows = np.repeat(np.arange(len(read)), [len(tokens.ids) for tokens in read])
    shares = np.concatenate([np.full(len(tokens.ids), 1 / len(tokens.ids)) for tokens in read])
    return sparse.csr_matrix((shares, (rows, np.concatenate([tokens.ids for tokens in read]))), shape=(len(read), size))


def _solve(shares: sparse.csr_matrix, wanted: Doubles, start: Doubles) -> Doubles:
    """Ridge regression towards `start`, all columns at once, by conjugate gradients."""
    offset = np.zeros_like(start)
    residual = np.asarray(shares.T @ (wanted - shares @ start))
    direction, size = residual.copy(), (residual**2).sum(axis=0)
    for _ in tqdm(range(_ROUNDS), desc="拟合词表 / fitting the table", unit="轮"):
        image = np.asarray(shares.T @ (shares @ direction)) + _RIDGE * direction
        step = size / np.maximum((direction * image).sum(axis=0), 1e-12)
        offset += step * direction
        residual -= step * image
        before, size = size, (residual**2).sum(axis=0)
        direction = residual + size / np.maximum(before, 1e-12) * direction
    return start + offset
