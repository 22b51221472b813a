"""A worker's hold on a job: signs of life while it works, and word of why it should stop."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Any, Literal, Self

from voc.errors import StoreError
from voc.store import ClaimedJob, Store

Reason = Literal["cancel", "lost", "stop"]
log = logging.getLogger("voc.worker")


class JobStopped(Exception):
    """The job ends here for now.

    Parameters
    ----------
    reason : {"cancel", "lost", "stop"}
        Somebody wants it cancelled; another worker has it, or it is gone; the worker is to end.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


class Hold:
    """Keeps the lease of a job while its worker is busy.

    Parameters
    ----------
    store : Store
        Where the job is noted.
    job : ClaimedJob
        That the worker holds.
    lease_s : float
        Seconds of silence after which others may take it; a sign is given four times in that time.
    stopping : threading.Event
        Set when the worker is to end.
    """

    def __init__(self, store: Store, job: ClaimedJob, lease_s: float, stopping: threading.Event) -> None:
        self.store = store
        self.job = job
        self.lease_s = lease_s
        self.stopping = stopping
        self.reason: Reason | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._breathe, name=f"job {job.id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def enter(self, stage: str, rows_done: int = 0, rows_total: int = 0) -> None:
        """Say that a stage begins.

        Parameters
        ----------
        stage : str
            Its name.
        rows_done, rows_total : int
            Of the stage, where rows are counted.

        Raises
        ------
        JobStopped
            If the job should not go on.
        """
        self._beat(stage=stage, rows_done=rows_done, rows_total=rows_total)
        self._check()

    def progress(self, rows_done: int) -> None:
        """Say how far the stage is.

        Parameters
        ----------
        rows_done : int
            In all.

        Raises
        ------
        JobStopped
            If the job should not go on.
        """
        self._beat(rows_done=rows_done)
        self._check()

    def _check(self) -> None:
        reason = self.reason or ("stop" if self.stopping.is_set() else None)
        if reason:
            raise JobStopped(reason)

    def _beat(self, **progress: Any) -> None:
        said = self.store.beat_job(self.job.id, self.job.worker, self.lease_s, **progress)
        if said != "go on":
            self.reason = said

    def _breathe(self) -> None:
        while not self._ended.wait(self.lease_s / 4):
            try:
                self._beat()
            except StoreError as error:  # busy, or away for a moment; the lease tells whether it was too long
                log.warning("heartbeat", extra={"fields": {"job": self.job.id, "error": error.code}})
