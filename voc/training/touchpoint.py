"""Fits the touchpoint model on annotated clauses, with weak help from aspect annotations of other schemes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.classify import Classifier
from voc.classify.blend import Blend
from voc.classify.linear import LinearClassifier, View
from voc.sentiment import Opinion, Passage
from voc.taxonomy import OVERALL, Taxonomy
from voc.touchpoint import keyword_hits, touchpoint_fields
from voc.training.data import GoldComment, folds, text_key
from voc.training.measure import best_threshold, measure_marks

FOLDS = 4
WEAK_WEIGHT = 0.3
THRESHOLDS = np.round(np.arange(0.1, 0.62, 0.03), 2)
# Categories of other schemes whose meaning is one of our touchpoints; a row with any other category is passed over.
_PLACE = ("rooms design_features", "rooms general", "rooms cleanliness", "rooms comfort", "rooms quality", "facilities general",
          "facilities design_features", "hotel design_features", "hotel cleanliness", "hotel comfort", "room_amenities general",
          "room_amenities design_features", "location general", "ambience general")  # fmt: skip
WEAK_CATEGORIES = {
    **dict.fromkeys(_PLACE, "store_environment"),
    **dict.fromkeys(("service general",), "staff_service"),
    **dict.fromkeys(("food quality", "drinks quality", "food_drinks quality"), "product_quality"),
    **dict.fromkeys(("Camera#General", "Screen#General", "Battery/Longevity#General"), "product_quality"),
    **dict.fromkeys(("hotel prices", "rooms prices", "food_drinks prices", "restaurant prices"), "price_promotion"),
    **dict.fromkeys(("food prices", "drinks prices", "amazon prices", "Price#Price", "Price#Value for Money"), "price_promotion"),
    **dict.fromkeys(("food style_options", "amazon availability"), "assortment_stock"),
    **dict.fromkeys(("shipment delivery", "Logistics#Speed"), "delivery"),
    **dict.fromkeys(("shipment quality", "Product Packaging#General", "Product Packaging#Packaging Materials"), "packaging"),
    **dict.fromkeys(("Seller Service#Attitude", "Seller Service#Timeliness of Seller Service"), "customer_support"),
    "After-sales Service#Exchange/Warranty/Return": "after_sales",
    "Product Quality#Genuine Product": "privacy_trust",
}  # fmt: skip
WEAK_LONGEST = 60  # characters; a longer row says more than its categories
WEAK_MOST = 1500  # rows of one source and touchpoint


def train_classifier(
    gold: Sequence[GoldComment], aspects: Iterable[tuple[str, str, list[dict[str, Any]]]], taxonomy: Taxonomy
) -> tuple[LinearClassifier, dict[str, int]]:
    """Learn from n-grams which touchpoints a clause speaks of.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments, and clauses of our own.
    aspects : iterable of (source, normalised text, mentions)
        Annotations of other schemes; those in `WEAK_CATEGORIES` are used.
    taxonomy : Taxonomy
        Touchpoints and keywords.

    Returns
    -------
    LinearClassifier
        Fitted.
    dict of str to int
        Source → weak rows used.
    """
    ids = [touchpoint.id for touchpoint in taxonomy.touchpoints]
    passages = [comment.passage for comment in gold]
    weak_passages, weak_targets, used = _weak(aspects, ids, {text_key(passage.normalised) for passage in passages})
    fields = touchpoint_fields([*passages, *weak_passages], taxonomy)
    targets = np.vstack([*(touchpoint_targets(comment, ids) for comment in gold), weak_targets])
    weights = np.full(len(targets), WEAK_WEIGHT)
    weights[: len(targets) - len(weak_targets)] = 1
    views = (View(ngrams=(1, 4), bits=17), View(ngrams=(1, 2), bits=15, weight=0.6), View("word", (1, 1), bits=8, weight=1.0))
    return LinearClassifier(views, strength=6.0, multilabel=True).fit(fields, targets, ids, weights), used


def train_blend(
    gold: Sequence[GoldComment], classifier: Classifier, opinions: Sequence[Opinion], taxonomy: Taxonomy, seed: int = 42
) -> tuple[Blend, float, dict[str, Any]]:
    """Weigh n-grams, keywords and an encoder against each other.

    Parameters
    ----------
    gold : sequence of GoldComment
        Annotated comments that neither has seen.
    classifier : Classifier
        Of n-grams.
    opinions : sequence of (mapping of str to ndarray), length n_gold
        Of the encoder.
    taxonomy : Taxonomy
        Touchpoints and keywords.
    seed : int
        Of the folds.

    Returns
    -------
    Blend
        Fitted on everything.
    float
        Threshold of the best micro-F1.
    dict
        Figures measured out of fold, per comment and without `overall` (see `voc.training.measure.measure_marks`).
    """
    ids = [touchpoint.id for touchpoint in taxonomy.touchpoints]
    passages = [comment.passage for comment in gold]
    groups = np.repeat(np.arange(len(gold)), [len(passage.clauses) for passage in passages])
    targets = np.vstack([touchpoint_targets(comment, ids) for comment in gold])
    fields = touchpoint_fields(passages, taxonomy)
    encoder = np.vstack([opinion["touchpoint"] for opinion in opinions])
    voices = [encoder, classifier.decision_function(fields), keyword_hits(fields[2], ids)]
    fold = folds(range(len(gold)), FOLDS, seed)[groups]
    scores = np.zeros(targets.shape, dtype=np.float32)
    for held in range(FOLDS):
        inside, outside = fold != held, fold == held
        scores[outside] = Blend.fit([voice[inside] for voice in voices], targets[inside]).predict_proba(
            [voice[outside] for voice in voices]
        )
    highest, annotated = np.zeros((2, len(gold), len(ids)))
    np.maximum.at(highest, groups, scores)
    for row, comment in zip(annotated, gold, strict=True):
        row[[ids.index(mention["touchpoint"]) for mention in comment.row["mentions"]]] = 1
    specific = [index for index, name in enumerate(ids) if name != OVERALL]
    should, probabilities = annotated[:, specific] > 0, highest[:, specific]
    threshold = best_threshold(should, probabilities, THRESHOLDS)
    metrics = measure_marks(gold, [ids[index] for index in specific], should, probabilities, probabilities >= threshold)
    return Blend.fit(voices, targets), threshold, metrics


def touchpoint_targets(comment: GoldComment, ids: Sequence[str]) -> NDArray[np.float64]:
    """Which touchpoints are annotated in each clause.

    Parameters
    ----------
    comment : GoldComment
        Annotated.
    ids : sequence of str
        Touchpoints.

    Returns
    -------
    ndarray of shape (n_clauses, n_touchpoints)
        0 or 1.
    """
    targets = np.zeros((len(comment.passage.clauses), len(ids)))
    for mention, clauses in comment.found:
        targets[list(clauses), ids.index(mention["touchpoint"])] = 1
    return targets


def _weak(
    aspects: Iterable[tuple[str, str, list[dict[str, Any]]]], ids: Sequence[str], held_out: set[str]
) -> tuple[list[Passage], NDArray[np.float64], dict[str, int]]:
    """Short rows of other schemes as one-clause comments."""
    passages, rows, seen, used = [], [], Counter[tuple[str, str]](), Counter[str]()
    for source, text, mentions in aspects:
        names = {WEAK_CATEGORIES.get(mention["raw"]) for mention in mentions}
        if None in names or not names or len(text) > WEAK_LONGEST or text_key(text) in held_out:
            continue
        if any(seen[source, str(name)] >= WEAK_MOST for name in names):
            continue
        seen.update((source, str(name)) for name in names)
        used[source] += 1
        passages.append(Passage(text, ((0, len(text)),)))
        rows.append([float(name in names) for name in ids])
    return passages, np.array(rows).reshape(len(rows), len(ids)), dict(used)
