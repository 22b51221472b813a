"""One function a task: what it reads, what it fits, where it writes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from voc.errors import SettingsError
from voc.modelstore import ModelMeta, model_folder, write_meta
from voc.pipeline import ENCODERS, prepare
from voc.records import LABELS
from voc.taxonomy import Taxonomy, load_taxonomy
from voc.training.card import write_card
from voc.training.data import GoldComment, Labelled, read_aspects, read_examples, read_gold, read_labelled, read_services, text_key

if TYPE_CHECKING:
    from voc.training.lessons import Lesson

BROAD_ROWS = 1800  # lessons of one source of labelled comments
ASPECT_ROWS = 1500  # lessons of one source of aspect annotations
SERVICE_ROWS = 3000
DISTIL_ROWS = 24000


@dataclass(frozen=True)
class Settings:
    """How to train.

    Parameters
    ----------
    base : pathlib.Path, optional
        Hugging Face folder that the encoder starts from; the shipped encoder where left out.
    work : pathlib.Path
        Where an unfinished training of the encoder keeps its parts.
    device : str
        ``"cpu"`` or ``"cuda"``, for the encoder.
    version : str
        Written into the description.
    seed : int
        Of everything random.
    """

    base: Path | None = None
    work: Path = Path("build/training")
    device: str = "cpu"
    version: str = "1"
    seed: int = 42


@dataclass(frozen=True)
class Sources:
    """The files to learn from, read when asked for.

    Parameters
    ----------
    gold_file : pathlib.Path
        Annotated comments.
    data : tuple of pathlib.Path
        Labelled comments, aspect annotations, service questions; told apart by their names' ends and columns.
    """

    gold_file: Path
    data: tuple[Path, ...] = ()

    @cached_property
    def gold(self) -> list[GoldComment]:  # numpydoc ignore=RT01
        """Annotated comments."""
        return read_gold(self.gold_file)

    @cached_property
    def examples(self) -> list[GoldComment]:  # numpydoc ignore=RT01
        """Clauses of our own."""
        return read_examples()

    def labelled(self) -> Labelled:  # numpydoc ignore=RT01
        """Labelled comments, without the annotated ones."""
        return read_labelled(self._file("label"), without=[comment.passage.normalised for comment in self.gold])

    def aspects(self) -> list[tuple[str, str, list[dict[str, Any]]]]:  # numpydoc ignore=RT01
        """Aspect annotations, without the annotated comments."""
        held_out = {text_key(comment.passage.normalised) for comment in self.gold}
        return [row for row in read_aspects(self._file("mentions")) if text_key(row[1]) not in held_out]

    def services(self) -> list[tuple[str, str]]:  # numpydoc ignore=RT01
        """Service questions with their kind."""
        return read_services(self._file("intent"))

    def _file(self, kind: str) -> Path:
        for path in self.data:
            if kind == _kind(path):
                return path
        hints = {"label": "source,text,label,scheme (CSV)", "mentions": "source, text, mentions (JSONL)", "intent": "text,intent (CSV)"}
        raise SettingsError("training_data", f"缺少训练数据 / training data missing: {hints[kind]}", "--data FILE")


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
    from voc.training.lessons import head_labels

    taxonomy, folder = load_taxonomy(), model_folder("encoder", ENCODERS["best"])
    services = sources.services()
    labels = head_labels(tuple(taxonomy.by_id), sorted({name for _, name in services}))
    broad = _broad_lessons(sources, services, labels, settings.seed)
    curriculum = Curriculum(sources.gold, sources.examples, broad, labels)
    minutes = train_encoder(settings.base or folder, curriculum, settings.work, folder, device=settings.device, seed=settings.seed)
    rows = {"annotated comments": len(sources.gold), "weakly labelled lessons": len(broad)}
    metrics = {"minutes": {part: round(value, 1) for part, value in minutes.items()}, "megabytes": _megabytes(folder / "model.onnx")}
    return [_describe(folder, "encoder", ENCODERS["best"], "voc.encoder:OnnxEncoder", tuple(labels), rows, settings, {}, metrics)]


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
    """
    from voc.encoder import load_encoder
    from voc.training.static import HEADS, distil, fit_heads

    teacher, folder = model_folder("encoder", ENCODERS["best"]), model_folder("encoder", ENCODERS["fast"])
    texts = sorted({*sources.labelled().texts, *(text for _, text, _ in sources.aspects())})
    drawn = [texts[index] for index in np.random.default_rng(settings.seed).permutation(len(texts))[:DISTIL_ROWS]]
    shutil.rmtree(folder, ignore_errors=True)
    cosine = distil(
        load_encoder(teacher), teacher / "tokenizer.json", [*drawn, *(row.passage.normalised for row in sources.examples)], folder
    )
    fit_heads(folder, sources.gold, sources.examples, tuple(load_taxonomy().by_id), settings.seed)
    metrics = {"cosine_to_teacher": round(cosine, 4), "megabytes": _megabytes(folder / "table.npz")}
    rows = {"annotated comments": len(sources.gold), "unlabelled texts": len(drawn)}
    return [_describe(folder, "encoder", ENCODERS["fast"], "voc.static:StaticEncoder", HEADS, rows, settings, {}, metrics)]


