"""Fixtures shared by all tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from voc.pipeline import Pipeline
from voc.tokenise import make_nlp

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def nlp():
    return make_nlp()


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    return Pipeline()


@pytest.fixture
def write_table(tmp_path: Path) -> Callable[..., Path]:
    """Write comments as a JSON-lines table; each row is a text or a dict."""

    def write(rows: Sequence[str | dict[str, Any]], name: str = "comments.jsonl") -> Path:
        path = tmp_path / name
        objects = [{"id": str(number), "text": row} if isinstance(row, str) else row for number, row in enumerate(rows, 1)]
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects), encoding="utf-8")
        return path

    return write
