"""`voc train transfer`: how n-grams, the encoder and both together fare on sources that they never saw (leave-one-source-out)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from tqdm import tqdm

from voc.classify.head import Doubles
from voc.classify.linear import LinearClassifier, View
from voc.modelstore import ModelMeta, model_folder, read_meta_in, write_meta
from voc.quality import ENCODERS
from voc.records import LABELS
from voc.sentiment import Passage
from voc.training.card import write_card
from voc.training.data import Labelled
from voc.training.lessons import labelled_lessons
from voc.training.sentiment import fit_polarity
from voc.training.sources import Settings, Sources
from voc.training.transfer import Transfer, measure_sources

Predict = Callable[[Sequence[str]], Doubles]
Fit = Callable[[Labelled], Predict]
ROWS = 1500  # comments of one source that the encoder learns from: a fraction of the shipped one's
TESTED = 800  # comments of one source that are judged
_RATE = 1.2e-4
_FIFTH = " 1/5"  # a fifth kept aside, while the rest of its source is learned from
_NEUTRAL = LABELS.index("neutral")
_MOST_WEIGHT = 5.0
# Sources that are held out together; each group leaves in others of the same trades.
GROUPS = (
    ("shopping_书籍", "shopping_手机", "waimai", "nlpcc2014", "openrice 1/5", "bank 1/5"),
    ("shopping_洗发水", "shopping_平板", "shopping_蒙牛", "car", "openrice", "openrice 1/5"),
    ("shopping_水果", "shopping_衣服", "shopping_计算机", "shopping_热水器", "meituan_stars", "makeup", "bank", "bank 1/5"),
)


def train_transfer(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Measure how well what is learned holds on sources that were not; the figures go into the encoder's card.

    Only comments with a label of their source are learned from: what an annotated comment calls neutral is another thing.
    The encoder starts from `base` for each group and learns at a reduced budget (`ROWS` a source, one epoch).

    Parameters
    ----------
    sources : Sources
        Labelled comments.
    settings : Settings
        `base` is the encoder before it learned any of these comments; finished groups are kept in `work`.

    Returns
    -------
    list of ModelMeta
        The encoder's, with the figures under ``unseen source``.

    Raises
    ------
    SettingsError
        If data are missing.
    ModelNotFound
        If `base` is no encoder.
    """
    folder = model_folder("encoder", ENCODERS["best"])
    labelled = _fifths_apart(sources.every_labelled, settings.seed)
    fits: dict[str, Fit] = {"linear": _fit_linear, "encoder": _encoder_fit(settings.base or folder, settings)}
    results: dict[str, list[Transfer]] = {}
    for number, group in enumerate(tqdm(GROUPS, desc="留出来源 / holding out", unit="组")):
        tested = _tested(labelled, group, settings.seed)
        said = {}
        for name, fit in fits.items():
            done = settings.work / f"transfer-{number}-{name}.npy"
            if not done.is_file():
                done.parent.mkdir(parents=True, exist_ok=True)
                np.save(done, _held_out(labelled, group, tested, fit))
            said[name] = np.load(done)
        said["both"] = (said["linear"] + said["encoder"]) / 2
        judged = _taken(labelled, tested)
        for name, probabilities in said.items():
            measured = measure_sources(probabilities, judged.labels, judged.sources, judged.schemes)
            results.setdefault(name, []).extend(one for one in measured if one.source not in _beside(group))
    meta = read_meta_in(folder, "encoder")
    meta = meta.model_copy(update={"metrics": {**meta.metrics, "unseen source, accuracy / macro-F1": _figures(results)}})
    return [write_meta(folder, meta, write_card(meta))]


def _beside(group: tuple[str, ...]) -> set[str]:
    """Fifths whose source is held out too: no figures of their own."""
    return {source + _FIFTH for source in group}


def _figures(results: dict[str, list[Transfer]]) -> dict[str, dict[str, str]]:
    """Figures of each source, by what answered, and their means over the binary sources."""
    figures: dict[str, dict[str, str]] = {}
    for name, measured in results.items():
        for result in measured:
            figures.setdefault(_title(result), {})[name] = f"{result.accuracy:.3f} / {result.macro_f1:.3f}"
        binary = [(result.accuracy, result.macro_f1) for result in measured if result.scheme == "binary"]
        if binary:
            accuracy, macro_f1 = np.mean(binary, axis=0)
            figures.setdefault(f"mean of {len(binary)} binary sources", {})[name] = f"{accuracy:.3f} / {macro_f1:.3f}"
    return figures


