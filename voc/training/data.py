"""Reading annotated data: gold comments, labelled comments, aspect annotations."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from voc.corpora import example_clauses
from voc.errors import TableError
from voc.jsonlines import json_rows, open_text
from voc.pipeline import prepare
from voc.records import LABELS
from voc.sentiment import Passage
from voc.tokenise import clauses, make_nlp

if TYPE_CHECKING:
    from spacy.language import Language

EXAMPLE = "example"  # source of the clauses that we wrote
POLARITIES = {-1: 0, 0: 1, 1: 2}  # of a gold mention → index into LABELS


@dataclass(frozen=True)
class GoldComment:
    """An annotated comment, cut into clauses.

    Parameters
    ----------
    row : dict
        The line as annotated: sentiment, mixed, mentions, intents, …
    passage : Passage
        The comment as the pipeline sees it.
    found : tuple of (dict, tuple of int)
        Each mention with the indices of the clauses that its evidence lies in.
    """

    row: dict[str, Any]
    passage: Passage
    found: tuple[tuple[dict[str, Any], tuple[int, ...]], ...]

    @property
    def is_example(self) -> bool:  # numpydoc ignore=RT01
        """Whether it is a clause of our own writing rather than a customer's comment."""
        return bool(self.row["source"] == EXAMPLE)


def read_gold(path: Path) -> list[GoldComment]:
    """Read annotated comments.

    Parameters
    ----------
    path : pathlib.Path
        JSON lines with text, sentiment, mixed, mentions [{touchpoint, polarity, evidence, code}].

    Returns
    -------
    list of GoldComment
        In file order.
    """
    return annotated([row for _, row in json_rows(path)], path.name)


def annotated(rows: Sequence[dict[str, Any]], title: str) -> list[GoldComment]:
    """Cut annotated comments into clauses.

    Parameters
    ----------
    rows : sequence of dict
        Lines of a gold file (see `read_gold`).
    title : str
        Beside the progress bar.

    Returns
    -------
    list of GoldComment
        In order.
    """
    nlp = make_nlp()
    return [_annotated(row, nlp) for row in tqdm(rows, desc=f"读取标注 / reading {title}", unit="条")]


def read_examples() -> list[GoldComment]:
    """Clauses of our own writing as annotated comments.

    Returns
    -------
    list of GoldComment
        Each of one mention at most.
    """
    nlp = make_nlp()
    comments = []
    for touchpoint, polarity, code, text in example_clauses():
        mention = {
            "touchpoint": touchpoint,
            "polarity": int(polarity),
            "evidence": text,
            "pain": text,
            "code": None if code == "-" else code,
        }
        row = {
            "source": EXAMPLE,
            "sentiment": LABELS[int(polarity) + 1],
            "mixed": False,
            "mentions": [] if touchpoint == "none" else [mention],
        }
        comments.append(_annotated({"text": text, **row}, nlp))
    return comments


def _annotated(row: dict[str, Any], nlp: Language) -> GoldComment:
    normalised = prepare(row["text"])[0].normalised
    passage = Passage(normalised, tuple(clauses(nlp(normalised))))
    found = tuple((mention, clauses_of(passage, prepare(mention["evidence"])[0].normalised)) for mention in row["mentions"])
    return GoldComment(row, passage, found)


def clauses_of(passage: Passage, evidence: str) -> tuple[int, ...]:
    """Clauses that the evidence overlaps by two characters (or wholly), else the one most like it.

    Parameters
    ----------
    passage : Passage
        The comment.
    evidence : str
        Normalised.

    Returns
    -------
    tuple of int
        Indices into ``passage.clauses``, never empty.
    """
    at = passage.normalised.find(evidence)
    if at >= 0 and passage.spans:
        need = min(2, len(evidence))
        hit = tuple(index for index, (start, end) in enumerate(passage.spans) if min(end, at + len(evidence)) - max(start, at) >= need)
        if hit:
            return hit
    wanted = set(evidence)
    return (max(range(len(passage.clauses)), key=lambda index: len(wanted & set(passage.clauses[index]))),)


