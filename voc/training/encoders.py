"""Training of the encoders: the transformer, the static one, and heads on one that a user brings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from voc.encoder import load_encoder
from voc.errors import SettingsError
from voc.modelstore import ModelMeta, model_folder
from voc.pipeline import prepare
from voc.quality import ENCODERS, own_engine
from voc.sentiment import Passage
from voc.taxonomy import load_taxonomy
from voc.tokenise import make_nlp
from voc.training.aside import kept_aside, save_seen
from voc.training.describe import describe, fresh
from voc.training.lessons import Lesson, aspect_lessons, gold_lessons, head_labels, labelled_lessons
from voc.training.probe import fit_probe
from voc.training.sources import Settings, Sources
from voc.training.tasks import train_intent, train_sentiment, train_touchpoint
from voc.training.touchpoint import WEAK_CATEGORIES

BROAD_ROWS = 1800  # lessons of one source of labelled comments
ASPECT_ROWS = 1500  # lessons of one source of aspect annotations
SERVICE_ROWS = 3000
DISTIL_ROWS = 24000
PROBED_HEADS = ("sentiment", "mixed", "informative", "intent", "polarity", "touchpoint")


def train_encoder(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fine-tune the transformer (see `voc.training.encoder`).

    Parameters
    ----------
    sources : Sources
        All three kinds of data are needed.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        One.

    Raises
    ------
    SettingsError
        If data are missing.
    """
    from voc.training.encoder import Curriculum, train_encoder

    folder = model_folder("encoder", ENCODERS["best"])
    labels = head_labels(tuple(load_taxonomy().by_id), sorted({name for _, name in sources.services}))
    broad = broad_lessons(sources, labels, settings.seed)
    curriculum = Curriculum(sources.gold, sources.examples, broad, labels)
    minutes = train_encoder(settings.base or folder, curriculum, settings.work, folder, device=settings.device, seed=settings.seed)
    rows = {**sources.counts, "weakly labelled lessons": len(broad)}
    metrics = {"minutes": {part: round(value, 1) for part, value in minutes.items()}, "megabytes": _megabytes(folder / "model.onnx")}
    return [describe(folder, "encoder", "voc.encoder:OnnxEncoder", tuple(labels), rows, settings, metrics)]


def train_static(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Distil the transformer into a table (see `voc.training.static`).

    Parameters
    ----------
    sources : Sources
        Labelled comments and aspect annotations; their labels are not looked at.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        One.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If the transformer was taught all of the annotated comments.
    """
    from voc.training.static import HEADS, distil, fit_heads

    teacher, folder = model_folder("encoder", ENCODERS["best"]), fresh(model_folder("encoder", ENCODERS["fast"]))
    texts = sorted({*sources.labelled.texts, *(text for _, text, _ in sources.aspects)})
    drawn = [texts[index] for index in np.random.default_rng(settings.seed).permutation(len(texts))[:DISTIL_ROWS]]
    cosine = distil(
        load_encoder(teacher), teacher / "tokenizer.json", [*drawn, *(row.passage.normalised for row in sources.examples)], folder
    )
    fit_heads(folder, teacher, sources.gold, sources.examples, tuple(load_taxonomy().by_id))
    metrics = {"cosine_to_teacher": round(cosine, 4), "megabytes": _megabytes(folder / "table.npz")}
    rows = {**sources.counts, "unlabelled texts": len(drawn)}
    return [describe(folder, "encoder", "voc.static:StaticEncoder", HEADS, rows, settings, metrics)]


def train_own(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fit everything that a quality of the user's own needs on top of an encoder as it is.

    Parameters
    ----------
    sources : Sources
        Annotated comments are enough.
    settings : Settings
        With `base`, any Hugging Face folder that `voc.encoder.load_encoder` reads, and `output`.

    Returns
    -------
    list of ModelMeta
        Heads, sentiment, touchpoint and intent; `output` is a quality then.

    Raises
    ------
    SettingsError
        If `base` or `output` is missing.
    ModelNotFound
        If `base` is no encoder, or too few comments are left to fit with.
    """
    if settings.base is None or settings.output is None:
        raise SettingsError(
            "own_folders", "缺少编码器目录或输出目录 / encoder or output folder missing", "voc train own --base FOLDER --output FOLDER"
        )
    encoder = load_encoder(settings.base)
    engine = own_engine(settings.output, settings.base.resolve())
    shown = [comment for comment, aside in zip(sources.gold, kept_aside(sources.gold), strict=True) if not aside]
    labels = {name: names for name, names in head_labels(tuple(load_taxonomy().by_id), ()).items() if name in PROBED_HEADS}
    lessons = gold_lessons([*shown, *sources.examples], labels["touchpoint"], ())
    fit_probe(lessons, encoder.encode([lesson.passage for lesson in lessons]), labels).save(fresh(engine.heads))
    save_seen(engine.heads, [comment.passage for comment in shown])
    metas = [
        describe(engine.heads, "encoder", "voc.encoder:load_encoder", PROBED_HEADS, sources.counts, settings, {}, base=str(engine.encoder))
    ]
    for fit in (train_sentiment, train_touchpoint, train_intent):
        metas += fit(sources, settings, [engine])
    return metas


def broad_lessons(sources: Sources, labels: dict[str, tuple[str, ...]], seed: int) -> list[Lesson]:
    """Lessons of the first stage: many comments of which a little is known each.

    Parameters
    ----------
    sources : Sources
        All three kinds of data.
    labels : dict of str to (tuple of str)
        Labels of each head.
    seed : int
        Of the draw.

    Returns
    -------
    list of Lesson
        None of them an annotated comment.
    """
    random = np.random.default_rng(seed)
    by_source: dict[str, list[Any]] = {}
    for row in sources.aspects:
        by_source.setdefault(row[0], []).append(row)
    drawn = [rows[index] for rows in by_source.values() for index in random.permutation(len(rows))[:ASPECT_ROWS]]
    asked = [sources.services[index] for index in random.permutation(len(sources.services))[:SERVICE_ROWS]]
    kinds = labels["service"]
    return [
        *labelled_lessons(sources.labelled, BROAD_ROWS, seed),
        *aspect_lessons(drawn, labels["touchpoint"], WEAK_CATEGORIES, make_nlp()),
        *(Lesson(Passage(prepare(text)[0].normalised, ()), classes={"service": kinds.index(name)}) for text, name in asked),
        *gold_lessons(sources.examples, labels["touchpoint"], labels["problem"]),
    ]


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)
