"""Training of what stands on the encoders: one function a task; what it reads, what it fits, where it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from voc.classify.linear import LinearClassifier
from voc.modelstore import ModelMeta, model_folder
from voc.quality import ENCODERS, Engine, find_engine
from voc.records import INTENTS, LABELS
from voc.sentiment import Opinion, Passage
from voc.taxonomy import load_taxonomy
from voc.training.aside import find_unseen, read_opinions
from voc.training.data import GoldComment
from voc.training.describe import describe, fresh
from voc.training.examine import examine
from voc.training.sources import WEAK, Settings, Sources

Engines = Sequence[Engine]


def train_sentiment(sources: Sources, settings: Settings, own: Engines = ()) -> list[ModelMeta]:
    """Fit the n-gram models, then the heads of both qualities.

    Parameters
    ----------
    sources : Sources
        Labelled comments are needed.
    settings : Settings
        How.
    own : sequence of Engine
        Fit only the heads of these, beside the n-gram models that are there.

    Returns
    -------
    list of ModelMeta
        Linear, fast and best; or one for each of `own`.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If an encoder was taught all of the annotations.
    """
    from voc.training.sentiment import train_heads, train_ngrams

    folder, metas, rows = model_folder("sentiment", "linear"), [], sources.counts
    if own:
        models = (LinearClassifier.load(folder / "polarity"), LinearClassifier.load(folder / "tone"))
    else:
        models = train_ngrams([*_seen(sources.gold), *sources.examples], sources.labelled)
        rows = {**rows, **dict(Counter(sources.labelled.sources))}
        fresh(folder)
        for name, model in zip(("polarity", "tone"), models, strict=True):
            model.save(folder / name)
        metas.append(describe(folder, "sentiment", "linear", LABELS, rows, settings, {}))
    for engine in own or _engines():
        judged, opinions = _judged(engine, sources.gold)
        heads, metrics = train_heads(judged, opinions, models, settings.seed)
        heads.save(fresh(engine.tasks["sentiment"]))
        meta = describe(engine.tasks["sentiment"], "sentiment", "voc.sentiment:SentimentModel", LABELS, rows, settings, metrics)
        metas.append(examine(engine) or meta)
    return metas


def train_touchpoint(sources: Sources, settings: Settings, own: Engines = ()) -> list[ModelMeta]:
    """Fit the n-gram model, then the blends of both qualities.

    Parameters
    ----------
    sources : Sources
        Aspect annotations are needed.
    settings : Settings
        How.
    own : sequence of Engine
        Fit only the blends of these, beside the n-gram model that is there.

    Returns
    -------
    list of ModelMeta
        Linear, fast and best; or one for each of `own`.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If an encoder was taught all of the annotations.
    """
    from voc.training.touchpoint import train_blend, train_classifier

    taxonomy, folder, metas, rows = load_taxonomy(), model_folder("touchpoint", "linear"), [], sources.counts
    labels, of = tuple(taxonomy.by_id), f"{taxonomy.name}@{taxonomy.version}"
    if own:
        classifier = LinearClassifier.load(folder)
    else:
        classifier, weak = train_classifier([*_seen(sources.gold), *sources.examples], sources.aspects, taxonomy)
        rows = {**rows, **{f"{WEAK}{source}": count for source, count in weak.items()}}
        classifier.save(fresh(folder))
        metas.append(describe(folder, "touchpoint", "linear", labels, rows, settings, {}, taxonomy=of))
    for engine in own or _engines():
        judged, opinions = _judged(engine, sources.gold)
        blend, threshold, metrics = train_blend(judged, classifier, opinions, taxonomy, settings.seed)
        target = fresh(engine.tasks["touchpoint"])
        blend.save(target / "blend.npz")
        metas.append(
            describe(target, "touchpoint", "voc.classify.blend:Blend", labels, rows, settings, metrics, threshold=threshold, taxonomy=of)
        )
        examine(engine)
    return metas


def train_intent(sources: Sources, settings: Settings, own: Engines = ()) -> list[ModelMeta]:
    """Fit the blends of intents for both qualities.

    Parameters
    ----------
    sources : Sources
        Only annotated comments are read.
    settings : Settings
        How.
    own : sequence of Engine
        Fit only the blends of these.

    Returns
    -------
    list of ModelMeta
        Fast and best; or one for each of `own`.

    Raises
    ------
    ModelNotFound
        If an encoder was taught all of the annotations.
    """
    from voc.training.intent import UNINFORMATIVE, train_intent

    metas, labels = [], (*INTENTS, UNINFORMATIVE)
    for engine in own or _engines():
        blend, thresholds, metrics = train_intent(*_judged(engine, sources.gold), settings.seed)
        target = fresh(engine.tasks["intent"])
        blend.save(target / "blend.npz")
        metas.append(
            describe(target, "intent", "voc.classify.blend:Blend", labels, sources.counts, settings, metrics, thresholds=thresholds)
        )
        examine(engine)
    return metas


def train_pain(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fit the classifier of known problems.

    Parameters
    ----------
    sources : Sources
        Only annotated comments are read.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        One.
    """
    from voc.training.pain import train_pain

    model, metrics = train_pain([*sources.gold, *sources.examples], settings.seed)
    folder = fresh(model_folder("pain", "linear"))
    model.save(folder)
    return [describe(folder, "pain", "linear", model.labels_, sources.counts, settings, metrics)]


def _engines() -> list[Engine]:
    return [find_engine(quality) for quality in ENCODERS]


def _seen(gold: Sequence[GoldComment]) -> list[GoldComment]:
    """What the encoder was taught, the n-grams may learn too: all are judged on the same comments."""
    unseen = find_unseen(find_engine("best").heads, gold)
    return [comment for comment, aside in zip(gold, unseen, strict=True) if not aside]


def _judged(engine: Engine, gold: Sequence[GoldComment]) -> tuple[list[GoldComment], list[Opinion]]:
    """Comments that neither the encoder nor the n-grams have seen, and what the encoder says of them."""
    unseen = find_unseen(engine.heads, gold) & find_unseen(find_engine("best").heads, gold)
    judged = [gold[index] for index in np.flatnonzero(unseen).tolist()]
    passages: list[Passage] = [comment.passage for comment in judged]
    return judged, read_opinions(engine.encoder, engine.heads, passages)
