"""Every page, and where it is in a store that holds the sample survey: looked at in the browser tests and in `make screenshots`."""

from __future__ import annotations

from typing import Any

from toy_survey import run_of

from voc.store.case_records import CaseChange

PAGES = {
    "overview": "/runs/{run}",
    "help": "/help",
    "export": "/runs/{run}/export",
    "patterns": "/patterns",
    "upload": "/upload",
    "upload_done": "/uploads/1",
    "pain_points": "/runs/{run}/pain-points",
    "pain_points_table": "/runs/{run}/pain-points?view=table",
    "problem_tree": "/runs/{run}/pain-points?view=tree",
    "pain_points_merge": "/runs/{run}/pain-points/merge?point={point}",
    "codebook": "/runs/{run}/codebook",
    "admin_users": "/admin",
    "admin_tokens": "/admin/tokens",
    "admin_jobs": "/admin/jobs",
    "admin_audit": "/admin/audit",
    "admin_erase": "/admin/erase",
    "admin_models": "/admin/models",
    "admin_words": "/admin/words",
    "admin_model": "/admin/models/touchpoint/fast",
    "not_found": "/nowhere",
    "insights_satisfaction": "/runs/{run}/insights",
    "insights_drivers": "/runs/{run}/insights?tab=drivers",
    "insights_trends": "/runs/{run}/insights?tab=trends",
    "insights_segments": "/runs/{run}/insights?tab=segments",
    "insights_corrected": "/runs/{run}/insights?tab=corrected",
    "insights_plan": "/runs/{run}/insights?tab=plan",
    "point": "/runs/{run}/pain-points/{point}",
    "split": "/runs/{run}/pain-points/{point}/split?words={word}",
    "case": "/cases/{case}",
    "cases": "/cases?case={case}",
    "comments": "/runs/{run}/comments?q=客服",
    "comment": "/runs/{run}/comments/{comment}",
    "review": "/runs/{run}/review",
}


def address_of(name: str, app: Any) -> str:
    """Address of a page.

    {run} is the survey's, {point} its largest pain point, {word} one that tells it apart, {case} one of it, {comment} the key of the first
    comment.
    """
    store, run = app.extensions["store"], run_of(app)
    places = {
        "run": lambda: run,
        "point": lambda: store.current(run).analysis.pain_points[0].id,
        "word": lambda: store.current(run).analysis.pain_points[0].terms[0],
        "case": lambda: case_of(store, run),
        "comment": lambda: store.comments(run, limit=1).comments[0].key,
    }
    return PAGES[name].format(**{place: make() for place, make in places.items() if f"{{{place}}}" in PAGES[name]})


def case_of(store: Any, run: str) -> int:
    """Number of a case of the largest pain point, opened where there is none."""
    if found := store.cases():
        return int(found[0].id)
    change = CaseChange(owner="王敏", due="2026-03-27T18:00:00+08:00", root_cause="客服每次换人，没有交接记录。")
    return int(store.open_case(run, store.current(run).analysis.pain_points[0].id, change, "李强").case.id)
