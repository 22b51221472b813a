"""Fits the classifier of known problems, by which clauses that say the same in other words come to lie together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from tqdm import tqdm

from voc.classify.linear import LinearClassifier, View
from voc.corpora import lexicon_table
from voc.pipeline import prepare
from voc.training.data import GoldComment, folds

FOLDS = 5


def train_pain(gold: Sequence[GoldComment], seed: int = 42) -> tuple[LinearClassifier, dict[str, Any]]:
    """Learn the problems of `corpora/lexicon/pains.tsv` from annotated complaints.

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
        Out-of-fold accuracy on customers' complaints, and their number.
    """
    names = {code: label for code, _, label, _ in lexicon_table("pains")}
    codes = tuple(names)
    texts, labels, comments = [], [], []
    for index, comment in enumerate(gold):
        for mention, _ in comment.found:
            if mention.get("code") in names:
                said = prepare(mention["evidence"])[0].normalised
                for text in dict.fromkeys([said, mention["pain"]]):
                    texts.append(text)
                    labels.append(codes.index(mention["code"]))
                    comments.append(index)
    theirs = np.array([not gold[index].is_example for index in comments])
    targets, held_out = np.array(labels), folds(comments, FOLDS, seed)
    right = 0
    for held in tqdm(range(FOLDS), desc="交叉检验 / cross-validating", unit="折"):
        inside, outside = np.flatnonzero(held_out != held), np.flatnonzero(held_out == held)
        model = _fit([texts[index] for index in inside], targets[inside], names)
        said_now = model.predict_proba([[texts[index] for index in outside]]).argmax(axis=1)
        right += int((said_now == targets[outside])[theirs[outside]].sum())
    return _fit(texts, targets, names), {"accuracy": round(right / int(theirs.sum()), 4), "n": int(theirs.sum())}


def _fit(texts: Sequence[str], targets: np.ndarray[Any, np.dtype[np.intp]], names: dict[str, str]) -> LinearClassifier:
    """The short name of each problem is an example too, so that every label has one."""
    both = [*texts, *names.values()]
    classes = np.eye(len(names))[[*targets, *range(len(names))]]
    return LinearClassifier((View(ngrams=(1, 3), bits=15),), strength=10.0, multilabel=True, balanced=True).fit(
        [both], classes, tuple(names)
    )
