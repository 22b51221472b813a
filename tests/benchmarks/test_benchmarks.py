"""The benchmark measures what it says; how fast anything is, is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice

import pytest
from benchmarks.painpoints import bcubed, shipped_phrasings, speed_cells, varied
from benchmarks.painpoints import compare as compare_painpoints
from benchmarks.run import ENGINE_HEAD, LONG, compare, engine_cells, long_sample_texts, sample_texts, spread, summarise

from conftest import ROOT

TEXTS = [f"送餐太慢了，等了{number}分钟，味道倒是不错" for number in range(20)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    table, target = folder / "外卖.csv", folder / "report.json"
    table.write_text("\n".join(["评价内容", *(f'"{text}"' for text in TEXTS)]) + "\n", encoding="utf-8")
    given = ["--short", table, "--long-count", "0", "--engines", "fast", "best", "--rounds", "1", "--json", target]
    command = [sys.executable, ROOT / "tests" / "benchmarks" / "run.py", *given]
    printed = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stdout
    return printed, json.loads(target.read_text(encoding="utf-8"))


def row(kind: str, engine: str, seconds: float, comments: int = 100) -> dict[str, object]:
    return {
        "texts": kind, "engine": engine, "comments": comments, "seconds": seconds, "comments_per_second": comments / seconds,
        "import_seconds": 1.0, "first_score_seconds": 2.0, "peak_mb": 300.0,
    }  # fmt: skip


def test_benchmark_measures_each_engine_in_a_process_of_its_own(ran):
    _, report = ran
    assert [(row["texts"], row["engine"], row["comments"]) for row in report["summary"]] == [("short", "fast", 20), ("short", "best", 20)]
    assert report["texts"]["short"]["source"] == "外卖.csv"
    for measured in report["rounds"]:
        assert measured["comments_per_second"] == pytest.approx(20 / measured["seconds"])
        assert 0 < measured["import_seconds"] < measured["first_score_seconds"]
        assert measured["peak_mb"] > 50


def test_benchmark_prints_a_table_of_engines_and_one_of_ratios(ran):
    printed, report = ran
    rows = [line.strip("| ").split(" | ") for line in printed.splitlines() if line.startswith("|")]
    fast, best = report["summary"]
    ratio = fast["comments_per_second"] / best["comments_per_second"]
    assert rows == [
        list(ENGINE_HEAD),
        ["---"] * len(ENGINE_HEAD),
        list(engine_cells(fast)),
        list(engine_cells(best)),
        ["ratio of comments/s", "texts", "times"],
        ["---"] * 3,
        ["fast / best", "short", f"{ratio:.2f}"],
    ]
    assert "import voc:" in printed


def test_benchmark_takes_medians_and_compares_only_what_was_measured():
    rows = [row("short", "fast", seconds) for seconds in (1.0, 4.0, 2.0)]
    rows += [row("short", "snownlp", seconds, comments=10) for seconds in (5.0, 2.0, 2.0)] + [row("long", "fast", 8.0)]
    summary = summarise(rows)
    assert [(each["texts"], each["engine"], each["comments_per_second"]) for each in summary] == [
        ("short", "fast", 50.0), ("short", "snownlp", 5.0), ("long", "fast", 12.5),
    ]  # fmt: skip
    assert (summary[0]["slowest"], summary[0]["fastest"]) == (25.0, 100.0)
    assert compare(summary) == [{"texts": "short", "engine": "fast", "peer": "snownlp", "ratio": 10.0}]


def test_benchmark_samples_never_repeat_and_long_ones_are_long():
    short, long = list(islice(sample_texts(), 1000)), list(islice(long_sample_texts(), 100))
    assert len(set(short)) == 1000
    assert len(set(long)) == 100
    assert min(map(len, long)) >= LONG


@pytest.mark.parametrize(("count", "expected"), [(2, "送太"), (4, "送餐太慢"), (9, "送餐太慢")])
def test_benchmark_spreads_a_sample_evenly(count, expected):
    assert "".join(spread("送餐太慢", count)) == expected


def test_bcubed_counts_what_is_in_no_group_as_groups_of_one():
    """Two classes; -1 twice is two groups."""
    assert bcubed("aabb", [0, 0, 1, 1]) == (1.0, 1.0, 1.0)
    precision, recall, _ = bcubed("aabb", [0, 0, -1, -1])
    assert (precision, recall) == (1.0, 0.75)


def test_varied_complaints_are_seeded_and_mostly_different():
    rows = list(islice(varied(shipped_phrasings()), 2000))
    assert rows == list(islice(varied(shipped_phrasings()), 2000))
    assert len({row["text"] for row in rows}) > 1900
    assert not any(mark in row["text"] for row in rows for mark in "{}[]|")


def test_painpoints_benchmark_says_where_bertopic_was_stopped():
    voc = {"complaints": 9, "engine": "voc", "seconds": {"place": 3.0, "group": 2.0}}
    stopped = {"complaints": 9, "engine": "bertopic", "limit": 30.0}
    assert compare_painpoints([voc, stopped]) == [{"complaints": 9, "at_least": True, "group": 15.0, "place_and_group": 6.0}]
    assert "> 30" in speed_cells(stopped)


def test_painpoints_benchmark_compares_four_engines(tmp_path):
    gold, target = tmp_path / "gold.jsonl", tmp_path / "report.json"
    problems = [("delivery", "delivery_slow", "送餐太慢了，等了{}分钟"), ("product_quality", "food_cold", "饭菜第{}次送来都是凉的")]
    mentions = [
        {"touchpoint": touchpoint, "polarity": -1, "evidence": text.format(number), "code": code}
        for touchpoint, code, text in problems
        for number in range(2, 14)
    ]
    gold.write_text("".join(json.dumps({"mentions": [mention]}) + "\n" for mention in mentions), encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.painpoints", "--gold", str(gold), "--sizes", "60", "-o", str(target)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    report = json.loads(target.read_text(encoding="utf-8"))
    quality = {row["engine"]: row for row in report["quality"]}
    assert list(quality) == ["voc", "bertopic", "kmeans", "touchpoint"]
    assert quality["voc"]["f1"] == quality["touchpoint"]["f1"] == 1.0
    assert quality["kmeans"]["groups"] == quality["voc"]["groups"] == 2
    voc, bertopic = report["speed"]
    assert set(voc["seconds"]) == {"load", "place", "group", "stability", "describe"}
    assert report["ratios"][0]["group"] == pytest.approx(bertopic["seconds"]["group"] / voc["seconds"]["group"])
    assert min(voc["peak_mb"], bertopic["peak_mb"]) > 50
    assert "bcubed F1" in printed


def test_api_benchmark_compares_the_service_with_echo_and_pipeline(tmp_path, socket_enabled):
    target = tmp_path / "report.json"
    options = ["--qualities", "fast", "--connections", "4", "--seconds", "1", "--rounds", "1", "--threads", "1", "--json", str(target)]
    command = [sys.executable, "-m", "tests.benchmarks.api", *options]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    summary = {row["engine"]: row for row in json.loads(target.read_text(encoding="utf-8"))["summary"]}
    assert list(summary) == ["echo", "fast: voc serve", "fast: pipeline, 1 at a time", "fast: pipeline, 64 at a time"]
    assert all(row["per_second"] > 0 and row["errors"] == 0 for row in summary.values())
    assert summary["echo"]["p50_ms"] <= summary["echo"]["p95_ms"]
    assert "fast: voc serve / fast: pipeline, 64 at a time" in printed
