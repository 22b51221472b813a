"""The queue wakes workers, whatever it is kept in; the work folder keeps nothing longer than it must."""

from __future__ import annotations

import os
import pickle
import time
from contextlib import closing

import pytest

from voc.errors import MissingExtra, SettingsError, StoreError
from voc.jobs import JobQueue
from voc.store.connection import Database
from voc.workfolder import KEPT_S, tidy, work_folder


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "named file"])
def test_queue_wakes_a_worker_in_order(kind, tmp_path, request):
    url = request.getfixturevalue("postgres").format("voc") if kind == "postgresql" else f"sqlite:///{tmp_path}/voc.db"
    named = f"sqlite:///{tmp_path}/other.db" if kind == "named file" else None
    heard = []
    with (
        closing(JobQueue(Database(url), tmp_path, named)) as service,
        closing(JobQueue(Database(url), tmp_path, named, heard.append)) as worker,
    ):
        assert not worker.work()
        service.wake(7)
        service.wake(8)
        assert [worker.work(), worker.work(), worker.work()] == [True, True, False]
    assert heard == [7, 8]
    assert (tmp_path / "other.db").exists() == (kind == "named file")


def test_queue_never_runs_what_somebody_else_put_there(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "evil"),)

    heard = []
    with closing(JobQueue(Database(f"sqlite:///{tmp_path}/voc.db"), tmp_path, run=heard.append)) as queue:
        queue.huey.storage.enqueue(pickle.dumps(Evil()))
        queue.huey.storage.enqueue(b'["1", "os.system", null, 0, 0, null, ["x"], {}]')
        queue.wake(3)
        assert [queue.work() for _ in range(3)] == [False, False, True]
    assert heard == [3]
    assert not (tmp_path / "evil").exists()


def test_queue_that_is_away_stops_nobody(tmp_path, caplog):
    with closing(JobQueue(Database(f"sqlite:///{tmp_path}/voc.db"), tmp_path)) as queue:
        queue.huey.storage.close()
        for path in tmp_path.glob("queue.db*"):
            path.unlink()
        queue.wake(3)
        assert not queue.work()
    assert [record.getMessage() for record in caplog.records] == ["not_woken", "queue_away"]


@pytest.mark.parametrize(("url", "error"), [("amqp://x", SettingsError), ("redis://127.0.0.1:1", MissingExtra)])
def test_queue_refuses(url, error, tmp_path, monkeypatch):
    from huey import storage

    monkeypatch.setattr(storage, "ConnectionPool", None)
    with pytest.raises(error):
        JobQueue(Database(f"sqlite:///{tmp_path}/voc.db"), tmp_path, url)


def test_work_folder_is_closed_to_others_and_needs_a_name_beside_a_server(tmp_path):
    root = work_folder(Database(f"sqlite:///{tmp_path}/voc.db"))
    assert (root.name, root.stat().st_mode & 0o777) == ("voc.db-work", 0o700)
    with pytest.raises(StoreError) as refused:
        work_folder(Database("postgresql://voc@db/voc"))
    assert refused.value.code == "no_work_folder"
    assert work_folder(Database("postgresql://voc@db/voc"), tmp_path / "w").stat().st_mode & 0o777 == 0o700


def test_work_folder_is_rid_of_what_no_job_needs(tmp_path):
    ages = {
        "done": ("done", 0, True), "running": ("running", 1e7, False), "queued": ("queued", 1e7, False),
        "failed": ("failed", 60, False), "failed_long_ago": ("failed", KEPT_S + 60, True), "held_long_ago": ("held", KEPT_S + 60, True),
        "arriving": (None, 60, False), "cut_off": (None, 4000, True),
    }  # fmt: skip
    for name, (_, age, _) in ages.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.csv").write_text("x")
        for path in (tmp_path / name / "0.csv", tmp_path / name):
            os.utime(path, (time.time() - age,) * 2)
    (tmp_path / "queue.db").touch()
    gone = tidy(tmp_path, lambda: {name: state for name, (state, _, _) in ages.items() if state})
    assert sorted(gone) == sorted(name for name, (_, _, goes) in ages.items() if goes)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        [name for name, (_, _, goes) in ages.items() if not goes] + ["queue.db"]
    )
