"""What must hold after any sequence of edits, whatever a later run finds."""

from __future__ import annotations

import random
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from toy_codebook import TOPIC_OF, applied, run
from voc.codebook import (
    Codebook,
    codebook_json,
    commit,
    dismiss,
    exclude,
    lock,
    merge,
    move,
    outcome_of,
    pin,
    rename,
    restore,
    rollback,
    split,
    undo,
    unlock,
)
from voc.codebook.rules import rules_of
from voc.codebook.versions import uncommitted
from voc.errors import CodebookError

TEXTS = sorted(TOPIC_OF)
ROWS = st.lists(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True), min_size=3, max_size=9)
KINDS = ["merge", "merge", "split", "split", "rename", "move", "move", "exclude", "lock", "unlock", "dismiss", "restore", "pin"]
EDITS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=8,
)
WORDS = ["太", "了", "态度", "凉", "超时", "贵", "小时"]
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def rows_of(texts, first=0):
    return [(f"c{number}", row) for number, row in enumerate(texts, first)]


def edited(book, steps):
    """The book after those of the edits that are allowed."""
    for step in steps:
        with suppress(CodebookError):
            book = edited_once(book, *step)
    return book


def edited_once(book, kind, one, other):
    points, members = [point.id for point in book.pain_points], [member.ref for member in book.run.members]
    point, second = points[one % len(points)], points[other % len(points)]
    member = members[(3 * one + other) % len(members)]
    return {
        "merge": lambda: merge(book, point, second),
        "split": lambda: split(book, point, [WORDS[other % len(WORDS)]], f"新{one}{other}")[0],
        "rename": lambda: rename(book, point, f"名{other}"),
        "move": lambda: move(book, [member], second),
        "exclude": lambda: exclude(book, [member]),
        "lock": lambda: lock(book, point),
        "unlock": lambda: unlock(book, point),
        "dismiss": lambda: dismiss(book, point),
        "restore": lambda: restore(book, point),
        "pin": lambda: pin(book, outcome_of(book).homes[member] or point, member),
    }[kind]()


def first_book(texts):
    return commit(applied(Codebook(), run(rows_of(texts))).book, "首次")


def meaning(book):
    return {point.id: (point.origin, point.found_as, point.touchpoint, point.prototype) for point in book.pain_points}


def decisions(book):
    return {point.id: (point.label, point.status, point.into, point.locked, point.pinned) for point in book.pain_points}


@quick
@given(texts=ROWS, steps=EDITS, seed=st.integers(0, 99))
def test_properties_same_data_again_changes_nothing_in_whatever_order(texts, steps, seed):
    book = edited(first_book(texts), steps)
    batch = run(rows_of(texts))
    for values in (batch.points, batch.complaints):
        random.Random(seed).shuffle(values)
    again = applied(book, batch)
    assert again.replay.homes == outcome_of(book).homes
    assert again.replay.excluded == outcome_of(book).excluded
    assert again.found == ()
    assert again.book.pain_points == book.pain_points
    assert codebook_json(again.book) == codebook_json(applied(book, run(rows_of(texts))).book)
    assert not [change for change in again.changes if change.kind not in ("steady", "edited")]


@quick
@given(texts=ROWS, steps=EDITS, more=ROWS, groups=st.lists(st.integers(0, 4), min_size=10, max_size=10), likely=st.booleans())
def test_properties_grown_data_in_other_groups_leaves_what_people_touched(texts, steps, more, groups, likely):
    """The later run may group complaints as it likes: what a person placed stays there, and no id changes its meaning."""
    book = edited(first_book(texts), steps)
    before = outcome_of(book)
    touched = {member for edit in rules_of(book) for member in edit.members}

    def group_of(one):
        group = groups[(len(one.normalised) + int(one.quote.comment_id[1:])) % len(groups)]
        return f"组{group}" if group else None

    batch = run([*rows_of(texts), *rows_of(more, len(texts))], group_of if likely else lambda one: TOPIC_OF[one.normalised][:1])
    again = applied(book, batch)
    assert {member: again.replay.homes[member] for member in touched} == {member: before.homes[member] for member in touched}
    assert again.replay.excluded >= before.excluded
    assert not [one for one in again.replay.unreplayed if one.edit.kind in ("move", "exclude")]
    assert meaning(again.book).items() >= meaning(book).items()
    assert decisions(again.book).items() >= decisions(book).items()
    labels = [point.label for point in again.book.pain_points if point.status != "merged"]
    assert len(set(labels)) == len(labels)


@quick
@given(texts=ROWS, first=EDITS, second=EDITS, third=EDITS)
def test_properties_commit_and_rollback_give_the_state_back(texts, first, second, third):
    start = edited(first_book(texts), first)
    one = commit(start, "一") if start.draft else start
    two = edited(one, second)
    two = commit(two, "二") if two.draft else two
    back = rollback(two, one.version)
    assert back.pain_points == one.pain_points
    assert rules_of(back) == rules_of(one)
    assert outcome_of(back).homes == outcome_of(one).homes
    assert back.versions[: two.version] == two.versions  # history is never lost
    # forward again, and through one more round of edits
    forward = rollback(back, two.version)
    assert (forward.pain_points, outcome_of(forward).homes) == (two.pain_points, outcome_of(two).homes)
    draft = edited(forward, third)
    assert (undo(draft, everything=True)[0] if draft.draft else draft) == forward


@quick
@given(texts=ROWS, steps=EDITS, seed=st.integers(0, 99))
def test_properties_saved_and_loaded_the_file_is_the_same_to_the_byte(texts, steps, seed):
    book = edited(first_book(texts), steps)
    text = codebook_json(book)
    loaded = Codebook.model_validate_json(text)
    assert loaded == book
    assert codebook_json(loaded) == text
    assert uncommitted(loaded) == ()


def test_properties_ids_are_never_given_twice():
    book = first_book([["太贵了", "饭是凉的"], ["价格贵得离谱", "汤都冷了"], ["太贵了"]])
    given_ids = set(meaning(book))
    for round_ in "甲乙丙":  # the same group found anew, after the first was locked: another pain point, another id
        point = next(point for point in book.pain_points if point.found_as.startswith("价格贵") and not point.locked)
        book = commit(lock(book, point.id), "锁定")
        again = applied(book, run(rows_of([["太贵了"], [f"比{round_}家贵"], [f"{round_}又涨价"]]), lambda one: "价格贵"))
        assert not set(again.found) & given_ids
        given_ids |= set(again.found)
        book = commit(again.book, "新")
    assert len(given_ids) == len(book.pain_points)