def _fifths_apart(labelled: Labelled, seed: int) -> Labelled:
    """The same comments, a fifth of ``openrice`` and ``bank`` under names of their own."""
    fifth = np.random.default_rng(seed).random(len(labelled.texts)) < 0.2
    names = [
        source + _FIFTH if source in ("openrice", "bank") and aside else source
        for source, aside in zip(labelled.sources, fifth, strict=True)
    ]
    return Labelled(labelled.texts, labelled.labels, names, labelled.schemes)


def _taken(every: Labelled, rows: NDArray[np.intp]) -> Labelled:
    chosen = rows.tolist()
    return Labelled(
        [every.texts[index] for index in chosen],
        every.labels[rows],
        [every.sources[index] for index in chosen],
        [every.schemes[index] for index in chosen],
    )


def _tested(labelled: Labelled, group: tuple[str, ...], seed: int) -> NDArray[np.intp]:
    names, random = np.array(labelled.sources), np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(names == source))[:TESTED] for source in group]
    return np.sort(np.concatenate(drawn))


def _held_out(labelled: Labelled, group: tuple[str, ...], tested: NDArray[np.intp], fit: Fit) -> Doubles:
    """Answers for `tested` by a model that saw no comment of the group."""
    learned = np.flatnonzero(~np.isin(labelled.sources, group))
    return fit(_taken(labelled, learned))([labelled.texts[index] for index in tested.tolist()])


def _fit_linear(labelled: Labelled) -> Predict:
    """Praise against complaint from all sources, and neutral against both from those that have it."""
    polarity = fit_polarity(labelled)
    three = _taken(labelled, np.flatnonzero(np.array(labelled.schemes) != "binary"))
    neutral = (three.labels == _NEUTRAL).astype(int)
    lukewarm = LinearClassifier((View(ngrams=(1, 3), bits=17),), strength=3.0).fit(
        [three.texts], np.eye(2)[neutral], ("felt", "neutral"), _even_weights(three)
    )

    def predict(asked: Sequence[str]) -> Doubles:
        praise = expit(np.diff(polarity.decision_function([asked]).astype(float), axis=1)[:, 0])
        flat = lukewarm.predict_proba([asked])[:, 1].astype(float)
        return np.stack([(1 - flat) * (1 - praise), flat, (1 - flat) * praise], axis=1)

    return predict


def _even_weights(labelled: Labelled) -> Doubles:
    """Weights with which every class of a source counts alike, every source as much as the next, and star ratings half."""
    sources, weights = np.array(labelled.sources), np.zeros(len(labelled.texts))
    for source in dict.fromkeys(labelled.sources):
        here = sources == source
        classes, sizes = np.unique(labelled.labels[here], return_counts=True)
        for label, size in zip(classes, sizes, strict=True):
            weights[here & (labelled.labels == label)] = min(here.sum() / (len(classes) * size), _MOST_WEIGHT)
        weights[here] *= 2 * ROWS / weights[here].sum()
    weights[np.array(labelled.schemes) == "stars"] *= 0.5
    return weights


def _encoder_fit(base: Path, settings: Settings) -> Fit:
    def fit(labelled: Labelled) -> Predict:
        import torch

        from voc.training.encoder import encode_now
        from voc.training.network import Network, teach

        torch.manual_seed(settings.seed)
        network = Network(base, {"sentiment": LABELS})
        lessons = labelled_lessons(labelled, ROWS, settings.seed)
        teach(network, lessons, rate=_RATE, device=settings.device, seed=settings.seed, title="迁移 / transfer")
        heads = network.export_heads()

        def predict(asked: Sequence[str]) -> Doubles:
            encoded = encode_now(network, [Passage(text, ()) for text in asked])
            return np.asarray(softmax([heads.decide(each)["sentiment"].astype(float) for each in encoded], axis=1))

        return predict

    return fit


def _title(result: Transfer) -> str:
    return f"{result.source} ({result.scheme}, n = {result.n})"
