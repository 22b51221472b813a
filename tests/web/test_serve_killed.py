"""`voc serve` killed at random points while tables come in: every upload ends complete, once, and its worker ends with it."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from toy_uploads import PHONE, bare, write_rows
from voc.analysis import analyse
from voc.client import Client
from voc.jobs import PARENT
from voc.store import Store

VOC = [sys.executable, "-c", "from voc.cli import main; main()"]
UPLOADS = 6
KILLS = 2
LONGEST_S = 180


@contextmanager
def serving(folder: Path):
    """The process and its address, once it answers; its worker may still be loading models."""
    command = [*VOC, "serve", "--port", "0", "--no-auth", "--quality", "fast", "--threads", "1"]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "VOC_LEASE_S": "1"}
        )
    try:
        process.stdout.readline()
        yield process, re.search(r"http://[\d.:]+\d", process.stdout.readline())[0]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def workers_of(parent: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = (stat.parent / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if f"{PARENT}={parent}".encode() in words:
            found.append(int(stat.parent.name))
    return found


def send(url: str, path: Path, timeout_s: float = 30) -> int:
    """Number of the upload; sent again and again, it is one."""
    with path.open("rb") as file:
        answer = httpx.post(
            f"{url}/api/v1/uploads", files={"file": (path.name, file)}, headers={"Idempotency-Key": path.name}, timeout=timeout_s
        )
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def test_server_and_worker_killed_at_random_points_lose_and_double_nothing(socket_enabled, tmp_path, fast_pipeline):
    paths = [write_rows(tmp_path / f"t{number}.jsonl", 80, 31 * number, 备注=PHONE) for number in range(UPLOADS)]
    chance = random.Random()
    numbers: dict[Path, int] = {}
    for _ in range(KILLS):
        with serving(tmp_path) as (process, url):
            until = time.monotonic() + chance.uniform(0.5, 12)
            for path in paths:
                if path not in numbers and len(numbers) < UPLOADS - 1 and time.monotonic() < until:
                    try:
                        number = send(url, path, max(until - time.monotonic(), 0.05))
                    except httpx.TimeoutException:  # nobody knows whether it arrived
                        break
                    numbers[path] = number
            time.sleep(max(until - time.monotonic(), 0))
            children = workers_of(process.pid)
            process.kill()
            process.wait()
            gone = time.monotonic() + 15
            while any(Path(f"/proc/{child}").exists() for child in children):
                assert time.monotonic() < gone, "the worker outlives its parent"
                time.sleep(0.1)
    with serving(tmp_path) as (process, url), Client(url) as client:
        numbers = {path: send(url, path) for path in paths}
        # A worker that is killed is started again.
        until = time.monotonic() + LONGEST_S
        while not workers_of(process.pid):
            assert time.monotonic() < until
            time.sleep(0.1)
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        for number in numbers.values():
            client.wait(number, timeout_s=LONGEST_S)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        assert len(store.uploads()) == len(store.runs()) == UPLOADS
        # What is left was cut off before there was a job; it goes a few minutes later.
        left = {path.name for path in (tmp_path / "voc.db-work").iterdir() if path.is_dir()}
        assert not left & store.job_folders().keys()
        for path, number in numbers.items():
            (job,) = store.jobs(number)
            assert bare(store.run(job.run_id).analysis) == bare(analyse([path], pipeline=fast_pipeline))
    logged = (tmp_path / "log").read_text(encoding="utf-8")
    assert PHONE not in logged
    assert all(json.loads(line) for line in logged.splitlines() if line.startswith("{"))
    assert PHONE.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("voc.db*") if path.is_file())
