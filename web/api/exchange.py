"""What all operations do alike: read a body or a query as a record, answer with one, say 304."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Flask, Response, request
from pydantic import ValidationError
from werkzeug.routing import IntegerConverter, UnicodeConverter

from voc.records import Record
from web.errors import ApiError, refuse_body
from web.records import FieldFault

R = TypeVar("R", bound=Record)


class KeyConverter(IntegerConverter):
    """Whole numbers that a database can hold; others are an unknown address."""

    # Longer ones match no rule. Were they refused later, werkzeug would say that the address takes other methods.
    regex = r"\d{1,18}"


class TextConverter(UnicodeConverter):
    """Text without NUL, which PostgreSQL does not take.

    Parameters
    ----------
    map : werkzeug.routing.Map
        Of the application.
    *arguments, **options : Any
        As for `UnicodeConverter`.
    """

    def __init__(self, map: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(map, *arguments, **options)
        self.regex = self.regex.replace("[^/]", r"[^/\x00]")


def use_safe_parameters(app: Flask) -> None:
    """Let ``<int:name>`` and ``<name>`` take only what a database can hold.

    Parameters
    ----------
    app : flask.Flask
        Before its blueprints are registered.
    """
    app.url_map.converters.update({"int": KeyConverter, "default": TextConverter, "string": TextConverter})


def read_body(record: type[R]) -> R:
    """The JSON body of the present request.

    Parameters
    ----------
    record : type of Record
        That it must be.

    Returns
    -------
    Record
        Checked.

    Raises
    ------
    ApiError
        415 where it is no JSON by its type, 400 where by its text, 422 with the places where it breaks the record.
    """
    if request.mimetype != "application/json" or request.content_encoding:
        raise ApiError.of_status(415)
    try:
        return record.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        raise refuse_body(error) from error


def read_query(record: type[R]) -> R:
    """What stands behind the ``?`` of the present request.

    Parameters
    ----------
    record : type of Record
        That it must be; one value a field, several where the field is a sequence.

    Returns
    -------
    Record
        Checked.

    Raises
    ------
    ApiError
        422 with the names of what breaks the record, unknown names among them.
    """
    return check_fields(record, request.args.to_dict(flat=False))


def check_fields(record: type[R], given: Mapping[str, list[Any]]) -> R:
    """Make a record of the texts of a query or a form.

    Parameters
    ----------
    record : type of Record
        That they must be.
    given : mapping of str to list
        Name → values, at least one each.

    Returns
    -------
    Record
        Checked.

    Raises
    ------
    ApiError
        422 with the names of what breaks the record.
    """
    if names := [name for name, values in given.items() if any("\0" in str(value) for value in (name, *values))]:
        faults = tuple(
            FieldFault(pointer=f"/{name}".replace("\0", "␀"), code="nul", message="不能含 NUL / NUL is not allowed") for name in names
        )
        raise ApiError(422, "invalid", "不能含 NUL / NUL is not allowed", faults=faults)
    several = {field.alias or name for name, field in record.model_fields.items() if "tuple[" in str(field.annotation)}
    plain = {name: values if name in several or len(values) > 1 else values[0] for name, values in given.items()}
    try:
        return record.model_validate(plain)
    except ValidationError as error:
        raise refuse_body(error) from error


def answer(record: Record, status: int = 200, *, etag: bool = False, location: str | None = None) -> Response:
    """Answer with a record.

    Parameters
    ----------
    record : Record
        The content.
    status : int
        Of HTTP.
    etag : bool
        Whether the caller may have it already.
    location : str, optional
        Address of what was made.

    Returns
    -------
    flask.Response
        JSON, or 304 without content.
    """
    response = Response(record.model_dump_json(), status=status, content_type="application/json")
    if location:
        response.headers["Location"] = location
    return with_etag(response) if etag else response


def with_etag(response: Response) -> Response:
    """Give an answer the ETag of its content, and none where the caller has it already.

    Parameters
    ----------
    response : flask.Response
        Not a stream.

    Returns
    -------
    flask.Response
        The same, or 304.
    """
    response.add_etag(weak=True)  # gzip comes later: the same content, not the same bytes
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
