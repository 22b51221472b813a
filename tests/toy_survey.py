"""The sample survey, analysed and kept: what pages are shown on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from voc.analysis import analyse
from voc.statistics import report
from voc.store import Store, StoreCodebookSession

SURVEY = Path(__file__).parent.parent / "corpora" / "samples" / "retail_survey.xlsx"
CODEBOOK = "默认"


def keep_survey(store: Store, pipeline: Any) -> None:
    """Analyse it with a codebook, so that its pain points can be edited."""
    scored: list[tuple[Any, Any]] = []
    session = StoreCodebookSession(store, CODEBOOK)
    analysis = analyse([SURVEY], pipeline=pipeline, codebook=session, on_scored=lambda *one: scored.append(one))
    comments, annotations = zip(*scored, strict=True)
    statistics = report(comments, annotations, analysis, taxonomy=pipeline.taxonomy)
    upload = store.add_upload(SURVEY.name)
    settings = {"quality": "fast", "codebook": CODEBOOK}
    store.save_run(upload.id, comments, annotations, analysis, settings, codebook=session, statistics=statistics)


def run_of(app: Any) -> str:
    """Id of its run."""
    return str(app.extensions["store"].runs()[0].id)


def copy_store(kept: Path, folder: Path) -> Store:
    """A store of one's own with the survey in it."""
    path = folder / "voc.db"
    shutil.copy(kept, path)
    return Store(f"sqlite:///{path}")
