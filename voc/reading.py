"""Tables as one stream of comments, with what could not be read on the side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from voc.ingest import TableOptions, inspect_tables, read_all
from voc.records import Comment, Notice, Problem, SourceTable
from voc.redact import redact_field


class Reading:
    """Comments of some tables, and what could not be read of them.

    Parameters
    ----------
    paths : sequence of pathlib.Path or of (pathlib.Path, TableOptions)
        Tables, in any of the formats of `voc.ingest`; with what the user says about each, or without.
    options : TableOptions, optional
        What the user says about those without.
    names : mapping of pathlib.Path to str, optional
        What the files are called where that is not what they are called on this disk.

    Raises
    ------
    TableError
        If one of them cannot be read as a table of comments.
    """

    def __init__(
        self,
        paths: Sequence[Path | tuple[Path, TableOptions]],
        options: TableOptions | None = None,
        names: Mapping[Path, str] | None = None,
    ) -> None:
        called = {path: {"name": redact_field("", name)} for path, name in (names or {}).items()}
        asked = [(one, options) if isinstance(one, Path) else one for one in paths]
        self.sources = [(path, table.model_copy(update=called.get(path, {}))) for path, own in asked for table in inspect_tables(path, own)]
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []

    @property
    def tables(self) -> tuple[SourceTable, ...]:  # numpydoc ignore=RT01
        """How each table is read."""
        return tuple(table for _, table in self.sources)

    def __iter__(self) -> Iterator[Comment]:
        """Comments as they come; problems and notices gather on the side."""
        self.problems, self.notices = [], []
        for item in read_all(self.sources):
            if isinstance(item, Comment):
                yield item
            else:
                (self.notices if isinstance(item, Notice) else self.problems).append(item)
