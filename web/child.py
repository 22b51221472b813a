"""The worker beside the service: a process of its own, started again when it ends, and ended with its parent however that ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time

from voc.jobs import PARENT
from web.settings import ServerSettings

_PAUSE_S = 0.2
_SHORT_S = 10.0  # a worker that ends by itself before that is started again only after a while
_WAIT_S = 5.0
log = logging.getLogger("web.worker")


def command(settings: ServerSettings) -> list[str]:
    """How the worker is started.

    Parameters
    ----------
    settings : ServerSettings
        Models and lease; the store's URL, which may hold a password, goes by the environment.

    Returns
    -------
    list of str
        For `subprocess`.
    """
    parts = [sys.executable, "-P", "-c", "from voc.cli import main; main()", "worker"]
    parts += ["--quality", settings.quality, "--lease-s", str(settings.lease_s)]
    return parts + (["--threads", str(settings.threads)] if settings.threads else [])


class WorkerChild:
    """Keeps one worker running.

    Parameters
    ----------
    settings : ServerSettings
        Store, models, folder, queue.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="worker", daemon=True)

    def start(self) -> None:
        """Start it, and watch over it."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Let it lay its job down, and end it where that takes too long: the job goes on from its last checkpoint either way.

        Parameters
        ----------
        timeout_s : float
            Seconds that it gets.
        """
        self._stopping.set()
        self._thread.join()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _watch(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            self.process = subprocess.Popen(command(self.settings), env=self._environment(), stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
            while self.process.poll() is None:
                if self._stopping.wait(_PAUSE_S):
                    return
            lived = time.monotonic() - started
            log.warning("worker_ended", extra={"fields": {"status": self.process.returncode, "seconds": round(lived, 1)}})
            self._stopping.wait(_WAIT_S if lived < _SHORT_S and self.process.returncode > 0 else _PAUSE_S)

    def _environment(self) -> dict[str, str]:
        said: dict[str, object] = {
            "VOC_STORE": self.settings.store,
            "VOC_QUEUE": self.settings.queue,
            "VOC_WORK_FOLDER": self.settings.work_folder,
        }
        said[PARENT] = str(os.getpid())
        return {**os.environ, **{name: str(value) for name, value in said.items() if value is not None}}
