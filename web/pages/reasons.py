"""Why a comment is in a pain point, or no longer: the clause that puts it there, and what people said against the models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from voc.records import Label
from voc.store.placed import Member
from voc.store.records import SENTIMENT, StoredComment
from voc.store.reviews import modelled
from voc.store.standing import Standing
from web.messages import t


class Reason(NamedTuple):
    """What a comment has to do with a pain point.

    Parameters
    ----------
    point : str
        Its id.
    label : str
        Its name.
    clauses : tuple of str
        Clauses of the comment that it holds, or held.
    notes : tuple of str
        Where a review changed what the models said: sentences in the reader's language.
    left : bool
        A review took the comment out.
    """

    point: str
    label: str
    clauses: tuple[str, ...]
    notes: tuple[str, ...]
    left: bool


def reasons_of(comment: StoredComment, standing: Standing, labels: Mapping[str, str], name_of: Callable[[str], str]) -> list[Reason]:
    """Pain points of a comment, and those that a review took it out of.

    A comment leaves the pain points of a touchpoint once the newest review says that it does not complain of it. The clause itself is never
    reviewed, so that neither the sentiment of the whole nor another touchpoint takes it out.

    Parameters
    ----------
    comment : StoredComment
        Of a run.
    standing : Standing
        Where the clauses of the run belong.
    labels : mapping of str to str
        Names of the pain points that are shown.
    name_of : callable
        Touchpoint → its name.

    Returns
    -------
    list of Reason
        Those that it is in come first, each group in the order of its clauses.
    """
    inside = [Member(one.start, one.end, one.pain_point) for one in comment.pain_points if one.pain_point in labels]
    names = {**standing.labels, **labels}
    found = []
    for left, members in ((False, inside), (True, standing.taken_out(comment.comment.id))):
        order = list(dict.fromkeys(one.point for one in sorted(members)))
        for point, own in groupby(sorted(members, key=lambda one: (order.index(one.point), one)), key=lambda one: one.point):
            clauses = list(own)
            words = tuple(comment.annotation.text[one.start : one.end] for one in clauses)
            notes = tuple(_notes(comment, standing.touchpoints[point], clauses, name_of, left=left))
            found.append(Reason(point, names[point], words, notes, left))
    return found


def _notes(
    comment: StoredComment, touchpoint: str, clauses: Sequence[Member], name_of: Callable[[str], str], *, left: bool
) -> Iterator[str]:
    """What reviews changed of what a pain point rests on."""
    models: dict[str, Label | None] = {**modelled(comment.annotation), SENTIMENT: comment.annotation.sentiment.label}
    decided = {review.target: review.label for review in comment.reviews}
    places = {(one.start, one.end) for one in clauses}
    spoken_of = [name for clause in comment.annotation.clauses if (clause.start, clause.end) in places for name in clause.touchpoints]
    for target in dict.fromkeys([touchpoint, *spoken_of]):
        if target not in decided:
            continue
        said, held = _word(models.get(target)), _word(decided[target])
        changed = decided[target] != models.get(target)
        if target == touchpoint and left:
            yield t("reason.out" if changed else "reason.out_confirmed", touchpoint=name_of(target), model=said, person=held)
        elif changed and target == touchpoint:
            yield t("reason.stays", touchpoint=name_of(target), model=said, person=held)
        elif changed and not left:
            yield t("reason.stays_other", touchpoint=name_of(target), model=said, person=held, own=name_of(touchpoint))
    if not left and decided.get(SENTIMENT, models[SENTIMENT]) != models[SENTIMENT] and decided[SENTIMENT] != "negative":
        yield t("reason.stays_whole", model=_word(models[SENTIMENT]), person=_word(decided[SENTIMENT]))


def _word(label: Label | None) -> str:
    return t(f"polarity.{label}") if label else t("judge.not_said")
