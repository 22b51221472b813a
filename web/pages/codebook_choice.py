"""Which codebook an upload keeps to: that of earlier data like it, so that both can be compared, or one of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

from voc.jobsettings import JobSettings
from voc.records import SourceTable
from voc.store import Store, StoredUpload
from web.format import date
from web.messages import t

SAMPLE = "示例"  # of made-up customers, who do not belong among those of the team
_NAME_CHARS = 200
_ALIKE = 0.5  # of the columns of two surveys, those that both have: a survey changes a little from month to month
_ACTIVE = ("queued", "running", "done")
_ALL = 1_000_000
_NAMELESS = re.compile(r"列\d+")  # what columns are called that have no name
# What differs between the files of one survey: 外卖满意度-2026年3月(1), 外卖满意度-2026年4月.
_DATED = re.compile(r"[\d〇零一二三四五六七八九十年月日号周季度第上下半旬\W_]+")


class Shape(NamedTuple):
    """Names of columns by which surveys are told apart."""

    text: frozenset[str] = frozenset()
    headers: frozenset[str] = frozenset()


class Known(NamedTuple):
    """A codebook that earlier uploads keep to."""

    name: str
    uploads: frozenset[int]
    newest: StoredUpload
    shape: Shape  # of the newest
    audience: int | None  # user whose private uploads are all there is; None: the team's


class Shelf(NamedTuple):
    """Codebooks, for one upload."""

    known: tuple[Known, ...]  # that with the newest upload first
    taken: frozenset[str]  # names that a new one cannot have


class Choice(NamedTuple):
    """What the form shows."""

    track: Literal["continue", "own"]
    options: tuple[tuple[str, str], ...]  # name of a codebook, and what it holds
    chosen: str
    own: str  # name of the new one
    fault: str = ""


def shape_of(tables: Iterable[SourceTable]) -> Shape:
    """What an upload is known by.

    Parameters
    ----------
    tables : iterable of SourceTable
        That are read of it.

    Returns
    -------
    Shape
        Columns without a name tell nothing.
    """
    found = list(tables)
    text = {name for table in found for name in table.text_columns}
    headers = {name for table in found for name in table.headers}
    return Shape(*(frozenset(name for name in names if not _NAMELESS.fullmatch(name)) for names in (text, headers)))


def shelf_of(store: Store, upload_id: int | None = None) -> Shelf:
    """The codebooks that there are.

    Parameters
    ----------
    store : Store
        Holds them.
    upload_id : int, optional
        The upload that chooses; none while it arrives. Names that only it has asked for are free.

    Returns
    -------
    Shelf
        Of uploads that were analysed, or are about to be.
    """
    uploads = {upload.id: upload for upload in store.uploads()}
    jobs = store.jobs(limit=_ALL)
    shapes = {job.upload_id: shape_of(JobSettings.model_validate(job.settings).tables) for job in jobs if job.kind == "analyse"}
    asked = [(str(job.settings.get("codebook") or ""), job.upload_id) for job in jobs if job.state in _ACTIVE]
    made = [(str(run.settings.get("codebook") or ""), run.upload_id) for run in store.runs()]
    by_name: dict[str, set[int]] = {}
    for name, number in (*asked, *made):
        if name and number in uploads:
            by_name.setdefault(name, set()).add(number)
    known = [_known(name, [uploads[number] for number in numbers], shapes) for name, numbers in by_name.items()]
    waiting = {str(job.settings.get("codebook") or "") for job in jobs if job.upload_id != upload_id}
    return Shelf(tuple(sorted(known, key=lambda one: -one.newest.id)), frozenset({*store.codebook_names(), *by_name, *waiting}))


def suggested(shelf: Shelf, name: str, shape: Shape, audience: int | None) -> str:
    """The codebook of earlier data like these, or the name of a new one.

    Parameters
    ----------
    shelf : Shelf
        As `shelf_of` gives it.
    name : str
        Of the upload.
    shape : Shape
        Of the upload.
    audience : int or None
        User who alone may see it; None: the team.

    Returns
    -------
    str
        The newest whose last upload had these columns, else one whose last upload had this file name but for dates and numbers, else
        one named after the file.
    """
    open_to = [one for one in shelf.known if one.audience == audience and one.name != SAMPLE]
    alike = [one.name for one in open_to if _same_columns(one.shape, shape)]
    named = [one.name for one in open_to if _same_name(one.newest.name, name) and one.shape.headers & shape.headers]
    return next(iter([*alike, *named]), "") or own_name(shelf, name)


def own_name(shelf: Shelf, name: str) -> str:
    """What a codebook of its own is called.

    Parameters
    ----------
    shelf : Shelf
        With the names that are taken.
    name : str
        Of the upload.

    Returns
    -------
    str
        After its first file.
    """
    stem = Path(name.partition("、")[0].removesuffix(".gz")).stem or name
    names: Iterator[str] = (stem if number == 1 else f"{stem}（{number}）" for number in count(1))
    return next(free for free in names if free not in shelf.taken)


def audience_of(upload: StoredUpload, private: bool) -> int | None:
    """Who may see what comes of an upload.

    Parameters
    ----------
    upload : StoredUpload
        With its owner.
    private : bool
        Whether it is to be only for the owner.

    Returns
    -------
    int or None
        The owner; None: the team.
    """
    return upload.user_id if private else None


def shown_choice(shelf: Shelf, upload: StoredUpload, current: str, form: Mapping[str, str] | None = None, fault: str = "") -> Choice:
    """The choice as the form shows it.

    Parameters
    ----------
    shelf : Shelf
        For the upload.
    upload : StoredUpload
        That chooses.
    current : str
        Codebook that holds until now; of a name that no other upload has, it is one of its own.
    form : mapping of str to str, optional
        What was typed, where that was refused.
    fault : str
        Why it was refused.

    Returns
    -------
    Choice
        Codebooks of other people's private uploads are not in it.
    """
    options = tuple((one.name, _spoken(one)) for one in shelf.known if one.audience in (None, upload.user_id))
    names = [name for name, _ in options]
    if form is not None:
        track: Literal["continue", "own"] = "own" if form.get("track") == "own" else "continue"
        return Choice(track, options, form.get("codebook", ""), form.get("own_codebook", ""), fault)
    if current in names:
        return Choice("continue", options, current, own_name(shelf, upload.name))
    return Choice("own", options, next(iter(names), ""), current or own_name(shelf, upload.name))


def read_choice(form: Mapping[str, str], shelf: Shelf, upload: StoredUpload, audience: int | None) -> tuple[str, str]:
    """What the form says.

    Parameters
    ----------
    form : mapping of str to str
        With ``track``, and ``codebook`` or ``own_codebook``.
    shelf : Shelf
        For the upload.
    upload : StoredUpload
        That chooses.
    audience : int or None
        Who will see it, as `audience_of` says.

    Returns
    -------
    tuple of str and str
        Name of the codebook, and what is wrong with it; either is empty.
    """
    if form.get("track") == "own":
        name = "".join(filter(str.isprintable, form.get("own_codebook", ""))).strip()[:_NAME_CHARS]
        fault = "" if name else t("upload.codebook_missing")
        return name, t("upload.codebook_taken", name=name) if name in shelf.taken else fault
    name = form.get("codebook", "")
    found = next((one for one in shelf.known if one.name == name and one.audience in (None, upload.user_id)), None)
    if found is None:
        return "", t("upload.codebook_gone")
    if found.audience != audience:
        return "", t("upload.codebook_of_team") if found.audience is None else t("upload.codebook_private")
    return name, ""


def goes_on(shelf: Shelf, name: str, upload_id: int) -> bool:
    """Whether an upload keeps to a codebook of earlier data.

    Parameters
    ----------
    shelf : Shelf
        For the upload.
    name : str
        Of the codebook.
    upload_id : int
        The upload.

    Returns
    -------
    bool
        False where it is the first, or the only one.
    """
    return any(one.name == name and min(one.uploads) < upload_id for one in shelf.known)


def _known(name: str, uploads: Sequence[StoredUpload], shapes: Mapping[int, Shape]) -> Known:
    newest = max(uploads, key=lambda upload: upload.id)
    private = all(upload.private for upload in uploads)
    return Known(name, frozenset(one.id for one in uploads), newest, shapes.get(newest.id, Shape()), newest.user_id if private else None)


def _same_columns(before: Shape, now: Shape) -> bool:
    """Whether what customers were asked is there again, in a table that is mostly the same: 评价内容 alone is in any survey."""
    common, all_of_them = before.headers & now.headers, before.headers | now.headers
    return bool(before.text) and before.text <= now.headers and len(common) >= _ALIKE * len(all_of_them)


def _same_name(before: str, now: str) -> bool:
    names = [_DATED.sub("", Path(name.partition("、")[0].removesuffix(".gz")).stem) for name in (before, now)]
    return names[0] == names[1] != ""


def _spoken(one: Known) -> str:
    at = datetime.fromisoformat(one.newest.created_at).astimezone()
    return t("upload.codebook_option", name=one.name, upload=one.newest.name, day=date(at))
