"""A process that loads the models once and forks workers to be killed: a line on standard input starts one, and is answered by its number.

Run as ``python kill_worker.py STORE_URL CHUNK LEASE_S WORK_FOLDER``.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import warnings
from pathlib import Path

from voc import batchjob
from voc.logs import configure_logging
from voc.store import Store, leases
from voc.worker import Worker, load_shipped
from voc.workfolder import work_folder


def main(url: str, chunk: int, lease_s: float, root: Path) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the killed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import bertopic  # noqa: F401
    pipeline = load_shipped("fast", "retail", 1)
    batchjob.CHUNK = chunk
    leases.MOST_CRASHES = 1000  # here a worker's death is never the job's fault
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work(url, pipeline, lease_s, root)
        print(pid, flush=True)


def work(url: str, pipeline: object, lease_s: float, root: Path) -> None:
    configure_logging()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    store = Store(url)
    worker = Worker(store, work_folder(store.database, root), load=lambda *_: pipeline, lease_s=lease_s)
    signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    worker.run()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
