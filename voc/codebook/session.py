"""An analysis that keeps to a codebook: opens or creates it, assigns, and saves it when all is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from voc.codebook.assign import Applied, apply
from voc.codebook.file import load_codebook, save_codebook
from voc.codebook.records import Codebook, Ref, clause_digest
from voc.codebook.versions import commit
from voc.codebook.view import shown_points, unassigned, unassigned_members
from voc.output import check_writable
from voc.taxonomy import OVERALL

if TYPE_CHECKING:
    from voc.complaints import Complaint
    from voc.records import Change, PainPoint
    from voc.space import ProblemSpace


class Shelf(Protocol):
    """Where a codebook is kept: a file, or a store."""

    @property
    def name(self) -> str:  # numpydoc ignore=RT01
        """What people call it."""
        ...

    def load(self) -> Codebook | None:
        """Read it.

        Returns
        -------
        Codebook or None
            None where there is none yet.
        """
        ...

    def save(self, book: Codebook, *, opened: Codebook | None) -> None:
        """Write it, unless somebody else changed it meanwhile.

        Parameters
        ----------
        book : Codebook
            What to write.
        opened : Codebook or None
            As it was loaded.
        """
        ...


class CodebookFile:
    """A codebook in a file.

    Parameters
    ----------
    path : pathlib.Path
        It may not exist yet.

    Raises
    ------
    OutputError
        If it could not be written.
    """

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self.path = path
        self.name = path.name

    def load(self) -> Codebook | None:  # numpydoc ignore=RT01
        """Read it, where it is there (see `load_codebook`)."""
        return load_codebook(self.path) if self.path.exists() else None

    def save(self, book: Codebook, *, opened: Codebook | None) -> None:  # numpydoc ignore=PR01
        """Write it (see `save_codebook`)."""
        save_codebook(book, self.path, opened=opened)


class CodebookSession:
    """The codebook of one analysis.

    Parameters
    ----------
    shelf : pathlib.Path or Shelf
        Its file, which may not exist yet, or another place where it is kept.

    Attributes
    ----------
    book : Codebook
        As opened; after `assign`, with the run.
    applied : Applied or None
        What came of the run.

    Raises
    ------
    CodebookError
        If the file is no codebook.
    OutputError
        If it could not be written afterwards.
    """

    def __init__(self, shelf: Path | Shelf) -> None:
        self.shelf: Shelf = CodebookFile(shelf) if isinstance(shelf, Path) else shelf
        self.name = self.shelf.name
        self.opened = self.shelf.load()
        self.is_new = self.opened is None
        self.book = self.opened or Codebook()
        self.applied: Applied | None = None

    def assign(
        self,
        points: Sequence[PainPoint],
        outside: Sequence[Complaint],
        complaints: Sequence[Complaint],
        comments: int,
        *,
        space: ProblemSpace,
        names_problem: Callable[[str], bool],
        run_id: str,
        at: str,
    ) -> tuple[list[PainPoint], list[Complaint]]:
        """Give a run's pain points the ids and labels of the codebook, and replay what people decided.

        The first run of a new codebook is committed as version 1.

        Parameters
        ----------
        points : sequence of PainPoint
            From `find_pain_points`.
        outside : sequence of Complaint
            Those that are in none of them.
        complaints : sequence of Complaint
            All of the run.
        comments : int
            Number of its comments.
        space : ProblemSpace
            Where pain points are recognised in other words.
        names_problem : callable
            Normalised clause → whether it says what is wrong.
        run_id, at : str
            Of the run.

        Returns
        -------
        list of PainPoint
            Those to show.
        list of Complaint
            Those in no pain point.
        """
        from voc.codebook.likeness import SpaceLikeness

        applied = apply(self.book, points, complaints, comments, SpaceLikeness(space), run_id=run_id, at=at)
        self.applied = applied
        left = unassigned(applied, points, outside, complaints)
        self.book = _with_background(applied, len(left), points, complaints, names_problem)
        if self.is_new:
            self.book = commit(self.book, "首次分析 / first analysis", at=at)
        return shown_points(applied, points, complaints, comments), left

    @property
    def changes(self) -> tuple[Change, ...]:  # numpydoc ignore=RT01
        """New, growing, fading and gone pain points; none in the first run, in which all are new."""
        return self.applied.changes if self.applied and not self.is_new else ()

    def save(self) -> None:
        """Write the codebook with the run.

        Raises
        ------
        CodebookError
            If somebody else changed it meanwhile.
        StoreError
            If the store cannot be used.
        OutputError
            If it cannot be written.
        """
        self.shelf.save(self.book, opened=self.opened)


def _with_background(
    applied: Applied, left: int, points: Sequence[PainPoint], complaints: Sequence[Complaint], names_problem: Callable[[str], bool]
) -> Codebook:
    """Note which complaints do not count as unassigned when they are in no pain point (see `voc.codebook.view.unassigned`)."""
    book, outcome = applied.book, applied.replay
    if book.run is None:
        return book
    clustered = {(quote.comment_id, quote.start) for point in points for quote in point.members}
    background = {
        Ref(complaint.quote.comment_id, clause_digest(complaint.normalised))
        for complaint in complaints
        if complaint.touchpoint == OVERALL
        and (complaint.quote.comment_id, complaint.quote.start) not in clustered
        and not names_problem(complaint.normalised)
    }
    yes: Literal[True] = True
    known = zip(book.run.refs, book.run.members, strict=True)
    members = tuple(replace(one, background=yes) if ref in background else one for ref, one in known)
    run = book.run.model_copy(update={"members": members})
    run = run.model_copy(update={"beside": left - len(unassigned_members(run, outcome))})
    return book.model_copy(update={"run": run})