@dataclass(frozen=True)
class Labelled:
    """Comments with one sentiment label each.

    Parameters
    ----------
    texts : list of str
        Normalised.
    labels : ndarray of shape (n_comments,)
        Indices into LABELS.
    sources, schemes : list of str
        Where each is from, and what its labels can say (binary, three, stars).
    """

    texts: list[str]
    labels: NDArray[np.intp]
    sources: list[str]
    schemes: list[str]

    def extended(self, rows: Sequence[tuple[str, int]], source: str) -> Labelled:
        """The same with more rows.

        Parameters
        ----------
        rows : sequence of (str, int)
            Normalised text, and index into LABELS.
        source : str
            Source and scheme of all of them.

        Returns
        -------
        Labelled
            A new one, the rows at its end.
        """
        labels = np.concatenate([self.labels, np.array([label for _, label in rows], dtype=np.intp)])
        names = [source] * len(rows)
        return Labelled([*self.texts, *(text for text, _ in rows)], labels, [*self.sources, *names], [*self.schemes, *names])


def read_labelled(path: Path, without: Iterable[str] = ()) -> Labelled:
    """Read a CSV of source, text, label, scheme; rows of other labels (mixed) are left out.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8 CSV, gzipped where the name ends in ``.gz``.
    without : iterable of str
        Texts that must not be learned from (they are scored later).

    Returns
    -------
    Labelled
        In file order.

    Raises
    ------
    TableError
        If a column is missing.
    """
    held_out = {text_key(text) for text in without}
    texts, labels, sources, schemes = [], [], [], []
    with open_text(path) as lines:
        rows = csv.DictReader(lines)
        missing = {"source", "text", "label", "scheme"} - set(rows.fieldnames or ())
        if missing:
            raise TableError("training_columns", f"缺少列 / missing columns: {sorted(missing)}", "source,text,label,scheme", file=path.name)
        for row in tqdm(rows, desc=f"读取评论 / reading {path.name}", unit="条"):
            normalised = prepare(row["text"])[0].normalised
            if row["label"] in LABELS and text_key(normalised) not in held_out:
                texts.append(normalised)
                labels.append(LABELS.index(row["label"]))
                sources.append(row["source"])
                schemes.append(row["scheme"])
    return Labelled(texts, np.array(labels, dtype=np.intp), sources, schemes)


def text_key(text: str) -> str:
    """What makes two comments the same for training: letters, digits and Han characters only.

    Parameters
    ----------
    text : str
        Normalised.

    Returns
    -------
    str
        Lower case.

    Examples
    --------
    >>> text_key("很好, 推荐!") == text_key("很好推荐")
    True
    """
    return re.sub(r"[\W_]", "", text.lower())


def read_aspects(path: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Read aspect annotations: source, text and mentions of each line.

    Parameters
    ----------
    path : pathlib.Path
        JSON lines, gzipped where the name ends in ``.gz``.

    Yields
    ------
    tuple of (str, str, list of dict)
        Source, normalised text, mentions.
    """
    for _, row in tqdm(json_rows(path), desc=f"读取方面标注 / reading {path.name}", unit="条"):
        yield row["source"], prepare(row["text"])[0].normalised, row["mentions"]


def read_services(path: Path) -> list[tuple[str, str]]:
    """Read what buyers ask a shop: a CSV of text and intent.

    Parameters
    ----------
    path : pathlib.Path
        UTF-8 CSV, gzipped where the name ends in ``.gz``.

    Returns
    -------
    list of (str, str)
        Text as written, and kind.
    """
    with open_text(path) as lines:
        return [(row["text"], row["intent"]) for row in csv.DictReader(lines)]


def header_of(path: Path) -> set[str]:
    """Names of the columns of a CSV, or of the fields of the first of JSON lines.

    Parameters
    ----------
    path : pathlib.Path
        Gzipped where the name ends in ``.gz``.

    Returns
    -------
    set of str
        Empty where the file is.

    Raises
    ------
    TableError
        If the first line is not what the file's name says.
    """
    if ".jsonl" in path.suffixes:
        return set(next(json_rows(path), (0, {}))[1])
    with open_text(path) as lines:
        return set(csv.DictReader(lines).fieldnames or ())


def folds(groups: Sequence[int], count: int, seed: int) -> NDArray[np.intp]:
    """Fold of each example; examples of one group stay together.

    Parameters
    ----------
    groups : sequence of int, length n_examples
        0 … n_groups − 1.
    count : int
        Number of folds, ≥ 2.
    seed : int
        Of the shuffle.

    Returns
    -------
    ndarray of shape (n_examples,)
        0 … count − 1.
    """
    order = np.random.default_rng(seed).permutation(max(groups) + 1)
    drawn: NDArray[np.intp] = (order % count)[np.asarray(groups)]
    return drawn
