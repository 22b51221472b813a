"""One engine that groups complaints, in a process of its own: ``python painpoint_engines.py ENGINE FOLDER K`` prints JSON.

FOLDER holds ``complaints.json``, and ``vectors.npy`` once `voc` has run there: the others group the same vectors. Heavy packages
are imported inside, so that an engine pays for its own only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from engines import HiddenTorch, peak_mb
from numpy.typing import NDArray

SEED = 42
SCORE = 0.9  # probability of being negative that every complaint is given
WARM_UP = 5000  # complaints of BERTopic's untimed first fit: above 4096, from where UMAP looks for neighbours in another way
DAYS = 90
CHANNELS = ("门店", "小程序", "电话")

Rows = list[dict[str, Any]]
Vectors = NDArray[np.float32]


class Stages:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        started = perf_counter()
        yield
        self.seconds[name] = perf_counter() - started


def run_voc(rows: Rows, folder: Path) -> dict[str, Any]:
    """What `voc analyse` does with complaints, stage by stage; keeps the vectors for the others."""
    stages = Stages()
    with stages("load"):
        import_module("bertopic")  # find_pain_points imports it at its first use
        from voc.attributes import describe
        from voc.classify import classifier_class
        from voc.complaints import Complaint
        from voc.modelstore import model_folder, read_meta
        from voc.naming import Namer
        from voc.painpoints import find_pain_points
        from voc.pipeline import Pipeline
        from voc.records import Comment, Quote
        from voc.space import ProblemSpace, place
        from voc.stability import measure_stability
        from voc.tokenise import word_tags

        pipeline = Pipeline()
        namer = Namer(pipeline.words, word_tags(pipeline.nlp), pipeline.taxonomy)
        model = classifier_class(read_meta("pain", "linear").classifier).load(model_folder("pain", "linear"))
        space = ProblemSpace(model, namer.content_words, seed=SEED)
    complaints, comments = [], []
    for number, row in enumerate(rows):
        name, text = f"{number:07d}", row["text"]
        complaints.append(Complaint(Quote(comment_id=name, start=0, end=len(text), text=text), text, row["touchpoint"], SCORE, False))
        day = date(2026, 1, 1) + timedelta(days=number * DAYS // len(rows))
        comments.append(Comment(id=name, text=text, created_at=day.isoformat(), channel=CHANNELS[number % len(CHANNELS)]))
    with stages("place"):
        placed = place(complaints, space)
    with stages("group"):
        points, _ = find_pain_points(placed, len(comments), namer)
    with stages("stability"):
        stability = measure_stability(points, placed, namer)
    with stages("describe"):
        describe(points, placed, comments, namer, pipeline.taxonomy)
    peak = peak_mb()
    order = [int(complaint.quote.comment_id) for complaint in placed.complaints]
    vectors = np.empty_like(placed.vectors)
    vectors[order] = placed.vectors
    np.save(folder / "vectors.npy", vectors)
    labels = np.full(len(rows), -1)
    for number, point in enumerate(points):
        labels[[int(quote.comment_id) for quote in point.members]] = number
    known = [value for value in stability if value is not None]
    return {
        "seconds": stages.seconds,
        "peak_mb": peak,
        "labels": labels.tolist(),
        "different_vectors": len({row.tobytes() for row in vectors}),
        "stability": float(np.mean(known)) if known else None,
    }


def run_bertopic(rows: Rows, folder: Path) -> dict[str, Any]:
    """BERTopic as its documentation says for languages other than English, on vectors given.

    A first fit is not timed: UMAP compiles itself then, which takes longer than small data do.
    """
    stages = Stages()
    texts, vectors = [row["text"] for row in rows], np.load(folder / "vectors.npy")
    with stages("load"):
        from bertopic import BERTopic

        BERTopic(language="multilingual").fit_transform(texts[:WARM_UP], embeddings=vectors[:WARM_UP])
    np.random.seed(SEED)  # UMAP draws from the global generator by default
    with stages("group"):
        labels, _ = BERTopic(language="multilingual").fit_transform(texts, embeddings=vectors)
    return {"seconds": stages.seconds, "peak_mb": peak_mb(), "labels": [int(label) for label in labels], "note": fallbacks()}


def fallbacks() -> str:
    """What BERTopic took instead of packages that are not installed; empty where it is complete."""
    instead = (("umap", "UMAP", "PCA"), ("hdbscan", "hdbscan", "scikit-learn's HDBSCAN"))
    missing = [f"{name} is not installed: BERTopic took {other}" for module, name, other in instead if not find_spec(module)]
    return "; ".join(missing)


def run_kmeans(rows: Rows, folder: Path, k: int) -> dict[str, Any]:
    """KMeans on the same vectors."""
    from sklearn.cluster import KMeans

    stages = Stages()
    vectors = np.load(folder / "vectors.npy")
    with stages("group"):
        labels = KMeans(k, n_init=10, random_state=SEED).fit_predict(vectors)
    return {"seconds": stages.seconds, "peak_mb": peak_mb(), "labels": labels.tolist()}


def measure(name: str, folder: Path, k: int) -> dict[str, Any]:
    """Run an engine on the complaints of the folder."""
    sys.meta_path.insert(0, HiddenTorch())
    rows: Rows = json.loads((folder / "complaints.json").read_text(encoding="utf-8"))
    if name == "kmeans":
        return run_kmeans(rows, folder, k)
    return {"voc": run_voc, "bertopic": run_bertopic}[name](rows, folder)


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))))
