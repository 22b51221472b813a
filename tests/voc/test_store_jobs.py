"""Jobs in the store: one worker holds one, and what is saved is saved once; on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading
import time

import pytest

from toy_store import analysis_of, small_batch
from voc.errors import JobError, RecordNotFound, StoreError
from voc.store import ClaimedJob, JobFault, SavedAnswer, Store, StoredJob
from voc.store.leases import MOST_CRASHES

FAULT = JobFault(code="no_comments", message="没有可分析的评论 / no comment to analyse")


def add(store: Store, **more) -> StoredJob:
    return store.add_upload_job("三月.xlsx", {"quality": "fast"}, **more)[1]


def complete(store: Store, job: ClaimedJob) -> None:
    batch = small_batch()
    comments, annotations = zip(*batch, strict=True)
    store.finish_job(job, comments, annotations, analysis_of(batch, job.run_id), {"quality": "fast"})


def test_job_goes_from_queued_to_done(store):
    queued = add(store)
    assert (queued.state, queued.progress.stage, queued.error, queued.started_at) == ("queued", None, None, None)
    held = store.claim_job("w1", 30)
    assert (held.id, held.state, held.attempts, held.run_id, held.settings) == (1, "running", 1, queued.run_id, {"quality": "fast"})
    assert store.claim_job("w2", 30) is None
    assert store.beat_job(1, "w1", 30, stage="score", rows_total=100) == "go on"
    time.sleep(0.05)
    assert store.beat_job(1, "w1", 30, rows_done=40) == "go on"
    progress = store.job(1).progress
    assert (progress.stage, progress.rows_done, progress.rows_total) == ("score", 40, 100)
    assert progress.rows_per_second > 0
    assert progress.seconds_left > 0
    complete(store, held)
    done = store.job(1)
    assert (done.state, done.error, done.progress.stage) == ("done", None, None)
    assert done.finished_at >= done.started_at
    assert [run.id for run in store.runs()] == [queued.run_id]
    assert store.claim_job("w2", 30) is None


def test_job_is_held_by_one_of_many_workers(store):
    for _ in range(5):
        add(store)
    won: list[tuple[int, str]] = []
    barrier = threading.Barrier(8)

    def work(name: str) -> None:
        barrier.wait()
        while job := store.claim_job(name, 30):
            won.append((job.id, name))

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for number, _ in won) == [1, 2, 3, 4, 5]


def test_job_of_a_silent_worker_is_taken_over_and_that_one_saves_nothing_any_more(store):
    add(store)
    lost = store.claim_job("w1", 0.05)
    assert store.claim_job("w2", 30) is None or time.sleep(0)  # not yet silent
    time.sleep(0.1)
    taken = store.claim_job("w2", 30)
    assert (taken.id, taken.attempts, taken.run_id) == (lost.id, 2, lost.run_id)
    assert store.beat_job(lost.id, "w1", 30) == "lost"
    for late in (lambda: complete(store, lost), lambda: store.fail_job(lost, FAULT), lambda: store.release_job(lost)):
        with pytest.raises(JobError) as refused:
            late()
        assert refused.value.code == "job_lost"
    assert store.runs() == ()
    complete(store, taken)
    assert len(store.runs()) == 1


def test_job_whose_workers_keep_dying_at_the_same_place_fails_with_that_reason(store):
    first, second = add(store), add(store)
    assert store.claim_job("w0", -1, first.id)
    for number in range(1, MOST_CRASHES - 1):
        assert store.claim_job(f"w{number}", -1, first.id)
    store.beat_job(first.id, f"w{MOST_CRASHES - 2}", -1, rows_done=500)  # it got further
    for number in range(MOST_CRASHES - 1):
        assert store.claim_job(f"v{number}", -1, first.id), number
    assert store.claim_job("last", 30, first.id) is None
    failed = store.job(first.id)
    assert (failed.state, failed.error.code) == ("failed", "worker_died")
    assert store.claim_job("last", 30).id == second.id


def test_job_cancel(store):
    waiting, running, done = add(store), add(store), add(store)
    assert store.cancel_job(waiting.id).state == "cancelled"
    held = store.claim_job("w1", 30, running.id)
    assert store.cancel_job(running.id).cancel_requested
    assert store.beat_job(running.id, "w1", 30) == "cancel"
    store.release_job(held, cancelled=True)
    assert store.job(running.id).state == "cancelled"
    complete(store, store.claim_job("w1", 30, done.id))
    for ended in (waiting, running, done):
        with pytest.raises(JobError) as refused:
            store.cancel_job(ended.id)
        assert refused.value.code == "job_ended"
    with pytest.raises(RecordNotFound):
        store.cancel_job(99)


def test_job_retry(store):
    job = add(store)
    with pytest.raises(JobError) as refused:
        store.retry_job(job.id)
    assert refused.value.code == "job_not_ended"
    store.fail_job(store.claim_job("w1", 30), FAULT)
    failed = store.job(job.id)
    assert (failed.state, failed.error) == ("failed", FAULT)
    again = store.retry_job(job.id)
    assert (again.state, again.error, again.run_id, again.finished_at) == ("queued", None, job.run_id, None)
    assert store.claim_job("w2", 30).attempts == 2


def test_job_held_waits_for_its_start(store):
    job = add(store, held=True)
    assert store.claim_job("w1", 30) is None
    assert store.start_job(job.id, {"quality": "best"}).state == "queued"
    assert store.claim_job("w1", 30).settings == {"quality": "best"}
    with pytest.raises(JobError) as refused:
        store.start_job(job.id, {})
    assert refused.value.code == "job_started"


def test_job_laid_down_goes_back_into_the_queue(store):
    add(store)
    store.release_job(store.claim_job("w1", 30))
    assert store.job(1).state == "queued"
    assert store.claim_job("w2", 30).attempts == 2


def test_jobs_are_listed_newest_first_and_go_with_their_upload(store):
    first, second = add(store), add(store)
    more = store.add_job("rerun", first.upload_id, {"quality": "best"})
    assert [job.id for job in store.jobs()] == [more.id, second.id, first.id]
    assert [job.id for job in store.jobs(first.upload_id)] == [more.id, first.id]
    assert set(store.job_folders().values()) == {"queued"}
    store.erase_upload(first.upload_id)
    assert [job.id for job in store.jobs()] == [second.id]
    assert [upload.id for upload in store.uploads()] == [second.upload_id]


def test_job_and_upload_are_noted_together_or_not_at_all(store):
    def refuse(*_) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.add_upload_job("三月.xlsx", {}, refuse)
    assert (store.uploads(), store.jobs()) == ((), ())


def test_job_problems_of_an_upload_are_told(store):
    add(store)
    complete(store, store.claim_job("w1", 30))
    assert [(problem.kind, problem.row, problem.column) for problem in store.problems(1)] == [
        ("problem", 99, "评价"),
        ("notice", 2, "评分"),
    ]


def test_answer_is_kept_for_its_caller_and_goes_with_the_upload(store):
    upload, _ = store.add_upload_job("三月.xlsx", {})
    answer = SavedAnswer(fingerprint="abc", status=202, location="/api/v1/uploads/1", body='{"a": "评论"}')
    store.save_answer("小王", "k1", answer, upload.id)
    assert store.answer("小王", "k1") == answer
    assert store.answer("小李", "k1") is None
    with pytest.raises(StoreError) as refused:
        store.save_answer("小王", "k1", answer)
    assert refused.value.code == "answered"
    store.erase_upload(upload.id)
    assert store.answer("小王", "k1") is None
