"""Pipelines that requests share: loaded once, used by one thread each, comments of waiting requests scored together.

`Pipeline` answers the same whatever the batch, and a batch costs far less than its comments one by one.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from voc.corpora import taxonomy_path
from voc.records import Annotation, Comment
from voc.taxonomy import load_taxonomy
from web.errors import Busy

if TYPE_CHECKING:
    from voc.pipeline import Pipeline

DEFAULT_TAXONOMY = "retail"
BATCH = 64  # comments scored before others get their turn: about a second of `best`


def load_pipeline(quality: str, taxonomy: str, threads: int | None = None) -> Pipeline:
    """Pipeline of the shipped models.

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
    from voc.pipeline import Pipeline  # brings hundreds of MiB that pages do not need

    return Pipeline(quality=quality, taxonomy=load_taxonomy(taxonomy_path(taxonomy)), threads=threads)


@dataclass
class _Job:
    comments: Sequence[Comment]
    done: list[Annotation] = field(default_factory=list)
    future: Future[list[Annotation]] = field(default_factory=Future)


_Share = tuple[_Job, Sequence[Comment]]  # who asked, and the comments that are next


class Lane:
    """One pipeline and the thread that alone uses it.

    Parameters
    ----------
    pipeline : Pipeline
        Used by nobody else.
    most_waiting : int
        Comments, from which on more are refused.
    """

    def __init__(self, pipeline: Pipeline, most_waiting: int) -> None:
        self.pipeline = pipeline
        self.most_waiting = most_waiting
        self._jobs: deque[_Job] = deque()
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="scoring", daemon=True)
        self._thread.start()

    def score(self, comments: Sequence[Comment]) -> list[Annotation]:
        """Score comments, as `Pipeline.pipe` does; waits for its turn.

        Parameters
        ----------
        comments : sequence of Comment
            Any number; long lists give way to others now and then.

        Returns
        -------
        list of Annotation
            In order.

        Raises
        ------
        Busy
            If too much is waiting, or the lane is closed.
        """
        job = _Job(comments)
        with self._changed:
            if self._closed or (self._waiting and self._waiting + len(comments) > self.most_waiting):
                raise Busy("busy", "正忙，请稍后再来 / busy, come back later", "见 Retry-After / see Retry-After, in seconds")
            self._waiting += len(comments)
            self._jobs.append(job)
            self._changed.notify()
        return job.future.result()

    def close(self, timeout_s: float | None = None) -> None:
        """Take nothing more, finish what waits, and end the thread.

        Parameters
        ----------
        timeout_s : float, optional
            Seconds to wait for that; as long as it takes where left out.
        """
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _work(self) -> None:
        while shares := self._next():
            self._settle(shares)

    def _next(self) -> list[_Share]:
        """The next comments of those who wait longest; empty when there is nothing more to come."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            shares: list[_Share] = []
            free = BATCH
            while self._jobs and free:
                job = self._jobs.popleft()
                part = job.comments[len(job.done) : len(job.done) + free]
                free -= len(part)
                shares.append((job, part))
            return shares

    def _settle(self, shares: list[_Share]) -> None:
        try:
            annotations = iter(list(self.pipeline.pipe(chain.from_iterable(part for _, part in shares))))
        except Exception as error:  # handed to whoever waits for it
            if len(shares) == 1:
                job, _ = shares[0]
                self._leave(job)
                job.future.set_exception(error)
            else:  # one request does not spoil the others
                for share in shares:
                    self._settle([share])
            return
        for job, part in shares:
            job.done += islice(annotations, len(part))
            if len(job.done) == len(job.comments):
                self._leave(job)
                job.future.set_result(job.done)
            else:
                with self._changed:
                    self._jobs.append(job)

    def _leave(self, job: _Job) -> None:
        with self._changed:
            self._waiting -= len(job.comments)


class Scorer:
    """A lane for each pipeline that was asked for, loaded when it is first.

    Parameters
    ----------
    load : callable
        Quality, taxonomy → `Pipeline`.
    quality : str
        Where a request names none.
    most_waiting : int
        As for `Lane`.
    """

    def __init__(self, load: Callable[[str, str], Pipeline], *, quality: str, most_waiting: int = 10_000) -> None:
        self.load = load
        self.quality = quality
        self.most_waiting = most_waiting
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._loading = threading.Lock()
        self._closed = False

    @property
    def ready(self) -> bool:  # numpydoc ignore=RT01
        """Whether the usual pipeline is loaded and takes comments."""
        return not self._closed and (self.quality, DEFAULT_TAXONOMY) in self._lanes

    def lane(self, quality: str | None = None, taxonomy: str = DEFAULT_TAXONOMY) -> Lane:
        """Lane of a pipeline; loads it the first time.

        Parameters
        ----------
        quality : str, optional
            That of the service where left out.
        taxonomy : str
            Name of a shipped taxonomy.

        Returns
        -------
        Lane
            To score with.

        Raises
        ------
        Busy
            If the service is stopping.
        """
        key = (quality or self.quality, taxonomy)
        if key not in self._lanes:
            with self._loading:
                if self._closed:
                    raise Busy("stopping", "服务正在停止 / the service is stopping")
                if key not in self._lanes:
                    self._lanes[key] = Lane(self.load(*key), self.most_waiting)
        return self._lanes[key]

    def close(self, timeout_s: float | None = None) -> None:
        """Take nothing more, finish what waits, and end all threads.

        Parameters
        ----------
        timeout_s : float, optional
            Seconds that each lane gets for that; as long as it takes where left out.
        """
        self._closed = True
        for lane in list(self._lanes.values()):
            lane.close(timeout_s)
