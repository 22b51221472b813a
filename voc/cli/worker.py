"""`voc worker`: the process that does the jobs of the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voc.cli.db import DEFAULT_URL, StoreUrl
from voc.cli.options import Quality, Threads

WorkFolder = Annotated[
    Path | None,
    typer.Option(
        "--work-folder",
        envvar="VOC_WORK_FOLDER",
        help="上传的表格等待分析的目录；默认在 SQLite 文件旁 / where uploads wait; beside the store",
    ),
]
QueueUrl = Annotated[
    str | None,
    typer.Option("--queue", envvar="VOC_QUEUE", help="队列地址 redis://、postgresql://；默认随数据库 / URL of the queue; the store's own"),
]
Lease = Annotated[
    float,
    typer.Option("--lease-s", envvar="VOC_LEASE_S", min=0.5, help="沉默几秒后由别的进程接手 / seconds of silence until another takes over"),
]


def worker(
    store: StoreUrl = DEFAULT_URL,
    quality: Quality = "best",
    threads: Threads = None,
    work_folder: WorkFolder = None,
    queue: QueueUrl = None,
    lease_s: Lease = 20.0,
) -> None:
    """处理上传的分析任务 / Do the jobs of the service: analyse what was uploaded."""
    import os
    import signal
    from functools import partial

    from voc.jobs import PARENT
    from voc.logs import configure_logging
    from voc.store import Store
    from voc.worker import Worker, load_kept, load_shipped
    from voc.workfolder import work_folder as folder_of

    opened = Store(store)
    opened.revision  # noqa: B018  (refuses what is no store before models are loaded)
    load, load_own = partial(load_shipped, threads=threads), partial(load_kept, threads=threads)
    configure_logging()
    doing = Worker(opened, folder_of(opened.database, work_folder), queue_url=queue, load=load, load_own=load_own, lease_s=lease_s)
    if PARENT in os.environ:
        doing.watch_parent(int(os.environ[PARENT]))
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: doing.stop())
    doing.pipeline(quality, "retail")  # the first job need not wait for the models
    doing.run()
    opened.close()
