"""The queue, by huey: it only wakes workers. Which jobs there are, and who holds them, stands in the store."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError
from huey.registry import Message
from huey.serializer import Serializer

from voc.errors import MissingExtra, SettingsError
from voc.store.connection import Database

PARENT = "VOC_WORKER_PARENT"  # in the environment: number of the process that a worker ends with
_NAME = "voc"
log = logging.getLogger("voc.queue")


class _Json(Serializer):  # type: ignore[misc]
    """Messages as JSON: unlike a pickle, what somebody else put into the queue is never run."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(list(data)).encode()

    def _deserialize(self, data: bytes) -> Message:
        return Message(*json.loads(bytes(data)))


class JobQueue:
    """Tells workers that there is something to do, and lets a worker hear it.

    Parameters
    ----------
    database : Database
        The store's.
    root : pathlib.Path
        The work folder, which holds the queue of a store in a file.
    url : str, optional
        ``redis://HOST``, ``postgresql://…`` or ``sqlite:///FILE``; that of a PostgreSQL store, else a file in the work folder, where
        left out.
    run : callable, optional
        What a worker does with the number of a job; where left out, one can only be woken.

    Raises
    ------
    SettingsError
        If the URL is of another kind.
    MissingExtra
        If a package for it is not installed.
    """

    def __init__(self, database: Database, root: Path, url: str | None = None, run: Callable[[int], None] | None = None) -> None:
        self.huey = _huey(database, root, url)

        def run_job(job_id: int) -> None:  # by this name and module in all processes
            (run or _refuse)(job_id)

        self._task = self.huey.task()(run_job)

    def wake(self, job_id: int) -> None:
        """Tell a worker of a job; where the queue is away, one finds the job by itself a moment later.

        Parameters
        ----------
        job_id : int
            Queued in the store.
        """
        try:
            self._task(job_id)
        except Exception as error:  # of whatever kind the queue's driver has
            log.warning("not_woken", extra={"fields": {"job": job_id, "error": type(error).__name__}})

    def work(self) -> bool:
        """Do what the queue has next.

        Returns
        -------
        bool
            False where it is empty, or away.
        """
        try:
            task = self.huey.dequeue()
        except Exception as error:  # as in `wake`, and what is no message of ours
            log.warning("queue_away", extra={"fields": {"error": type(error).__name__}})
            return False
        if task is None:
            return False
        self.huey.execute(task)
        return True

    def close(self) -> None:
        """Close its connection."""
        self.huey.storage.close()


def _huey(database: Database, root: Path, url: str | None) -> Huey:
    common: dict[str, Any] = {"results": False, "serializer": _Json()}
    if url is None:
        url = f"sqlite:///{root}/queue.db" if database.is_sqlite else database.url.render_as_string(hide_password=False)
    kind, _, rest = url.partition("://")
    try:
        if kind.startswith("redis"):
            return RedisHuey(_NAME, url=url, **common)
        if kind.startswith("postgresql"):
            return PostgresHuey(_NAME, dsn=f"postgresql://{rest}", table_prefix="voc_queue", **common)
    except ConfigurationError as error:
        extra = "redis" if kind.startswith("redis") else "postgres"
        raise MissingExtra(
            f"missing_{extra}", f"队列需要 {extra} / the queue needs {extra}", f"pip install 'voc-toolkit[{extra}]'"
        ) from error
    if kind != "sqlite":
        raise SettingsError("bad_queue", f"不支持这种队列 / no such kind of queue: {kind!r}", "redis://… postgresql://… sqlite:///queue.db")
    return SqliteHuey(_NAME, filename=rest.removeprefix("/"), **common)


def _refuse(job_id: int) -> None:
    raise SettingsError("no_worker", f"这个进程不是工作进程 / this process is no worker: {job_id}", "voc worker")
