"""The benchmark measures what it says; how fast anything is, is not tested."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice

import pytest
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
