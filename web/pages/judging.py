"""The form by which a person says what holds of a comment: in the review queue, and on the comment's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import abort, g, request

from voc.records import LABELS, Label
from voc.store import Store
from voc.store.corrections import judgement
from voc.store.records import SENTIMENT, StoredComment, StoredRun
from voc.store.reviews import modelled
from voc.taxonomy import Taxonomy
from web.names import stage_name, touchpoint_name

LETTERS = "abcdefghilmnopqrtvwxyz"  # without j and k, which move, s, which skips, and u, which undoes
NOT_SAID = "none"  # in the place of a label: the comment does not speak of the touchpoint
_FIELD = "touchpoint:"


class Row(NamedTuple):
    """A touchpoint of the form."""

    field: str
    name: str
    letter: str  # the same for every comment of the run; empty where there are more touchpoints than letters
    model: Label | None  # what the models said
    score: float | None
    chosen: str  # what is chosen at first


class Group(NamedTuple):
    """The touchpoints of a stage."""

    name: str
    rows: tuple[Row, ...]


def groups_of(run: StoredRun, taxonomy: Taxonomy, comment: StoredComment, chosen: Mapping[str, Label]) -> list[Group]:
    """All touchpoints of a run, each at its place whatever the comment says, so that hands learn where they are.

    Parameters
    ----------
    run : StoredRun
        Whose journey has them.
    taxonomy : Taxonomy
        Names them.
    comment : StoredComment
        With what the models said.
    chosen : mapping of str to Label
        What is chosen at first.

    Returns
    -------
    list of Group
        In the order of the journey.
    """
    models = modelled(comment.annotation)
    said = {mention.id: mention for mention in comment.annotation.touchpoints if mention.polarity == models[mention.id]}
    known = {cell.touchpoint: cell.stage for cell in run.analysis.journey}
    known |= {touchpoint: "" for touchpoint in (*said, *chosen) if touchpoint not in known}
    stages: dict[str, list[Row]] = {}
    for place, (touchpoint, stage) in enumerate(known.items()):
        mention = said.get(touchpoint)
        model, score = (mention.polarity, mention.score) if mention else (None, None)
        letter = LETTERS[place : place + 1]
        row = Row(_FIELD + touchpoint, touchpoint_name(taxonomy, touchpoint), letter, model, score, chosen.get(touchpoint, NOT_SAID))
        stages.setdefault(stage, []).append(row)
    return [Group(stage_name(taxonomy, stage), tuple(rows)) for stage, rows in stages.items()]


def decide(store: Store, run: StoredRun, key: int) -> None:
    """Store what the form of the present request says of a comment.

    Parameters
    ----------
    store : Store
        Holds the run.
    run : StoredRun
        The run.
    key : int
        Number of the comment.

    Raises
    ------
    RecordNotFound
        If the run has no such comment.
    """
    comment = store.comment(run.id, key)
    known = {cell.touchpoint for cell in run.analysis.journey} | set(comment.touchpoints)
    known |= {mention.id for mention in comment.annotation.touchpoints}
    sentiment = _label(request.form.get(SENTIMENT, ""))
    sent = {name.removeprefix(_FIELD): value for name, value in request.form.items() if name.startswith(_FIELD)}
    if sentiment is None or not sent.keys() <= known:
        abort(400)
    chosen = {touchpoint: _label(value) for touchpoint, value in sent.items()}
    store.add_reviews(run.id, key, judgement(comment, sentiment, chosen), g.identity.name)


def _label(value: str) -> Label | None:
    found = next((label for label in LABELS if label == value), None)
    if found is None and value != NOT_SAID:
        abort(400)
    return found
