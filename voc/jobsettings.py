"""What a job is asked for, and how its tables are opened; light, so that a table is looked at without any model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from voc.errors import TableError
from voc.ingest import TableOptions
from voc.reading import Reading
from voc.records import Record, Role, SourceTable

Detail = Literal["coarse", "normal", "fine"]


class TableChoice(Record):
    """A table that is to be read, and what its columns hold; found out where nothing is said of any, and never more than is said."""

    sheet: str | None = Field(None, description="of a workbook that has several")
    text: tuple[str, ...] = ()
    columns: dict[Role, str] = Field(default_factory=dict, description="role -> header, without text")
    header_row: int | None = Field(None, ge=0, description="0: there is none; found out where left out")


class JobFile(Record):
    """A file in the job's folder."""

    path: str = Field(description="in the folder of the job; our name")
    name: str = Field(description="as its owner calls it")
    encoding: str | None = Field(None, description="that of all files where left out")
    tables: tuple[TableChoice, ...] | None = Field(None, description="that are read of it; found out where left out")


class JobSettings(Record):
    """What a job is asked for."""

    files: tuple[JobFile, ...] = ()
    columns: dict[Role, str | tuple[str, ...]] = Field(default_factory=dict, description="role -> header; text: one or several")
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    header_row: int | None = Field(None, ge=0, description="of all tables; found out where left out")
    tables: tuple[SourceTable, ...] = Field((), description="how they are read")
    from_run: str | None = Field(None, description="run whose comments are analysed once more")
    quality: str = "best"
    taxonomy: str = "retail"
    detail: Detail = "normal"
    max_unassigned: float | None = Field(None, ge=0, le=1)
    seed: int = 42
    codebook: str | None = None

    def table_options(self) -> TableOptions:
        """What the user says about the tables.

        Returns
        -------
        TableOptions
            For `voc.ingest`.
        """
        plain = {role: header for role, header in self.columns.items() if isinstance(header, str)}
        said = self.columns.get("text", ())
        text = (said,) if isinstance(said, str) else said
        others = {role: header for role, header in plain.items() if role not in ("text", "id")}
        return TableOptions(text, plain.get("id"), others, self.sheets, self.encoding, self.header_row)

    def options_of(self, file: JobFile) -> tuple[TableOptions, ...]:
        """What the user says about one of the files.

        Parameters
        ----------
        file : JobFile
            Of this job.

        Returns
        -------
        tuple of TableOptions
            One for each table that people chose; one for all of them where nobody did.
        """
        encoding = file.encoding or self.encoding
        if file.tables is None:
            return (replace(self.table_options(), encoding=encoding),)
        return tuple(_options_of(table, encoding) for table in file.tables)

    def of_run(self) -> dict[str, object]:
        """What is kept with the run.

        Returns
        -------
        dict of str to JSON values
            Without files.
        """
        return self.model_dump(include={"quality", "taxonomy", "detail", "max_unassigned", "codebook", "from_run"}, mode="json")


def open_reading(folder: Path, settings: JobSettings) -> Reading:
    """Look at the tables of a job.

    Parameters
    ----------
    folder : pathlib.Path
        Of the job.
    settings : JobSettings
        Names the files.

    Returns
    -------
    Reading
        Files go by their owner's names.

    Raises
    ------
    TableError
        If one of them cannot be read as a table of comments.
    """
    if not folder.is_dir():
        hint = "请重新上传 / upload it again"
        raise TableError("file_gone", "上传的文件已不在 / the uploaded file is not there any more", hint)
    names = {folder / file.path: shown_name(file.name) for file in settings.files}
    wanted = [(folder / file.path, options) for file in settings.files for options in settings.options_of(file)]
    if not wanted:
        raise TableError("no_table", "一张表也没选 / no table is chosen", "至少选一张 / choose one at least")
    return Reading(wanted, names=names)


def _options_of(table: TableChoice, encoding: str | None) -> TableOptions:
    others: dict[Role, str] = {role: header for role, header in table.columns.items() if role != "id"}
    sheets = (table.sheet,) if table.sheet is not None else ()
    guess = not (table.text or table.columns)
    return TableOptions(table.text, table.columns.get("id"), others, sheets, encoding, table.header_row, guess)


def shown_name(name: str) -> str:
    """What a file is called in results: as if it had been read where it came from.

    Parameters
    ----------
    name : str
        As its owner calls it.

    Returns
    -------
    str
        Without the ``.gz`` of what was unpacked.
    """
    return name[:-3] if name.lower().endswith(".gz") else name
