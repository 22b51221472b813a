"""What a page says to what could not be done: at the field that it is about, with what was typed kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import request
from werkzeug.datastructures import MultiDict

from voc.errors import VocError
from web.errors import STATUSES, ApiError
from web.messages import one_language, t

_EMPTY = {"too_short", "string_too_short"}
# Codes of refusals that are about one field.
_FIELDS = {
    "bad_due": "due",
    "no_words": "words",
    "split_is_no_split": "words",
    "no_label": "label",
    "label_taken": "label",
    "case_incomplete": "root_cause",
}


@dataclass(frozen=True)
class Refused:
    """What a page says to what could not be done.

    Parameters
    ----------
    where : str
        Field that it is about; empty: the page.
    message : str
        In the reader's language.
    typed : werkzeug.datastructures.MultiDict
        What was sent, to be kept.
    """

    where: str = ""
    message: str = ""
    typed: MultiDict[str, str] = field(default_factory=MultiDict)

    def at(self, name: str) -> str:
        """What to say at a field.

        Parameters
        ----------
        name : str
            Of the field.

        Returns
        -------
        str
            Empty where nothing is wrong with it.
        """
        return self.message if self.where == name else ""


def refused(error: VocError | ApiError, **fields: str) -> Refused:
    """What to say to the form of the present request.

    Parameters
    ----------
    error : VocError or ApiError
        Why it was not done.
    **fields : str
        Field by the code of an error, where this form has another; by the name of a record's field, what the form calls it.

    Returns
    -------
    Refused
        At a field of the form where the error is about one.
    """
    if isinstance(error, ApiError):
        fault = error.document.errors[0] if error.document.errors else None
        where = fault.pointer.strip("/").partition("/")[0] if fault else ""
        message = t("refused.empty") if fault and fault.code in _EMPTY else t("refused.invalid")
    else:
        where, message = _FIELDS.get(error.code, ""), one_language(error.message)
        where = fields.get(error.code, where)
    where = fields.get(where, where)
    return Refused(where if where in request.form else "", message, request.form)


def status_of(error: VocError | ApiError) -> int:
    """The status that goes with it.

    Parameters
    ----------
    error : VocError or ApiError
        Why it was not done.

    Returns
    -------
    int
        As the API answers.
    """
    if isinstance(error, ApiError):
        return error.status
    return next(status for kind, status in STATUSES.items() if isinstance(error, kind))
