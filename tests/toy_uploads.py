"""Small tables to upload, a worker in this process, and what an undisturbed analysis says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from voc.records import Analysis
from voc.store import Store
from voc.worker import Worker
from voc.workfolder import work_folder

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"
PHONE = "13800138000"


def rows(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Comments of the sample reviews; each file has other ones."""
    lines = (SAMPLES / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(lines[(first + number) % len(lines)]) | {"id": str(number)} for number in range(count)]


def write_rows(path: Path, count: int, first: int = 0, **more: Any) -> Path:
    """A JSON-lines table with some of them."""
    path.write_text("".join(json.dumps(row | more, ensure_ascii=False) + "\n" for row in rows(count, first)), encoding="utf-8")
    return path


def worker_of(store: Store, pipeline: Any, root: Path | None = None) -> Worker:
    """A worker whose models are loaded already."""
    return Worker(store, work_folder(store.database, root), load=lambda *_: pipeline)


def bare(analysis: Analysis) -> dict[str, Any]:
    """All of an analysis but what differs from run to run, and members, which the store keeps apart."""
    said = analysis.model_dump(mode="json", exclude={"run"})
    return {**said, "pain_points": [point | {"members": []} for point in said["pain_points"]]}
