"""`voc train transfer`: how n-grams, the encoder and both together fare on sources that they never saw (leave-one-source-out)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
from voc.taxonomy import load_taxonomy
from voc.training.card import write_card
from voc.training.data import GoldComment, Labelled
from voc.training.lessons import gold_lessons, head_labels, labelled_lessons
from voc.training.sentiment import fit_polarity
from voc.training.sources import Settings, Sources
from voc.training.transfer import Transfer, measure_sources

Predict = Callable[[Sequence[str]], Doubles]
Fit = Callable[[NDArray[np.intp]], Predict]
ROWS = 500  # comments of one source that the encoder learns from: a fraction of the shipped one's
TESTED = 800  # comments of one source that are judged
ANNOTATED = 3000  # annotated comments of the other sources
_RATE = 1.2e-4
_FIFTH = " 1/5"  # a fifth kept aside, while the rest of its source is learned from
_NEUTRAL = LABELS.index("neutral")
# Held out together, as they are of one trade; what is named nowhere is always learned from.
GROUPS = (
    ("shopping_书籍", "shopping_洗发水", "shopping_水果", "shopping_蒙牛", "shopping_衣服", "makeup"),
    ("shopping_平板", "shopping_手机", "shopping_计算机", "shopping_热水器", "nlpcc2014", "car", "bank", "bank 1/5"),
    ("waimai", "meituan_stars", "openrice", "openrice 1/5"),
    ("openrice 1/5", "bank 1/5"),
)


@dataclass(frozen=True)
class Material:
    """What is learned from and judged.

    Parameters
    ----------
    labelled : Labelled
        Labelled comments, a fifth of ``openrice`` and ``bank`` under names of their own.
    gold, written : list of GoldComment
        Annotated comments of customers, and those that we wrote (clauses too).
    """

    labelled: Labelled
    gold: list[GoldComment]
    written: list[GoldComment]

    def taken(self, rows: NDArray[np.intp]) -> Labelled:
        """Some of the labelled comments.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,)
            Their indices.

        Returns
        -------
        Labelled
            In that order.
        """
        every, chosen = self.labelled, rows.tolist()
        return Labelled(
            [every.texts[index] for index in chosen],
            every.labels[rows],
            [every.sources[index] for index in chosen],
            [every.schemes[index] for index in chosen],
        )


def train_transfer(sources: Sources, settings: Settings) -> list[ModelMeta]:
    """Measure how well what is learned holds on sources that were not; the figures go into the encoder's card.

    The encoder starts from `base` for each group and learns at a reduced budget (`ROWS` a source, one epoch).

    Parameters
    ----------
    sources : Sources
        Annotated and labelled comments.
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
    material = _material(sources, settings.seed)
    fits = {"linear": _linear_fit(material), "encoder": _encoder_fit(material, settings.base or folder, settings)}
    figures: dict[str, dict[str, str]] = {}
    for number, group in enumerate(tqdm(GROUPS, desc="留出来源 / holding out", unit="组")):
        tested = _tested(material.labelled, group, settings.seed)
        said = {}
        for name, fit in fits.items():
            done = settings.work / f"transfer-{number}-{name}.npy"
            if not done.is_file():
                done.parent.mkdir(parents=True, exist_ok=True)
                np.save(done, _held_out(material, group, tested, fit))
            said[name] = np.load(done)
        said["both"] = (said["linear"] + said["encoder"]) / 2
        judged = material.taken(tested)
        for name, probabilities in said.items():
            for result in measure_sources(probabilities, judged.labels, judged.sources, judged.schemes):
                figures.setdefault(_title(result), {})[name] = f"{result.accuracy:.3f} / {result.macro_f1:.3f}"
    meta = read_meta_in(folder, "encoder")
    meta = meta.model_copy(update={"metrics": {**meta.metrics, "unseen source, accuracy / macro-F1": figures}})
    return [write_meta(folder, meta, write_card(meta))]


