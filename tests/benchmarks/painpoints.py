"""Pain points of voc beside BERTopic, KMeans and touchpoints alone: ``python -m tests.benchmarks.painpoints --gold FILE`` (see README.md).

Quality against coded complaints, then seconds by stage and memory on many complaints.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from voc.complaints import complaints_of
from voc.normalise import normalise
from voc.settings import home

sys.path.insert(0, str(Path(__file__).parent))  # its neighbours, whether run as a module, as a script or by pytest
from run import THREAD_VARIABLES, read_texts, spread, table

SEED = 42
NO_PROBLEM = frozenset({"other", "overall_bad"})  # codes of complaints that name no problem: grouped, but not scored
STAGES = ("load", "place", "group", "stability", "describe")
PACKAGES = ("bertopic", "umap-learn", "hdbscan", "scikit-learn", "numpy")
ROOT = Path(__file__).parents[2]
QUALITY_HEAD = ("engine", "complaints", "groups", "unassigned", "bcubed precision", "bcubed recall", "bcubed F1")
SPEED_HEAD = ("complaints", "engine", *(f"{stage} s" for stage in STAGES), "peak MiB", "groups", "unassigned")
RATIO_HEAD = ("complaints", "BERTopic / voc group", "BERTopic / voc place + group")
# Shipped phrasings are written as in corpora/samples/phrases.yaml: [one|of|these], {slot}, and "@x " in front.
_CHOICE, _SLOT, _ONLY_FOR = re.compile(r"\[([^\[\]]*)\]"), re.compile(r"\{\w+\}"), re.compile(r"^@\S+ ")
_OPENINGS = ("第{n}次买{goods}，", "{goods}用了{n}天，", "{store}买的{goods}", "在{store}等了{n}分钟", "{n}块钱的{goods}", "{goods}", "")
_ENDINGS = ("", "了", "啊", "呢", "吧", "，真的", "，{n}次了", "，无语")

Row = dict[str, Any]


def bcubed(gold: Sequence[Hashable], groups: Sequence[Hashable]) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 (Amigó et al., A comparison of extrinsic clustering evaluation metrics, 2009, section 4).

    Parameters
    ----------
    gold : sequence of hashable, length n_items
        True class of each item.
    groups : sequence of hashable, length n_items
        Its group; -1 is a group of its own.

    Returns
    -------
    tuple of (float, float, float)
        Mean over the items of the share of their group that is of their class, of the share of their class that is in their
        group, and the harmonic mean of the two; 0–1.

    Examples
    --------
    >>> bcubed("aabb", [0, 0, 0, 0])
    (0.5, 1.0, 0.6666666666666666)
    """
    own = [(group,) if group != -1 else ("alone", number) for number, group in enumerate(groups)]
    together = list(zip(gold, own, strict=True))
    of_class, of_group, of_both = Counter(gold), Counter(own), Counter(together)
    precision = sum(of_both[pair] / of_group[pair[1]] for pair in together) / len(together)
    recall = sum(of_both[pair] / of_class[pair[0]] for pair in together) / len(together)
    return precision, recall, 2 * precision * recall / (precision + recall)


def coded_complaints(path: Path) -> list[Row]:
    """Negative mentions of a gold file that have a code."""
    comments = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    mentions = [mention for comment in comments for mention in comment["mentions"]]
    return [complaint(one["evidence"], one["touchpoint"], one["code"]) for one in mentions if one["polarity"] == -1 and one.get("code")]


def complaint(text: str, touchpoint: str, code: str | None = None) -> Row:
    """A complaint as the engines read it."""
    return {"text": normalise(text).normalised, "touchpoint": touchpoint, "code": code}


def shipped_phrasings() -> list[tuple[str, str]]:
    """Phrasing and touchpoint of everything that the customers of the samples complain of."""
    topics = yaml.safe_load((home() / "corpora" / "samples" / "phrases.yaml").read_text(encoding="utf-8"))
    return [
        (_ONLY_FOR.sub("", line), touchpoint)
        for touchpoint, topic in topics.items()
        for pain in topic["pains"].values()
        for kind in ("short", "say")
        for line in pain.get(kind, "").splitlines()
    ]


