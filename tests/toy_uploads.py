"""Small tables to upload and the form of their page, a worker in this process, and what an undisturbed analysis says."""

from __future__ import annotations

import io
import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from voc.records import Analysis
from voc.store import Store
from voc.worker import Worker
from voc.workfolder import work_folder

SAMPLES = Path(__file__).parent.parent / "corpora" / "samples"
PHONE = "13800138000"
HOW = {"quality": "fast", "detail": "normal", "taxonomy": "retail"}


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


def send(client: Any, *files: tuple[bytes | str, str], **fields: str) -> Any:
    """As a browser sends it; encoded here, since the test client would leave a large file open."""
    whole: list[tuple[str, Any]] = [*fields.items()]
    for content, name in files:
        whole.append(("file", FileStorage(io.BytesIO(content if isinstance(content, bytes) else content.encode()), name)))
    boundary, body = encode_multipart(MultiDict(whole))
    return client.post("/upload", data=body, content_type=f"multipart/form-data; boundary={boundary}")


def form_of(page: str) -> dict[str, str]:
    """What a browser would send back of the form with the columns."""
    form = page.partition('id="held-form"')[2].partition("</form>")[0]
    found = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    found |= dict.fromkeys(re.findall(r'type="checkbox" name="([^"]+)" value="1" checked', form), "1")
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options) or re.search(r"<option selected>([^<]*)", options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(re.findall(r'type="radio" name="(track)" value="(\w+)"[^>]* checked', form))
    found |= {name: unescape(value) for name, value in re.findall(r'name="(own_codebook)" value="([^"]*)"', form)}
    return found | HOW
