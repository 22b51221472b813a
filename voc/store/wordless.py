"""Respondents who gave scores and wrote nothing: kept redacted with the problem that says so, counted with those who wrote.

Of other columns nothing is kept. The customer's id is: erasing a customer erases these answers too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from operator import eq
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Text, cast, func, select

from voc.records import SCORES, Answer
from voc.redact import redact_answer
from voc.store.chosen import FIELDS
from voc.store.records import RunFilter
from voc.store.tables import ProblemRow

_OF_ROWS = tuple(name for name in FIELDS if name in Answer.model_fields)


class Coded(NamedTuple):
    """A column of names: place of each row's in the different ones."""

    values: tuple[str | None, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, names: list[str | None]) -> Coded:
        """Code names.

        Parameters
        ----------
        names : list of str or None
            One per row.

        Returns
        -------
        Coded
            In the order in which they come.
        """
        places = {name: at for at, name in enumerate(dict.fromkeys(names))}
        return cls(tuple(places), np.array([places[name] for name in names], dtype=np.int64))

    def where(self, holds: Callable[[str | None], bool]) -> NDArray[np.bool_]:
        """Rows of which something holds.

        Parameters
        ----------
        holds : callable
            Asked once for each name.

        Returns
        -------
        ndarray of bool, shape (n,)
            By row.
        """
        return np.array([holds(value) for value in self.values], dtype=bool)[self.codes]


class Wordless(NamedTuple):
    """Those of one upload, a row each."""

    scores: Mapping[str, NDArray[np.float64]]  # NaN where none
    beside: Mapping[str, Coded]

    def chosen(self, wanted: RunFilter) -> NDArray[np.bool_]:
        """Those that a filter of comments chooses.

        Parameters
        ----------
        wanted : RunFilter
            The filter.

        Returns
        -------
        ndarray of bool, shape (n,)
            None of them where it asks for a question: nobody of them answered it.
        """
        mask = np.full(len(self.beside["created_at"].codes), wanted.question is None)
        for name in _OF_ROWS:
            if (value := getattr(wanted, name)) is not None:
                mask &= self.beside[name].where(partial(eq, value))
        if wanted.from_ or wanted.to:
            mask &= self.beside["created_at"].where(partial(_within, wanted))
        return mask


def kept(answer: Answer) -> str:
    """An answer as it is kept.

    Parameters
    ----------
    answer : Answer
        As read.

    Returns
    -------
    str
        JSON, redacted as comments are, without other columns.
    """
    return redact_answer(answer.model_copy(update={"extra": {}})).model_dump_json(exclude_defaults=True)


def answers(connection: Connection, upload_id: int) -> dict[tuple[str, int], Answer]:
    """Those of an upload.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload.

    Returns
    -------
    dict of (str, int) to Answer
        By file and row.
    """
    rows = select(ProblemRow.file, ProblemRow.row, ProblemRow.answer).where(ProblemRow.upload_id == upload_id)
    found = connection.execute(rows.where(ProblemRow.answer.is_not(None)))
    return {(row.file, row.row): Answer.model_validate_json(row.answer) for row in found}


def of_upload(connection: Connection, upload_id: int) -> Wordless:
    """The same as columns, to be counted.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    upload_id : int
        The upload.

    Returns
    -------
    Wordless
        All of them.
    """
    listed = func.aggregate_strings(cast(ProblemRow.answer.expression, Text), ",")
    text = connection.execute(select(listed).where(ProblemRow.upload_id == upload_id)).scalar()
    said = json.loads(f"[{text or ''}]")
    return Wordless(
        scores={score: np.array([one.get(score) for one in said], dtype=float) for score in SCORES},
        beside={name: Coded.of([one.get(name) for one in said]) for name in (*_OF_ROWS, "created_at")},
    )


def of_customer(connection: Connection, customer_id: str) -> list[tuple[int, str, int]]:
    """Where those of a customer are kept.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    customer_id : str
        As the store has it.

    Returns
    -------
    list of (int, str, int)
        Upload, file and row of each.
    """
    named = ProblemRow.answer.contains(json.dumps(customer_id, ensure_ascii=False), autoescape=True)
    rows = connection.execute(select(ProblemRow.upload_id, ProblemRow.file, ProblemRow.row, ProblemRow.answer).where(named))
    return [(row.upload_id, row.file, row.row) for row in rows if json.loads(row.answer).get("customer_id") == customer_id]


def _within(wanted: RunFilter, day: str | None) -> bool:
    """As `voc.store.chosen.of_days` has it."""
    if not day:
        return False
    return (not wanted.from_ or day >= wanted.from_) and (not wanted.to or day[: len(wanted.to)] <= wanted.to)
