"""An analysis that keeps to a codebook: opens or creates the file, assigns, and saves it when all is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from voc.codebook.assign import Applied, apply
from voc.codebook.file import load_codebook, save_codebook
from voc.codebook.records import Codebook
from voc.codebook.versions import commit
from voc.codebook.view import shown_points, unassigned
from voc.output import check_writable

if TYPE_CHECKING:
    from voc.complaints import Complaint
    from voc.records import Change, PainPoint
    from voc.space import ProblemSpace


class CodebookSession:
    """The codebook of one analysis.

    Parameters
    ----------
    path : pathlib.Path
        Its file; it may not exist yet.

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

    def __init__(self, path: Path) -> None:
        check_writable(path)
        self.path = path
        self.is_new = not path.exists()
        self.opened = None if self.is_new else load_codebook(path)
        self.book = self.opened or Codebook()
        self.applied: Applied | None = None

    def assign(
        self,
        points: Sequence[PainPoint],
        outside: int,
        complaints: Sequence[Complaint],
        comments: int,
        *,
        space: ProblemSpace,
        names_problem: Callable[[str], bool],
        run_id: str,
        at: str,
    ) -> tuple[list[PainPoint], int]:
        """Give a run's pain points the ids and labels of the codebook, and replay what people decided.

        The first run of a new codebook is committed as version 1.

        Parameters
        ----------
        points : sequence of PainPoint
            From `find_pain_points`.
        outside : int
            Complaints in none of them.
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
        int
            Complaints in no pain point.
        """
        from voc.codebook.likeness import SpaceLikeness

        applied = apply(self.book, points, complaints, comments, SpaceLikeness(space), run_id=run_id, at=at)
        self.applied = applied
        self.book = applied.book
        if self.is_new:
            self.book = commit(self.book, "首次分析 / first analysis", at=at)
        return (
            shown_points(applied, points, complaints, comments),
            unassigned(applied, points, outside, complaints, names_problem),
        )

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
        OutputError
            If it cannot be written.
        """
        save_codebook(self.book, self.path, opened=self.opened)
