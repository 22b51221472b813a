"""One engine in a process of its own: ``python engines.py ENGINE TEXTS.json THREADS`` prints what was measured as JSON.

Every engine takes raw texts and returns one result a text. Packages are imported inside, so that an engine pays for its own
imports only, in seconds and in memory.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from time import perf_counter
from typing import Any

Score = Callable[[Sequence[str]], Sequence[object]]
PEER_BATCH = 32
PEER_TOKENS = 512  # as many as the encoder has positions for


@dataclass(frozen=True)
class Engine:
    """How to start an engine.

    Parameters
    ----------
    modules : tuple of str
        What it imports.
    start : callable
        Number of threads → function that scores texts.
    """

    modules: tuple[str, ...]
    start: Callable[[int], Score]


def start_pipeline(quality: Any, threads: int) -> Score:
    """All of `voc score`: clean, redact, cut, sentiment, touchpoints, intents."""
    from voc.pipeline import Pipeline
    from voc.records import Comment

    pipeline = Pipeline(quality=quality, threads=threads)
    return lambda texts: list(pipeline.pipe(Comment(id=str(number), text=text) for number, text in enumerate(texts)))


def start_sentiment(threads: int) -> Score:
    """The part of the fast pipeline that SnowNLP does too: from the raw text to the sentiment of the comment (and of its clauses)."""
    from voc.pipeline import BATCH, Pipeline, prepare
    from voc.sentiment import Passage
    from voc.tokenise import clauses

    pipeline = Pipeline(quality="fast", threads=threads)

    def score(texts: Sequence[str]) -> list[object]:
        found: list[object] = []
        for batch in batches(texts, BATCH):
            normalised = [prepare(text)[0].normalised for text in batch]
            passages = [Passage(text, tuple(clauses(pipeline.nlp(text)))) for text in normalised]
            opinions = [pipeline.heads.decide(encoded) for encoded in pipeline.encoder.encode(passages)]
            found += pipeline.sentiment.predict(passages, opinions)
        return found

    return score


def start_snownlp(threads: int) -> Score:
    """SnowNLP's sentiment; it knows no threads."""
    from snownlp import SnowNLP

    return lambda texts: [SnowNLP(text).sentiments for text in texts]


def start_encoder(threads: int) -> Score:
    """The encoder of the best pipeline alone: raw text → one vector."""
    from voc.encoder import OnnxEncoder
    from voc.sentiment import Passage

    encoder = OnnxEncoder(encoder_folder(), threads=threads)
    return lambda texts: encoder.encode([Passage(text, ()) for text in texts])


def start_transformers(threads: int) -> Score:
    """The same encoder as its users run it: `transformers` in fp32, sorted by length, batches of 32, mean of the tokens."""
    import torch
    from transformers import PreTrainedTokenizerFast

    from voc.transformer import load_body

    torch.set_num_threads(threads)
    folder = encoder_folder()
    body = load_body(folder)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), pad_token="<pad>")  # noqa: S106

    def score(texts: Sequence[str]) -> list[object]:
        vectors: list[object] = []
        for batch in batches(sorted(texts, key=len), PEER_BATCH):
            tokens = tokenizer(list(batch), padding=True, truncation=True, max_length=PEER_TOKENS, return_tensors="pt")
            with torch.inference_mode():
                hidden = body(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"]).last_hidden_state
            mask = tokens["attention_mask"].unsqueeze(-1)
            vectors.extend(((hidden * mask).sum(dim=1) / mask.sum(dim=1)).numpy())
        return vectors

    return score


def encoder_folder() -> Path:
    """Folder of the encoder of the best pipeline."""
    from voc.modelstore import model_folder
    from voc.quality import ENCODERS

    return model_folder("encoder", ENCODERS["best"])


def batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Cut into batches, in order."""
    return (texts[at : at + size] for at in range(0, len(texts), size))


ENGINES = {
    "fast": Engine(("voc.pipeline",), lambda threads: start_pipeline("fast", threads)),
    "best": Engine(("voc.pipeline", "onnxruntime"), lambda threads: start_pipeline("best", threads)),
    "sentiment": Engine(("voc.pipeline",), start_sentiment),
    "snownlp": Engine(("snownlp",), start_snownlp),
    "encoder": Engine(("voc.pipeline", "onnxruntime"), start_encoder),
    "transformers": Engine(("torch", "transformers", "voc.pipeline"), start_transformers),
}


class HiddenTorch(MetaPathFinder):
    """Makes PyTorch look not installed, as after a default install of voc: spaCy imports it wherever it is."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse PyTorch, leave all else to others."""
        if name == "torch":
            raise ModuleNotFoundError(name)


def measure(name: str, texts: Sequence[str], threads: int) -> dict[str, Any]:
    """Time an engine: its imports, its first answer (imports and loading included), then all texts at once."""
    engine = ENGINES[name]
    if "torch" not in engine.modules:
        sys.meta_path.insert(0, HiddenTorch())
    started = perf_counter()
    for module in engine.modules:
        import_module(module)
    imported = perf_counter()
    score = engine.start(threads)
    score(texts[:1])
    ready = perf_counter()
    results = score(texts)
    seconds = perf_counter() - ready
    if len(results) != len(texts):
        raise RuntimeError(f"{name}: {len(results)} results for {len(texts)} texts")
    return {
        "engine": name,
        "comments": len(texts),
        "seconds": seconds,
        "comments_per_second": len(texts) / seconds,
        "import_seconds": imported - started,
        "first_score_seconds": ready - started,
        "peak_mb": peak_mb(),
    }


def peak_mb() -> float:
    """Most memory that this process has held, in MiB; macOS counts it in bytes, Linux in KiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    name, path, threads = sys.argv[1:]
    print(json.dumps(measure(name, json.loads(Path(path).read_text(encoding="utf-8")), int(threads))))
