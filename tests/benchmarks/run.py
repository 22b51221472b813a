"""Speed and memory of voc beside its peers, in one run: ``python -m tests.benchmarks.run [--json FILE]`` (see README.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from voc.ingest import inspect_tables, read_comments
from voc.records import Comment
from voc.settings import home

ENGINES = ("fast", "best", "sentiment", "snownlp", "encoder", "transformers")
# Measured on a sample of the texts: the slow peers, and the encoder, which is compared on just the texts of its peer.
SAMPLED = {"snownlp", "encoder", "transformers"}
RATIOS = (("fast", "snownlp"), ("best", "snownlp"), ("sentiment", "snownlp"), ("encoder", "transformers"), ("fast", "best"))
MEASURES = ("seconds", "import_seconds", "first_score_seconds", "peak_mb")
ENGINE_HEAD = ("texts", "engine", "comments", "comments/s", "slowest–fastest", "import s", "first score s", "peak MiB")
LONG = 300  # characters from which a comment is long
IMPORT_TIMES = 3
PACKAGES = ("snownlp", "onnxruntime", "torch", "transformers")  # whose versions are reported
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")

Rows = list[dict[str, Any]]


def read_texts(path: Path) -> list[str]:
    """Comments of any table that voc reads."""
    items = (item for table in inspect_tables(path) for item in read_comments(path, table))
    return [item.text for item in items if isinstance(item, Comment)]


def sample_texts() -> Iterator[str]:
    """The shipped reviews over and over, each with an ending of its own, so that no cache helps."""
    for number, text in enumerate(cycle(read_texts(home() / "corpora" / "samples" / "reviews.jsonl")), 1):
        yield f"{text} 这是第{number}次下单。"


def long_sample_texts() -> Iterator[str]:
    """Shipped reviews strung together until they are long."""
    parts: list[str] = []
    for text in sample_texts():
        parts.append(text)
        if sum(map(len, parts)) >= LONG:
            yield "".join(parts)
            parts = []


def spread(texts: Sequence[str], count: int) -> list[str]:
    """As many texts as wanted, taken at even distances; all where there are no more."""
    count = min(count, len(texts))
    return [texts[index * len(texts) // count] for index in range(count)]


def chosen_texts(path: Path | None, samples: Iterator[str], count: int) -> list[str]:
    """Texts of the user's file, else of the samples."""
    return spread(read_texts(path), count) if path else [next(samples) for _ in range(count)]