def _material(sources: Sources, seed: int) -> Material:
    labelled = sources.labelled
    random = np.random.default_rng(seed)
    fifth = random.random(len(labelled.texts)) < 0.2
    names = [
        source + _FIFTH if source in ("openrice", "bank") and aside else source
        for source, aside in zip(labelled.sources, fifth, strict=True)
    ]
    written = {"written", "example"}
    gold = [comment for comment in sources.gold if comment.row["source"] not in written]
    return Material(
        Labelled(labelled.texts, labelled.labels, names, labelled.schemes),
        gold,
        [*(comment for comment in sources.gold if comment.row["source"] in written), *sources.examples],
    )


def _tested(labelled: Labelled, group: tuple[str, ...], seed: int) -> NDArray[np.intp]:
    names, random = np.array(labelled.sources), np.random.default_rng(seed)
    drawn = [random.permutation(np.flatnonzero(names == source))[:TESTED] for source in group]
    return np.sort(np.concatenate(drawn))


def _held_out(material: Material, group: tuple[str, ...], tested: NDArray[np.intp], fit: Fit) -> Doubles:
    """Answers for `tested` by a model that saw no comment of the group."""
    return fit(np.flatnonzero(~np.isin(material.labelled.sources, group)))([material.labelled.texts[index] for index in tested.tolist()])


def _linear_fit(material: Material) -> Fit:
    """Praise against complaint from all sources, and neutral against both from those that have it and the annotated."""

    def fit(rows: NDArray[np.intp]) -> Predict:
        labelled = material.taken(rows)
        gold = [*_allowed(material, set(labelled.sources)), *material.written]
        polarity = fit_polarity(labelled)
        three = [index for index, scheme in enumerate(labelled.schemes) if scheme != "binary"]
        texts = [*(labelled.texts[index] for index in three), *(comment.passage.normalised for comment in gold)]
        neutral = np.array([*(labelled.labels[three] == _NEUTRAL), *(comment.row["sentiment"] == "neutral" for comment in gold)])
        lukewarm = LinearClassifier((View(ngrams=(1, 3), bits=17),), strength=3.0).fit(
            [texts], np.eye(2)[neutral.astype(int)], ("felt", "neutral")
        )

        def predict(asked: Sequence[str]) -> Doubles:
            praise = expit(np.diff(polarity.decision_function([asked]).astype(float), axis=1)[:, 0])
            flat = lukewarm.predict_proba([asked])[:, 1].astype(float)
            return np.stack([(1 - flat) * (1 - praise), flat, (1 - flat) * praise], axis=1)

        return predict

    return fit


def _encoder_fit(material: Material, base: Path, settings: Settings) -> Fit:
    def fit(rows: NDArray[np.intp]) -> Predict:
        import torch

        from voc.training.encoder import encode_now
        from voc.training.network import Network, teach

        labelled = material.taken(rows)
        labels = head_labels(tuple(load_taxonomy().by_id), ("-",))
        random = np.random.default_rng(settings.seed)
        gold = _allowed(material, set(labelled.sources))
        gold = [gold[index] for index in random.permutation(len(gold))[:ANNOTATED].tolist()]
        lessons = [
            *labelled_lessons(labelled, ROWS, settings.seed),
            *gold_lessons([*gold, *material.written], labels["touchpoint"], labels["problem"]),
        ]
        torch.manual_seed(settings.seed)
        network = Network(base, labels)
        teach(network, lessons, rate=_RATE, longest=96, device=settings.device, seed=settings.seed, title="迁移 / transfer")
        heads = network.export_heads()

        def predict(asked: Sequence[str]) -> Doubles:
            encoded = encode_now(network, [Passage(text, ()) for text in asked])
            return np.asarray(softmax([heads.decide(each)["sentiment"].astype(float) for each in encoded], axis=1))

        return predict

    return fit


def _allowed(material: Material, sources: set[str]) -> list[GoldComment]:
    """Annotated comments of the sources that are learned from, and of those that have no labelled comments."""
    held = {name.removesuffix(_FIFTH) for name in material.labelled.sources} - sources
    return [comment for comment in material.gold if comment.row["source"] not in held]


def _title(result: Transfer) -> str:
    return f"{result.source} ({result.scheme}, n = {result.n})"
