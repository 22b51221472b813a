"""What was changed in an exported file comes back as edits, and a code frame of one's own as pain points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voc.codebook import edits
from voc.codebook.assign import new_id, prototype_of
from voc.codebook.exchange import Entries, Entry
from voc.codebook.find import active, need_no_other
from voc.codebook.records import Codebook, CodedPainPoint
from voc.codebook.rules import rules_of
from voc.codebook.versions import ids_ever_given, with_draft


def take_over(book: Codebook, found: Entries) -> Codebook:
    """Bring a codebook to what the entries say: new pain points are added, differences become edits of the draft.

    Pain points that the entries do not mention stay as they are. Examples of known pain points are not read: what a pain point
    is recognised by never changes.

    Parameters
    ----------
    book : Codebook
        Not changed.
    found : Entries
        From `read_entries`.

    Returns
    -------
    Codebook
        With the edits in its draft.

    Raises
    ------
    CodebookError
        If one of the edits is not allowed; nothing is taken over then.
    """
    known = [entry for entry in found.pain_points if entry.id in book.by_id]
    book = _rename_all(book, known)
    for entry in found.pain_points:
        if entry not in known:
            book, entry = _added(book, entry)
            known.append(entry)
    for entry in known:
        book = _bring_to(book, entry)
    return book


def _rename_all(book: Codebook, wanted: Sequence[Entry]) -> Codebook:
    """Rename in an order in which each name is free when its turn comes."""
    left = [entry for entry in wanted if book.by_id[entry.id].label != " ".join(entry.label.split())]
    while left:
        held = {point.label for point in book.pain_points if point.status != "merged"}
        entry = next((entry for entry in left if " ".join(entry.label.split()) not in held), left[0])
        book = edits.rename(book, entry.id, entry.label)
        left.remove(entry)
    return book


def _added(book: Codebook, entry: Entry) -> tuple[Codebook, Entry]:
    from voc.normalise import normalise

    label = need_no_other(book, entry.label)
    given = ids_ever_given(book)
    point_id = entry.id if entry.id and entry.id not in given else new_id((entry.touchpoint, label), given)
    prototype = prototype_of(clauses := [normalise(example).normalised for example in entry.examples], clauses)
    point = CodedPainPoint(
        id=point_id, label=label, touchpoint=entry.touchpoint, origin="imported", found_as=label, prototype=tuple(filter(None, prototype))
    )
    grown = book.model_copy(update={"pain_points": (*book.pain_points, point)})
    return with_draft(grown, book.draft), entry.model_copy(update={"id": point_id})


def _bring_to(book: Codebook, entry: Entry) -> Codebook:
    point = book.by_id[entry.id]
    if (point.status, point.into) != (entry.status, entry.into):
        if point.status != "active":
            book = edits.restore(book, point.id)
        if entry.status == "merged":
            book = edits.merge(book, point.id, active(book, entry.into or "").id)
        elif entry.status == "dismissed":
            book = edits.dismiss(book, point.id)
    if point.locked != entry.locked and entry.status != "merged":
        change: Callable[[Codebook, str], Codebook] = edits.lock if entry.locked else edits.unlock
        book = change(book, point.id)
    return book


def edits_made(before: Codebook, after: Codebook) -> tuple[int, int]:
    """What an import brought.

    Parameters
    ----------
    before, after : Codebook
        The codebook then and now.

    Returns
    -------
    int
        Edits added to the draft.
    int
        Pain points added.
    """
    added = sum(point.origin == "imported" and point.id not in before.by_id for point in after.pain_points)
    return len(rules_of(after)) - len(rules_of(before)), added