def run_engine(name: str, texts: Sequence[str], threads: int) -> dict[str, Any]:
    """Measure one engine in a fresh process."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "texts.json"
        path.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        command = [sys.executable, str(Path(__file__).with_name("engines.py")), name, str(path), str(threads)]
        answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    measured: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return measured


def run_rounds(engines: Sequence[str], texts: Mapping[str, list[str]], peer_sample: int, threads: int, rounds: int) -> Rows:
    """Measure every engine once a round, one after the other, so that a slow minute of the machine hits them all."""
    plan = [(number, kind, name) for number in range(1, rounds + 1) for kind in texts for name in engines]
    rows = []
    for number, kind, name in (progress := tqdm(plan, unit="run")):
        progress.set_postfix_str(f"{name} {kind}")
        given = spread(texts[kind], peer_sample) if name in SAMPLED else texts[kind]
        rows.append({"round": number, "texts": kind, **run_engine(name, given, threads)})
    return rows


def summarise(rows: Rows) -> Rows:
    """Medians over the rounds, one row for each engine and kind of texts."""
    groups: dict[tuple[str, str], Rows] = {}
    for row in rows:
        groups.setdefault((row["texts"], row["engine"]), []).append(row)
    summary = []
    for (kind, name), group in groups.items():
        medians = {measure: median(row[measure] for row in group) for measure in MEASURES}
        speeds = [row["comments_per_second"] for row in group]
        comments = group[0]["comments"]
        summary.append(
            {"texts": kind, "engine": name, "comments": comments, "comments_per_second": comments / medians["seconds"], **medians}
            | {"slowest": min(speeds), "fastest": max(speeds)}
        )
    return summary


def compare(summary: Rows) -> Rows:
    """Ratios of speeds, for the pairs of `RATIOS` that were measured."""
    speeds = {(row["texts"], row["engine"]): row["comments_per_second"] for row in summary}
    return [
        {"texts": kind, "engine": engine, "peer": peer, "ratio": speeds[kind, engine] / speeds[kind, peer]}
        for engine, peer in RATIOS
        for kind in dict.fromkeys(row["texts"] for row in summary)
        if {(kind, engine), (kind, peer)} <= speeds.keys()
    ]


def import_seconds() -> float:
    """Of ``import voc`` in a fresh interpreter, the best of some times."""
    code = "from time import perf_counter as now; start = now(); import voc; print(now() - start)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout)
        for _ in range(IMPORT_TIMES)
    )


def as_text(report: Mapping[str, Any]) -> str:
    """Tables for people."""
    lines = [", ".join(f"{name} {value}" for name, value in report["setting"].items())]
    for kind, given in report["texts"].items():
        lines.append(f"{kind}: {given['source']}, {given['comments']} comments, {given['characters']:.0f} characters each")
    lines.append(f"on {report['peer_sample']} of these at most: {', '.join(sorted(SAMPLED))}; speeds are per comment")
    lines += ["", *table(ENGINE_HEAD, [engine_cells(row) for row in report["summary"]])]
    ratios = [(f"{row['engine']} / {row['peer']}", row["texts"], f"{row['ratio']:.2f}") for row in report["ratios"]]
    lines += ["", *table(("ratio of comments/s", "texts", "times"), ratios)]
    lines += ["", f"import voc: {report['import_voc_seconds']:.3f} s (best of {IMPORT_TIMES} fresh interpreters)"]
    return "\n".join(lines)


def engine_cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """What the table says of an engine, as `ENGINE_HEAD` names it."""
    return (
        row["texts"],
        row["engine"],
        str(row["comments"]),
        f"{row['comments_per_second']:.1f}",
        f"{row['slowest']:.1f}–{row['fastest']:.1f}",
        f"{row['import_seconds']:.2f}",
        f"{row['first_score_seconds']:.2f}",
        f"{row['peak_mb']:.0f}",
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", type=Path, metavar="FILE", help="table of short comments; the shipped samples where left out")
    parser.add_argument("--long", type=Path, metavar="FILE", help=f"table of long comments (use {LONG} characters or more); as above")
    parser.add_argument("--short-count", type=int, default=5000, metavar="N", help="most short comments (5000; 0: none)")
    parser.add_argument("--long-count", type=int, default=1000, metavar="N", help="most long comments (1000; 0: none)")
    parser.add_argument("--peer-sample", type=int, default=300, metavar="N", help=f"most comments for {', '.join(sorted(SAMPLED))} (300)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="medians over so many (3)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of each engine (2)")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES, help="all where left out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured here too")
    return parser.parse_args(arguments)


def describe(texts: Sequence[str], path: Path | None) -> dict[str, Any]:
    """What was read."""
    source = path.name if path else "shipped samples repeated with varied endings"
    return {"source": source, "comments": len(texts), "characters": sum(map(len, texts)) / len(texts)}


def benchmark(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured, as `--json` writes it."""
    plan = {"short": (options.short, options.short_count, sample_texts()), "long": (options.long, options.long_count, long_sample_texts())}
    texts = {kind: chosen_texts(path, samples, count) for kind, (path, count, samples) in plan.items() if count}
    rows = run_rounds(options.engines, texts, options.peer_sample, options.threads, options.rounds)
    summary = summarise(rows)
    return {
        "setting": {
            "rounds": options.rounds,
            "threads": options.threads,
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES if find_spec(package)},
        },
        "texts": {kind: describe(given, plan[kind][0]) for kind, given in texts.items()},
        "peer_sample": options.peer_sample,
        "summary": summary,
        "ratios": compare(summary),
        "import_voc_seconds": import_seconds(),
        "rounds": rows,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    options = parse(arguments)
    report = benchmark(options)
    print(as_text(report))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