def complaints_in(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """Clauses that the fast pipeline takes for complaints, with their touchpoints."""
    from voc.pipeline import Pipeline
    from voc.records import Comment

    comments = (Comment(id=str(number), text=text) for number, text in enumerate(text for path in paths for text in read_texts(path)))
    found = (one for annotation in Pipeline(quality="fast").pipe(comments) for one in complaints_of(annotation))
    return [(one.normalised, one.touchpoint) for one in found]


def varied(sources: Sequence[tuple[str, str]], seed: int = SEED) -> Iterator[Row]:
    """Complaints without end: of each source in turn a new wording, with goods, shops, numbers and particles of its own."""
    scene = yaml.safe_load((home() / "corpora" / "samples" / "scene.yaml").read_text(encoding="utf-8"))
    goods = [name for product in scene["products"].values() for name in product["names"]]
    stores, rng = list(scene["stores"]), random.Random(seed)
    for number in count():
        phrase, touchpoint = sources[number % len(sources)]
        phrase = _CHOICE.sub(lambda match: rng.choice(match[1].split("|")), phrase)
        phrase = _SLOT.sub(lambda _: rng.choice(goods), phrase)
        frame = f"{rng.choice(_OPENINGS)}{{phrase}}{rng.choice(_ENDINGS)}"
        facts = {"n": rng.randint(2, 999), "goods": rng.choice(goods), "store": rng.choice(stores)}
        yield complaint(frame.format(phrase=phrase, **facts), touchpoint)


def many_complaints(size: int, gold: Sequence[Row], given: Sequence[tuple[str, str]]) -> list[Row]:
    """As many as wanted: those of the texts given as they stand; for more than there are, and without texts, varied ones too."""
    plain = [complaint(*one) for one in spread(given, size)]
    more = varied(given or [*((row["text"], row["touchpoint"]) for row in gold), *shipped_phrasings()])
    return plain + [next(more) for _ in range(size - len(plain))]


def run_engine(name: str, folder: Path, threads: int, k: int = 0, limit: float | None = None) -> Row:
    """Measure one engine in a fresh process; only its name and the limit where it takes longer."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    variables = dict.fromkeys((*THREAD_VARIABLES, "NUMBA_NUM_THREADS"), str(threads))
    # This checkout's voc, wherever another is installed.
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", **variables, "PYTHONPATH": path}
    command = [sys.executable, str(Path(__file__).with_name("painpoint_engines.py")), name, str(folder), str(k)]
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, timeout=limit)
    except subprocess.TimeoutExpired:
        return {"engine": name, "limit": limit}
    return {"engine": name, **json.loads(done.stdout.splitlines()[-1])}


def run_engines(rows: Sequence[Row], threads: int, limit: float, *, all_engines: bool) -> list[Row]:
    """voc first, whose vectors and number of groups the others are given."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "complaints.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        voc = run_engine("voc", folder, threads)
        results = [voc, run_engine("bertopic", folder, threads, limit=limit)]
        if all_engines:
            results.append(run_engine("kmeans", folder, threads, k=max(group_count(voc["labels"]), 1)))
            results.append({"engine": "touchpoint", "labels": [row["touchpoint"] for row in rows]})
    return results


def group_count(labels: Sequence[Hashable]) -> int:
    """Of groups, without what is in none."""
    return len({label for label in labels if label != -1})


def unassigned(labels: Sequence[Hashable]) -> float:
    """Share that is in no group."""
    return labels.count(-1) / len(labels)


def judge(rows: Sequence[Row], results: Sequence[Row]) -> list[Row]:
    """How well each engine brings complaints of one code together."""
    scored = [number for number, row in enumerate(rows) if row["code"] not in NO_PROBLEM]
    judged = []
    for result in results:
        if "limit" in result:
            continue
        labels = result["labels"]
        precision, recall, f1 = bcubed([rows[number]["code"] for number in scored], [labels[number] for number in scored])
        judged.append(
            {"engine": result["engine"], "complaints": len(rows), "scored": len(scored), "groups": group_count(labels)}
            | {"unassigned": unassigned(labels), "precision": precision, "recall": recall, "f1": f1, "note": result.get("note", "")}
        )
    return judged


def summarise(rows: Sequence[Row], results: Sequence[Row]) -> list[Row]:
    """What was measured on many complaints, without their labels."""
    return [
        {"complaints": len(rows), **{key: value for key, value in result.items() if key != "labels"}}
        | ({"groups": group_count(result["labels"]), "unassigned": unassigned(result["labels"])} if "labels" in result else {})
        for result in results
    ]


def compare(measured: Sequence[Row]) -> list[Row]:
    """How many times as long BERTopic takes as voc; at least so many where it was stopped, which counts its loading too."""
    ratios = []
    sizes = dict.fromkeys(row["complaints"] for row in measured)
    for size in sizes:
        by_name = {row["engine"]: row for row in measured if row["complaints"] == size}
        voc, bertopic = by_name["voc"]["seconds"], by_name["bertopic"]
        seconds = bertopic["limit"] if "limit" in bertopic else bertopic["seconds"]["group"]
        ratios.append(
            {"complaints": size, "at_least": "limit" in bertopic, "group": seconds / voc["group"]}
            | {"place_and_group": seconds / (voc["place"] + voc["group"])}
        )
    return ratios


def speed_cells(row: Row) -> tuple[str, ...]:
    """What the table says of an engine, as `SPEED_HEAD` names it."""
    if "limit" in row:
        return (
            str(row["complaints"]),
            row["engine"],
            *(f"> {row['limit']:.0f}" if stage == "group" else "" for stage in STAGES),
            "",
            "",
            "",
        )
    seconds = (f"{row['seconds'][stage]:.2f}" if stage in row["seconds"] else "" for stage in STAGES)
    return (str(row["complaints"]), row["engine"], *seconds, f"{row['peak_mb']:.0f}", str(row["groups"]), f"{row['unassigned']:.1%}")


def quality_cells(row: Row) -> tuple[str, ...]:
    """What the table says of an engine, as `QUALITY_HEAD` names it."""
    figures = (f"{row[name]:.3f}" for name in ("precision", "recall", "f1"))
    return (row["engine"], str(row["complaints"]), str(row["groups"]), f"{row['unassigned']:.1%}", *figures)


def as_text(report: Mapping[str, Any]) -> str:
    """Tables for people."""
    lines = [", ".join(f"{name} {value}" for name, value in report["setting"].items())]
    notes = {row["note"] for row in (*report["quality"], *report["speed"]) if row.get("note")}
    lines += [f"NOTE: {note}" for note in sorted(notes)]
    if report["quality"]:
        lines += ["", *table(QUALITY_HEAD, [quality_cells(row) for row in report["quality"]])]
    if report["speed"]:
        lines += ["", *table(SPEED_HEAD, [speed_cells(row) for row in report["speed"]])]
        sign = {True: "> ", False: ""}
        ratios = [
            (str(row["complaints"]), *(f"{sign[row['at_least']]}{row[name]:.1f}" for name in ("group", "place_and_group")))
            for row in report["ratios"]
        ]
        lines += ["", *table(RATIO_HEAD, ratios)]
    return "\n".join(lines)


def installed() -> dict[str, str]:
    """Versions of the packages that matter."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return versions


def benchmark(options: argparse.Namespace) -> dict[str, Any]:
    """Everything that is measured, as `-o` writes it."""
    gold = coded_complaints(options.gold)
    given = complaints_in(options.texts) if options.texts and options.sizes else []
    print(f"{len(gold)} coded complaints", file=sys.stderr)
    quality = judge(gold, run_engines(gold, options.threads, options.limit, all_engines=True))
    speed: list[Row] = []
    for size in options.sizes:
        rows = many_complaints(size, gold, given)
        print(f"{size} complaints, {len({row['text'] for row in rows})} different", file=sys.stderr)
        speed += summarise(rows, run_engines(rows, options.threads, options.limit, all_engines=False))
    setting = {"threads": options.threads, "cores": os.cpu_count(), "python": platform.python_version(), **installed()}
    return {"setting": setting, "quality": quality, "speed": speed, "ratios": compare(speed)}


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True, metavar="FILE", help="annotated comments (.jsonl) with codes of problems")
    parser.add_argument("--sizes", type=int, nargs="*", default=[20_000, 100_000], metavar="N", help="complaints (20000 100000)")
    parser.add_argument("--texts", type=Path, nargs="+", default=[], metavar="FILE", help="tables to take complaints from; else made up")
    parser.add_argument("--limit", type=float, default=3600, metavar="S", help="most seconds for BERTopic (3600)")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="of each engine (2)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write everything that was measured here too")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    options = parse(arguments)
    report = benchmark(options)
    print(as_text(report))
    if options.output:
        options.output.parent.mkdir(parents=True, exist_ok=True)
        options.output.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
