"""The process that does jobs: woken by the queue, else by looking itself every few seconds, so that nothing is ever lost."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

from voc.batchjob import carry_out
from voc.corpora import taxonomy_path
from voc.errors import JobError, StoreError, VocError
from voc.hold import Hold, JobStopped
from voc.jobs import JobQueue
from voc.jobsettings import JobSettings
from voc.logs import frames_of
from voc.pipeline import Pipeline
from voc.store import ClaimedJob, JobFault, Store
from voc.store.taxonomies import KeptTaxonomy, is_reference
from voc.taxonomy import load_taxonomy
from voc.tryout import pipeline_with
from voc.workfolder import remove, scour_asked, tidy

LOOK_S = 2.0  # between looks for jobs that nobody spoke of
TIDY_S = 60.0
_PAUSE_S = 0.2
_PIPELINES = 2  # kept loaded: fast and best, say
_GRACE_S = 5.0  # to lay a job down when the parent is gone
AGAIN = frozenset({"codebook_changed_meanwhile", "comments_erased"})  # codes of what a second try may mend
log = logging.getLogger("voc.worker")


def load_shipped(quality: str, taxonomy: str, threads: int | None = None) -> Pipeline:
    """Pipeline of a quality, with one of the shipped taxonomies.

    Parameters
    ----------
    quality : str
        As for `Pipeline`.
    taxonomy : str
        Name of a shipped taxonomy.
    threads : int, optional
        As for `Pipeline`.

    Returns
    -------
    Pipeline
        Loaded.
    """
    return Pipeline(quality=quality, taxonomy=load_taxonomy(taxonomy_path(taxonomy)), threads=threads)


def load_kept(quality: str, kept: KeptTaxonomy, threads: int | None = None) -> Pipeline:
    """Pipeline of a quality, with touchpoints and words that the store keeps.

    Parameters
    ----------
    quality : str
        As for `Pipeline`.
    kept : KeptTaxonomy
        From the store.
    threads : int, optional
        As for `Pipeline`.

    Returns
    -------
    Pipeline
        Loaded.
    """
    return pipeline_with(quality, kept.taxonomy, kept.userdict, threads)


class Worker:
    """Does one job at a time.

    Parameters
    ----------
    store : Store
        Holds the jobs.
    root : pathlib.Path
        The work folder.
    queue_url : str, optional
        As for `JobQueue`.
    load : callable
        Quality, name of a shipped taxonomy → `Pipeline`.
    load_own : callable
        Quality, one that the store keeps → `Pipeline`.
    lease_s : float
        Seconds of silence after which another worker takes over.
    """

    def __init__(
        self,
        store: Store,
        root: Path,
        *,
        queue_url: str | None = None,
        load: Callable[[str, str], Pipeline] = load_shipped,
        load_own: Callable[[str, KeptTaxonomy], Pipeline] = load_kept,
        lease_s: float = 20.0,
    ) -> None:
        self.store = store
        self.root = root
        self.load = load
        self.load_own = load_own
        self.lease_s = lease_s
        self.name = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.stopping = threading.Event()
        self.queue = JobQueue(store.database, root, queue_url, self._one)
        self._pipelines: OrderedDict[tuple[str, str], Pipeline] = OrderedDict()

    def pipeline(self, quality: str, taxonomy: str) -> Pipeline:
        """A pipeline, loaded when it is first asked for; the least used goes when there are too many.

        Parameters
        ----------
        quality : str
            As for `Pipeline`.
        taxonomy : str
            Name of a shipped one, or ``store:NAME@VERSION``.

        Returns
        -------
        Pipeline
            Used by this worker alone.
        """
        key = (quality, taxonomy)
        if key not in self._pipelines:
            kept = self.store.taxonomies.get(taxonomy) if is_reference(taxonomy) else None
            while len(self._pipelines) >= _PIPELINES:
                self._pipelines.popitem(last=False)
            self._pipelines[key] = self.load_own(quality, kept) if kept else self.load(*key)
        self._pipelines.move_to_end(key)
        return self._pipelines[key]

    def run(self) -> None:
        """Work until `stop`; the job in hand is laid down at its next chunk and stays in the queue."""
        log.info("worker_started", extra={"fields": {"worker": self.name}})
        looked = tidied = float("-inf")
        while not self.stopping.is_set():
            if time.monotonic() - tidied >= TIDY_S:
                tidied = time.monotonic()
                self._guarded(self._tidy)
            if self.queue.work():
                continue
            if time.monotonic() - looked >= LOOK_S:
                self._guarded(self.do_all)
                looked = time.monotonic()
            self.stopping.wait(_PAUSE_S)
        self.queue.close()
        log.info("worker_stopped", extra={"fields": {"worker": self.name}})

    def stop(self) -> None:
        """Let `run` come to its end."""
        self.stopping.set()

    def watch_parent(self, parent: int) -> None:
        """Stop when another process ends, however it ends.

        Parameters
        ----------
        parent : int
            Number of the process that started this one.
        """

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(_PAUSE_S)
            self.stop()
            time.sleep(_GRACE_S)
            os._exit(1)  # the job's checkpoints stay, and its lease runs out

        threading.Thread(target=watch, name="parent", daemon=True).start()

    def do_all(self) -> int:
        """Do the jobs that wait, and those whose worker is silent.

        Returns
        -------
        int
            How many were taken.
        """
        taken = 0
        while not self.stopping.is_set() and (job := self.store.claim_job(self.name, self.lease_s)):
            self._do(job)
            taken += 1
        return taken

    def _one(self, job_id: int) -> None:
        def take() -> None:
            if not self.stopping.is_set() and (job := self.store.claim_job(self.name, self.lease_s, job_id)):
                self._do(job)

        self._guarded(take)

    def _guarded(self, act: Callable[[], object]) -> None:
        """A store that is away for a moment does not end the worker."""
        try:
            act()
        except StoreError as error:
            log.warning("store", extra={"fields": {"error": error.code}})

    def _tidy(self) -> None:
        if scour_asked(self.root):
            self.store.scour()
            scour_asked(self.root, done=True)
        if gone := tidy(self.root, self.store.job_folders):
            log.info("tidied", extra={"fields": {"folders": len(gone)}})

    def _do(self, job: ClaimedJob) -> None:
        fields = {"job": job.id, "upload": job.upload_id, "kind": job.kind, "attempt": job.attempts}
        log.info("job_started", extra={"fields": fields})
        started = time.monotonic()
        end, said = self._try(job)
        try:
            end()
        except JobError:  # cancelled, erased or taken over meanwhile: whoever did that has the last word
            said = "job_lost"
        if said == "job_lost" and job.folder not in self.store.job_folders():
            remove(self.root / job.folder)
        log.info("job_ended", extra={"fields": {**fields, "ended": said, "seconds": round(time.monotonic() - started, 2)}})

    def _try(self, job: ClaimedJob) -> tuple[Callable[[], None], str]:
        """Do a job; gives what is to be noted in the store, and a word for the log."""
        fail = partial(self.store.fail_job, job)
        try:
            with Hold(self.store, job, self.lease_s, self.stopping) as hold:
                hold.enter("load")
                settings = JobSettings.model_validate(job.settings)
                carry_out(self.store, job, self.pipeline(settings.quality, settings.taxonomy), self.root, hold)
        except JobStopped as stopped:
            if stopped.reason == "lost":
                return lambda: None, "job_lost"
            return partial(self.store.release_job, job, cancelled=stopped.reason == "cancel"), stopped.reason
        except VocError as error:
            if error.code == "job_lost":
                return lambda: None, error.code
            if error.code in AGAIN:
                return partial(self.store.release_job, job), error.code
            return partial(fail, JobFault(code=error.code, message=error.message, hint=error.hint)), error.code
        except MemoryError:
            fault = JobFault(code="out_of_memory", message="内存不够 / out of memory", hint="拆成几个文件 / split the file")
            return partial(fail, fault), fault.code
        except Exception as error:  # one job's fault leaves the rest untouched
            log.error("unexpected", extra={"fields": {"job": job.id, "error": type(error).__name__, "frames": frames_of(error)}})
            hint = f"查日志 / see the log: job {job.id}"
            return partial(fail, JobFault(code="internal", message="内部出错 / something went wrong inside", hint=hint)), "internal"
        return lambda: None, "done"
