"""What a report of a run in the store shows: the run as it holds after reviews and edits, in the customers' words, with its owners."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from voc.codebook.records import AnyEdit, Codebook
from voc.records import Analysis
from voc.report.content import QUOTES
from voc.report.page import CARDS, report_html
from voc.report.words import Language
from voc.report.workbook import COMMENTS_LIMIT, CommentTable, write_report
from voc.statistics import StatisticsReport
from voc.statistics.since import Since, since
from voc.store import Current, Store
from voc.store.cases import Sees
from voc.store.export import COLUMNS
from voc.store.statistics import owners_of
from voc.taxonomy import Taxonomy

_MOVING = ("merge", "split", "move", "exclude", "dismiss", "restore")  # edits that change what a pain point is


@dataclass(frozen=True)
class Stored:
    """A run with what belongs to it.

    Parameters
    ----------
    store : Store
        Holds it.
    now : Current
        As it holds.
    sees : callable, optional
        Which uploads the reader may see the cases of; all where left out.
    """

    store: Store
    now: Current
    sees: Sees | None = None

    @property
    def run_id(self) -> str:  # numpydoc ignore=RT01
        """Of the run."""
        return self.now.run.id

    @property
    def taxonomy(self) -> Taxonomy:  # numpydoc ignore=RT01
        """That the run was scored with."""
        return self.store.words_of(self.now.run.settings)[0]

    @property
    def statistics(self) -> StatisticsReport | None:  # numpydoc ignore=RT01
        """Of the run as it was analysed, with those who mend its pain points; none where it was saved without."""
        found, made = self.store.statistics(self.run_id), self.store.plan(self.run_id, self.sees)
        return found.model_copy(update={"plan": made}) if found and made else found

    @property
    def before(self) -> str | None:  # numpydoc ignore=RT01
        """Id of the last run before it that kept to its codebook, of another upload that the reader may see."""
        run, book = self.now.run, self.now.run.settings.get("codebook")
        earlier = (one for one in self.store.runs() if one.settings.get("codebook") == book and one.started_at < run.started_at)
        others = (one for one in earlier if book and one.upload_id != run.upload_id)
        return next((one.id for one in others if self.sees is None or self.sees(self.store.upload(one.upload_id))), None)

    @property
    def since(self) -> Since | None:  # numpydoc ignore=RT01
        """What changed since then; none where there was none."""
        if (before := self.before) is None:
            return None
        earlier = self.store.current(before)
        then, known = earlier.analysis, _edits(earlier.standing.book)  # which both runs show
        edits = _edits(self.store.codebook(str(self.now.run.settings["codebook"])))
        late = [edit for edit in edits if edit.kind in _MOVING and edit.at >= then.run.started_at and edit not in known]
        edited = {name for edit in late for name in (getattr(edit, "point", None), getattr(edit, "into", None)) if name}
        return since(self.now.analysis, then, same_codebook=True, edited=edited)

    def html(self, language: Language = "zh", title: str | None = None) -> str:
        """The report.

        Parameters
        ----------
        language : {"zh", "en"}
            Of the reader.
        title : str, optional
            Of the report.

        Returns
        -------
        str
            As of `report_html`.
        """
        analysis = self.now.analysis
        quoted = {quote.comment_id for point in analysis.pain_points[:CARDS] for quote in point.quotes[:QUOTES]}
        return report_html(
            analysis,
            self.statistics,
            language=language,
            taxonomy=self.taxonomy,
            title=title,
            texts=self.store.texts(self.run_id, quoted),
            owners=owners_of(self.now.run, self.store.cases(sees=self.sees)),
            earlier=self.since,
        )

    def write_xlsx(self, path: Path) -> None:
        """The workbook: analysis, statistics, comments.

        Parameters
        ----------
        path : pathlib.Path
            Ends in ``.xlsx``.
        """
        with self.store.export_rows(self.run_id) as rows:
            comments = CommentTable(COLUMNS, list(islice(rows.cells(), COMMENTS_LIMIT)), self.now.analysis.input.comments)
        write_report(self.whole(), self.taxonomy, path, statistics=self.statistics, comments=comments)

    def whole(self) -> Analysis:
        """The analysis with the members of its pain points.

        Returns
        -------
        Analysis
            As `voc analyse` writes it.
        """
        return self.store.current_with_members(self.run_id)


def _edits(book: Codebook | None) -> list[AnyEdit]:
    return [*book.draft, *(edit for version in book.versions for edit in version.edits)] if book else []
