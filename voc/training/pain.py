"""Fits the classifier of known problems, by which clauses that say the same in other words come to lie together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from voc.classify.linear import LinearClassifier, View
from voc.corpora import lexicon_table
from voc.naming import KNOWN_FROM
from voc.pipeline import prepare
from voc.training.data import GoldComment, folds

FOLDS = 5
NONE = -1  # in place of the index of a problem


def train_pain(gold: Sequence[GoldComment], seed: int = 42) -> tuple[LinearClassifier, dict[str, Any]]:
    """Learn the problems of `corpora/lexicon/pains.tsv` from annotated complaints.

    A complaint that is none of them is an example too, of what no known problem is: without those, whatever is new would be
    taken for the known problem that it shares a word with (延期交房 for 配送慢).

    Parameters
    ----------
    gold : sequence of GoldComment
        Whose mentions of polarity −1 may carry a `code`.
    seed : int
        Of the folds.

    Returns
    -------
    LinearClassifier
        One label per problem.
    dict
        Out of fold, on customers' complaints: accuracy among known problems, share of the others that were taken for none of
        them, and the numbers of both.
    """
    names = {code: label for code, _, label, *_ in lexicon_table("pains")}
    texts, targets, comments = _complaints(gold, tuple(names))
    theirs, held_out = np.array([not gold[index].is_example for index in comments]), folds(comments, FOLDS, seed)
    best, likeliest = np.zeros(len(texts), dtype=np.intp), np.zeros(len(texts))
    for held in tqdm(range(FOLDS), desc="交叉检验 / cross-validating", unit="折"):
        inside, outside = np.flatnonzero(held_out != held), np.flatnonzero(held_out == held)
        model = _fit([texts[index] for index in inside], targets[inside], names)
        answers = model.predict_proba([[texts[index] for index in outside]])
        best[outside], likeliest[outside] = answers.argmax(axis=1), answers.max(axis=1)
    known, new = theirs & (targets != NONE), theirs & (targets == NONE)
    return _fit(texts, targets, names), {
        "accuracy": round(float((best == targets)[known].mean()), 4),
        "none of them, recognised as such": round(float((likeliest < KNOWN_FROM)[new].mean()), 4),
        "n": int(known.sum()),
        "n none of them": int(new.sum()),
    }


def _complaints(gold: Sequence[GoldComment], codes: tuple[str, ...]) -> tuple[list[str], NDArray[np.intp], list[int]]:
    """What was said and how the annotator put it, which problem that is, and of which comment."""
    texts, targets, comments = [], [], []
    for index, comment in enumerate(gold):
        for mention, _ in comment.found:
            if mention["polarity"] == -1 and mention.get("pain"):
                said = prepare(mention["evidence"])[0].normalised
                for text in dict.fromkeys([said, mention["pain"]]):
                    texts.append(text)
                    targets.append(codes.index(mention["code"]) if mention.get("code") in codes else NONE)
                    comments.append(index)
    return texts, np.array(targets), comments


def _fit(texts: Sequence[str], targets: NDArray[np.intp], names: dict[str, str]) -> LinearClassifier:
    """The short name of each problem is an example too, so that every label has one."""
    every = np.concatenate([targets, np.arange(len(names))])
    classes = (every[:, None] == np.arange(len(names))).astype(float)
    return LinearClassifier((View(ngrams=(1, 3), bits=15),), strength=10.0, multilabel=True, balanced=True).fit(
        [[*texts, *names.values()]], classes, tuple(names)
    )
