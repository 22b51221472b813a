"""Workers killed at random points: every upload ends complete, once, and as if nobody had been killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from conftest import ROOT
from toy_uploads import bare, worker_of, write_rows
from voc import batchjob
from voc.analysis import analyse
from voc.reading import Reading
from voc.store import Store, StoredJob
from voc.workfolder import work_folder

UPLOADS = 20
CHUNK = 20
LEASE_S = 0.5
KILLING_S = 45  # then they are left alone
LONGEST_S = 150


@pytest.fixture
def sqlite_store(tmp_path):
    with closing(Store(f"sqlite:///{tmp_path}/voc.db")) as store:
        store.upgrade()
        yield store


@pytest.fixture
def root(tmp_path):
    return tmp_path / "work"


def add(store: Store, path: Path, root: Path) -> StoredJob:
    """An upload as the service takes it."""
    folder = work_folder(store.database, root) / path.stem
    folder.mkdir()
    shutil.copy(path, folder / "0.jsonl")
    settings = {"files": [{"path": "0.jsonl", "name": path.name}], "quality": "fast"}
    return store.add_upload_job(path.name, settings, folder=folder.name)[1]


def expect_whole(store: Store, jobs: dict[Path, StoredJob], pipeline: object, root: Path) -> None:
    assert len(store.runs()) == len(jobs)
    assert [path for path in root.iterdir() if path.is_dir()] == []
    for path, job in jobs.items():
        ended = store.job(job.id)
        assert (ended.state, ended.error) == ("done", None)
        expected = analyse([path], pipeline=pipeline)
        assert bare(store.run(job.run_id).analysis) == bare(expected)
        stored = store.comments(job.run_id, limit=1000).comments
        assert [item.annotation for item in stored] == list(pipeline.pipe(Reading([path])))


def test_workers_killed_at_random_points_lose_and_double_nothing(sqlite_store, tmp_path, root, fast_pipeline):
    store = sqlite_store
    chance = random.Random()
    seed = chance.randrange(10**6)
    chance.seed(seed)
    print(f"seed {seed}")
    jobs = {
        path: add(store, path, root) for number in range(UPLOADS) if (path := write_rows(tmp_path / f"{number}.jsonl", 60, 13 * number))
    }
    command = [
        sys.executable,
        "-P",  # beside that script lies tests/voc, which is another `voc`
        str(ROOT / "tests" / "kill_worker.py"),
        f"sqlite:///{store.database.file}",
        str(CHUNK),
        str(LEASE_S),
        str(root),
    ]
    with (tmp_path / "log").open("w") as log:
        zygote = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=os.environ)
    kills, started = 0, time.monotonic()
    try:
        zygote.stdin.write("\n")
        zygote.stdin.flush()
        worker = int(zygote.stdout.readline())
        began = time.monotonic()
        while any(store.job(job.id).state != "done" for job in jobs.values()):
            now = [store.job(job.id) for job in jobs.values()]
            assert not (failed := [job for job in now if job.state == "failed"]), f"{failed}\n{(tmp_path / 'log').read_text()[-2000:]}"
            assert time.monotonic() - began < LONGEST_S, now
            if time.monotonic() - began > KILLING_S:
                time.sleep(0.5)
                continue
            time.sleep(chance.uniform(0.2, 4))
            os.kill(worker, signal.SIGKILL)
            kills += 1
            zygote.stdin.write("\n")
            zygote.stdin.flush()
            worker = int(zygote.stdout.readline())
        os.kill(worker, signal.SIGKILL)
    finally:
        zygote.stdin.close()
        zygote.wait(10)
        zygote.stdout.close()
    attempts = sum(store.job(job.id).attempts for job in jobs.values())
    print(f"{kills} kills, {attempts} attempts, {time.monotonic() - started:.0f} s")
    assert kills >= 5
    assert attempts > UPLOADS
    worker_of(store, fast_pipeline, root)._tidy()  # what a killed process left between saving and deleting
    expect_whole(store, jobs, fast_pipeline, root)


def test_worker_that_is_stopped_lays_its_job_down_and_another_goes_on(store, tmp_path, root, fast_pipeline, monkeypatch):
    monkeypatch.setattr(batchjob, "CHUNK", 10)
    path = write_rows(tmp_path / "a.jsonl", 40)
    job = add(store, path, root)
    first, second = worker_of(store, fast_pipeline, root), worker_of(store, fast_pipeline, root)
    scored, real = [], fast_pipeline.pipe

    def pipe(comments, *rest):
        scored.append(len(comments))
        if len(scored) == 2:
            first.stop()
        return real(comments, *rest)

    monkeypatch.setattr(fast_pipeline, "pipe", pipe)
    first.run()
    assert (store.job(job.id).state, scored) == ("queued", [10, 10])
    second.do_all()
    assert scored == [10] * 4  # none twice
    monkeypatch.undo()
    expect_whole(store, {path: job}, fast_pipeline, root)


@pytest.mark.parametrize("damage", ["cut", "other_make", "foreign"])
def test_checkpoints_that_are_damaged_or_of_another_make_are_made_anew(sqlite_store, tmp_path, root, fast_pipeline, monkeypatch, damage):
    store = sqlite_store
    monkeypatch.setattr(batchjob, "CHUNK", 20)
    path = write_rows(tmp_path / "a.jsonl", 40)
    job = add(store, path, root)
    worker, real = worker_of(store, fast_pipeline, root), fast_pipeline.pipe
    monkeypatch.setattr(fast_pipeline, "pipe", lambda comments, *rest: (worker.stop(), real(comments, *rest))[1])
    worker.do_all()
    chunk = root / "a" / "scored" / "000000.jsonl"
    assert len(chunk.read_text(encoding="utf-8").splitlines()) == 20
    if damage == "cut":
        chunk.write_bytes(chunk.read_bytes()[:-100])
    elif damage == "foreign":
        chunk.write_text("".join(chunk.read_text(encoding="utf-8").splitlines(keepends=True)[::-1]), encoding="utf-8")
    else:
        (chunk.parent / "made_by.json").write_text('"another voc"', encoding="utf-8")
        chunk.write_text(chunk.read_text(encoding="utf-8").replace("negative", "positive"), encoding="utf-8")
    monkeypatch.undo()
    worker_of(store, fast_pipeline, root).do_all()
    expect_whole(store, {path: job}, fast_pipeline, root)


def test_comments_erased_while_they_are_analysed_once_more_stay_erased(store, tmp_path, root, fast_pipeline, monkeypatch):
    path = write_rows(tmp_path / "a.jsonl", 30, customer_id="C7")
    first = add(store, path, root)
    other = write_rows(tmp_path / "b.jsonl", 30, 30)
    (root / "a" / "1.jsonl").write_bytes(other.read_bytes())
    files = [{"path": f"{number}.jsonl", "name": f"{name}.jsonl"} for number, name in enumerate("ab")]
    store.cancel_job(first.id)
    job = store.add_job("analyse", first.upload_id, {"files": files, "quality": "fast"}, folder="a")
    worker = worker_of(store, fast_pipeline, root)
    worker.do_all()
    again = store.add_job("rerun", first.upload_id, {"quality": "fast", "from_run": job.run_id})
    real = fast_pipeline.pipe
    monkeypatch.setattr(fast_pipeline, "pipe", lambda comments, *rest: (erase_once(store), real(comments, *rest))[1])
    worker.do_all()
    ended = store.job(again.id)
    assert (ended.state, ended.attempts) == ("done", 2)
    left = store.comments(again.run_id, limit=1000).comments
    assert len(left) == store.run(again.run_id).analysis.input.comments == 30
    assert not [item for item in left if item.comment.customer_id]


def erase_once(store: Store) -> None:
    if any(item.comment.customer_id for item in store.comments(store.runs()[0].id, limit=1000).comments):
        store.erase_customer("C7")