def train_sentiment(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fit the n-gram models, then the heads of both qualities.

    Parameters
    ----------
    sources : Sources
        Labelled comments are needed.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        Linear, fast and best.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If an encoder was trained with other annotations.
    """
    from voc.training.opinions import load_opinions
    from voc.training.sentiment import train_heads, train_ngrams

    labelled, gold = sources.labelled(), sources.gold
    models, evidence = train_ngrams(gold, sources.examples, labelled, settings.seed)
    rows = {**_counts(sources), **dict(Counter(labelled.sources))}
    folder = _fresh("sentiment", "linear")
    for name, model in zip(("polarity", "tone"), models, strict=True):
        model.save(folder / name)
    metas = [_describe(folder, "sentiment", "linear", "linear", LABELS, rows, settings, {}, {"n": len(gold)})]
    for quality, encoder in ENCODERS.items():
        opinions = load_opinions(model_folder("encoder", encoder), _passages(gold))
        heads, metrics = train_heads(gold, evidence, opinions, models, settings.seed)
        folder = _fresh("sentiment", quality)
        heads.save(folder)
        metas.append(_describe(folder, "sentiment", quality, "voc.sentiment:SentimentModel", LABELS, rows, settings, {}, metrics))
    return metas


def train_touchpoint(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fit the n-gram model, then the blends of both qualities.

    Parameters
    ----------
    sources : Sources
        Aspect annotations are needed.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        Linear, fast and best.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If an encoder was trained with other annotations.
    """
    from voc.training.opinions import load_opinions
    from voc.training.touchpoint import train_blend, train_classifier

    gold, taxonomy = sources.gold, load_taxonomy()
    classifier, linear, weak = train_classifier(gold, sources.examples, sources.aspects(), taxonomy, settings.seed)
    labels, rows = tuple(taxonomy.by_id), {**_counts(sources), "aspect annotations, weak": weak}
    folder = _fresh("touchpoint", "linear")
    classifier.save(folder)
    metas = [_describe(folder, "touchpoint", "linear", "linear", labels, rows, settings, _of(taxonomy), {"n": len(gold)})]
    for quality, encoder in ENCODERS.items():
        opinions = load_opinions(model_folder("encoder", encoder), _passages(gold))
        blend, threshold, metrics = train_blend(gold, linear, opinions, taxonomy, settings.seed)
        folder = _fresh("touchpoint", quality)
        blend.save(folder / "blend.npz")
        extra = {"threshold": threshold, **_of(taxonomy)}
        metas.append(_describe(folder, "touchpoint", quality, "voc.classify.blend:Blend", labels, rows, settings, extra, metrics))
    return metas


def train_intent(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Fit the blends of intents for both qualities.

    Parameters
    ----------
    sources : Sources
        Only annotated comments are read.
    settings : Settings
        How.

    Returns
    -------
    list of ModelMeta
        Fast and best.

    Raises
    ------
    ModelNotFound
        If an encoder was trained with other annotations.
    """
    from voc.intent import INTENTS
    from voc.training.intent import UNINFORMATIVE, train_intent
    from voc.training.opinions import load_opinions

    metas = []
    for quality, encoder in ENCODERS.items():
        opinions = load_opinions(model_folder("encoder", encoder), _passages(sources.gold))
        blend, thresholds, metrics = train_intent(sources.gold, opinions, settings.seed)
        folder = _fresh("intent", quality)
        blend.save(folder / "blend.npz")
        labels, rows = (*INTENTS, UNINFORMATIVE), {"annotated comments": len(sources.gold)}
        metas.append(
            _describe(folder, "intent", quality, "voc.classify.blend:Blend", labels, rows, settings, {"thresholds": thresholds}, metrics)
        )
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
    folder = _fresh("pain", "linear")
    model.save(folder)
    return [_describe(folder, "pain", "linear", "linear", model.labels_, _counts(sources), settings, {}, metrics)]


def _broad_lessons(sources: Sources, services: Sequence[tuple[str, str]], labels: dict[str, tuple[str, ...]], seed: int) -> list[Lesson]:
    from voc.sentiment import Passage
    from voc.tokenise import make_nlp
    from voc.training.lessons import Lesson, aspect_lessons, gold_lessons, labelled_lessons
    from voc.training.touchpoint import WEAK_CATEGORIES

    random = np.random.default_rng(seed)
    aspects = sources.aspects()
    by_source: dict[str, list[Any]] = {}
    for row in aspects:
        by_source.setdefault(row[0], []).append(row)
    drawn = [rows[index] for rows in by_source.values() for index in random.permutation(len(rows))[:ASPECT_ROWS]]
    asked = [services[index] for index in random.permutation(len(services))[:SERVICE_ROWS]]
    kinds = labels["service"]
    return [
        *labelled_lessons(sources.labelled(), BROAD_ROWS, seed),
        *aspect_lessons(drawn, labels["touchpoint"], WEAK_CATEGORIES, make_nlp()),
        *(Lesson(Passage(prepare(text)[0].normalised, ()), classes={"service": kinds.index(name)}) for text, name in asked),
        *gold_lessons(sources.examples, labels["touchpoint"], labels["problem"]),
    ]


def _kind(path: Path) -> str:
    from voc.training.data import header_of

    columns = header_of(path)
    return next((kind for kind in ("mentions", "intent", "label") if kind in columns), "")


def _passages(gold: Sequence[GoldComment]) -> list[Any]:
    return [comment.passage for comment in gold]


def _counts(sources: Sources) -> dict[str, int]:
    return {"annotated comments": len(sources.gold), "clauses of our own writing": len(sources.examples)}


def _of(taxonomy: Taxonomy) -> dict[str, str]:
    return {"taxonomy": f"{taxonomy.name}@{taxonomy.version}"}


def _megabytes(path: Path) -> float:
    return round(path.stat().st_size / 1e6, 1)


def _fresh(task: str, name: str) -> Path:
    folder = model_folder(task, name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _describe(
    folder: Path,
    task: str,
    name: str,
    kind: str,
    labels: tuple[str, ...],
    rows: dict[str, int],
    settings: Settings,
    extra: dict[str, Any],
    metrics: dict[str, Any],
) -> ModelMeta:
    meta = ModelMeta(
        task=task, name=name, version=settings.version, classifier=kind, labels=labels, data=rows,
        settings={"seed": settings.seed, **extra}, metrics=metrics,
    )  # fmt: skip
    return write_meta(folder, meta, write_card(meta))
