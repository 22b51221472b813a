"""`voc serve` beside a bare Flask echo and the pipeline in process, in one run: ``python -m tests.benchmarks.api`` (see README.md)."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from voc.pipeline import Pipeline
from voc.records import Comment

sys.path.insert(0, str(Path(__file__).parent))  # its neighbours, whether run as a module, as a script or by pytest
from run import THREAD_VARIABLES, sample_texts, table

HEAD = ("engine", "answers/s", "slowest–fastest", "p50 ms", "p95 ms", "errors", "CPU ms an answer")
TOGETHER = 64  # comments that the pipeline gets at a time, as in the service
WARM_UP_S = 1.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")

Rows = list[dict[str, Any]]


def echo() -> None:
    """What Flask and waitress cost by themselves: the request is the answer."""
    import flask
    import waitress

    app = flask.Flask("echo")
    app.post("/api/v1/score")(lambda: flask.Response(flask.request.get_data(), content_type="application/json"))
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=32)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


@contextmanager
def serving(engine: str, threads: int) -> Iterator[tuple[int, int]]:
    """A server in a process of its own: its id, and its port."""
    voc = "from voc.cli import main; main()"
    serve = [sys.executable, "-c", voc, "serve", "--no-auth", "--port", "0", "--threads", str(threads), "--quality", engine]
    command = [sys.executable, __file__, "--echo"] if engine == "echo" else serve
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout
    try:
        address = next(line for line in process.stdout if "http://" in line).split()[0]
        yield process.pid, int(address.rsplit(":", 1)[1])
    finally:
        process.terminate()
        process.wait()


def cpu_seconds(pid: int) -> float:
    """Time that a process has spent on the CPU."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return TICK_S * (int(fields[11]) + int(fields[12]))


def load(port: int, bodies: Iterator[bytes], connections: int, seconds: float) -> tuple[list[float], int]:
    """Ask over as many connections at once, each as soon as it has its answer: seconds of each answer, and number of failures."""
    lock, until = threading.Lock(), time.perf_counter() + seconds
    times: list[float] = []
    failures: list[object] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while time.perf_counter() < until:
            with lock:
                body = next(bodies)
            begun = time.perf_counter()
            try:
                connection.request("POST", "/api/v1/score", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                (times if answer.status == 200 else failures).append(time.perf_counter() - begun)
            except (OSError, http.client.HTTPException) as error:
                failures.append(error)
                connection.close()
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, len(failures)


def measure_service(engine: str, threads: int, connections: int, seconds: float) -> dict[str, Any]:
    """Single comments over HTTP."""
    bodies = (json.dumps({"comments": [{"text": text}]}, ensure_ascii=False).encode() for text in sample_texts())
    with serving(engine, threads) as (pid, port):
        load(port, bodies, connections, WARM_UP_S)
        spent, begun = cpu_seconds(pid), time.perf_counter()
        times, failures = load(port, bodies, connections, seconds)
        elapsed, spent = time.perf_counter() - begun, cpu_seconds(pid) - spent
    times.sort()
    late = {f"p{share}_ms": 1000 * times[len(times) * share // 100] for share in (50, 95)}
    name = engine if engine == "echo" else f"{engine}: voc serve"
    return {"engine": name, "per_second": len(times) / elapsed, "errors": failures, "cpu_ms": 1000 * spent / len(times), **late}


def measure_pipeline(quality: str, threads: int, together: int, seconds: float) -> dict[str, Any]:
    """The pipeline in a process of its own, as `measure_service` its server."""
    command = [sys.executable, __file__, "--pipeline", quality, str(threads), str(together), str(seconds)]
    environment = {**os.environ, **dict.fromkeys(THREAD_VARIABLES, str(threads))}
    answer: dict[str, Any] = json.loads(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    return answer


def pipeline_speed(quality: str, threads: int, together: int, seconds: float) -> dict[str, Any]:
    """Comments as they come, so many at a time."""
    pipeline, texts = Pipeline(quality=quality, threads=threads), sample_texts()

    def run(until: float) -> int:
        count = 0
        while time.perf_counter() < until:
            for annotation in pipeline.pipe([Comment(id="1", text=text) for text in islice(texts, together)]):
                annotation.model_dump_json()
                count += 1
        return count

    run(time.perf_counter() + WARM_UP_S)
    spent, begun = time.process_time(), time.perf_counter()
    count = run(begun + seconds)
    elapsed, spent = time.perf_counter() - begun, time.process_time() - spent
    name = f"{quality}: pipeline, {together} at a time"
    return {"engine": name, "per_second": count / elapsed, "errors": 0, "cpu_ms": 1000 * spent / count}


def summarise(rows: Rows) -> Rows:
    """Medians over the rounds; all errors."""
    summary = []
    for engine in dict.fromkeys(row["engine"] for row in rows):
        own = [row for row in rows if row["engine"] == engine]
        speeds = [row["per_second"] for row in own]
        middle = {name: median(row[name] for row in own) for name in own[0] if name not in ("engine", "errors")}
        summary.append(
            {"engine": engine, **middle, "slowest": min(speeds), "fastest": max(speeds), "errors": sum(row["errors"] for row in own)}
        )
    return summary


def cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table."""
    late = [f"{row[name]:.1f}" if name in row else "–" for name in ("p50_ms", "p95_ms")]
    spread = f"{row['slowest']:.0f}–{row['fastest']:.0f}"
    return (row["engine"], f"{row['per_second']:.0f}", spread, *late, str(row["errors"]), f"{row['cpu_ms']:.2f}")


def ratios(summary: Rows) -> list[tuple[str, str]]:
    """How many times as fast the service is as the pipeline of its quality."""
    speeds = {row["engine"]: row["per_second"] for row in summary}
    found = [
        (name, other) for name in speeds for other in speeds if "serve" in name and other.startswith(name.split(":")[0] + ": pipeline")
    ]
    return [(f"{name} / {other}", f"{speeds[name] / speeds[other]:.2f}") for name, other in found]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qualities", nargs="*", default=["fast", "best"], help="of the pipeline; none: the echo alone")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2, help="of numerical libraries")
    parser.add_argument("--json", type=Path, help="where to keep the numbers")
    given = parser.parse_args(arguments)
    measurements: list[Callable[[], dict[str, Any]]] = [lambda: measure_service("echo", given.threads, given.connections, given.seconds)]
    for quality in given.qualities:
        measurements += [
            lambda quality=quality: measure_service(quality, given.threads, given.connections, given.seconds),
            lambda quality=quality: measure_pipeline(quality, given.threads, 1, given.seconds),
            lambda quality=quality: measure_pipeline(quality, given.threads, TOGETHER, given.seconds),
        ]
    rows = [measure() for _ in range(given.rounds) for measure in measurements]
    summary = summarise(rows)
    print("\n".join([*table(HEAD, [cells(row) for row in summary]), "", *table(("ratio of answers/s", "times"), ratios(summary))]))
    if given.json:
        given.json.write_text(json.dumps({"summary": summary, "rounds": rows}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--echo"]:
        echo()
    elif sys.argv[1:2] == ["--pipeline"]:
        quality, threads, together, seconds = sys.argv[2:]
        print(json.dumps(pipeline_speed(quality, int(threads), int(together), float(seconds))))
    else:
        main()
