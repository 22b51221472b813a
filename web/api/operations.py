"""What an operation is: said once, at the view; its scope is checked and its description served from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from voc.records import Record
from web.auth import Scope

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Operation:
    """A method of an address.

    Parameters
    ----------
    method : {"GET", "POST", "PATCH", "DELETE"}
        Of HTTP.
    summary : str
        One line, Chinese then English.
    scope : Scope or None
        That the token must have; None: open to all.
    answer : type of Record, str, tuple of them or None
        Record of the answer, or its media type where it is none; one of several; None: an answer without content.
    body : type of Record, optional
        Record of the request.
    problems : tuple of int
        Statuses of refusals, beside those that any operation has.
    etag : bool
        Whether it answers 304 to who has the present answer already.
    status : int
        Of success.
    query : type of Record, optional
        What may stand behind the ``?``; see `web.api.exchange.read_query`. Path parameters are read from the address itself.
    multipart : type of Record, optional
        Parts of a form; files are ``list[bytes]``.
    idempotent : bool
        Whether it takes an ``Idempotency-Key``.
    location : bool
        Whether success names an address in ``Location``.
    """

    method: str
    summary: str
    scope: Scope | None
    answer: type[Record] | str | tuple[type[Record] | str, ...] | None
    body: type[Record] | None = None
    problems: tuple[int, ...] = ()
    etag: bool = False
    status: int = 200
    query: type[Record] | None = None
    multipart: type[Record] | None = None
    idempotent: bool = False
    location: bool = False


def operation(blueprint: Blueprint, path: str, described: Operation) -> Callable[[View], View]:
    """Register a view and its description.

    Parameters
    ----------
    blueprint : flask.Blueprint
        Gets the view.
    path : str
        Below the blueprint's own.
    described : Operation
        What it is.

    Returns
    -------
    callable
        Decorator.
    """

    def register(view: View) -> View:
        view.operation = described  # type: ignore[attr-defined]
        blueprint.add_url_rule(path, view_func=view, methods=[described.method])
        return view

    return register


def operation_of(app: Flask, endpoint: str | None) -> Operation | None:
    """Description of a view.

    Parameters
    ----------
    app : flask.Flask
        That has it.
    endpoint : str or None
        Its name.

    Returns
    -------
    Operation or None
        None where it is no operation of the API.
    """
    return getattr(app.view_functions.get(endpoint or ""), "operation", None)


def scope_of_request(app: Flask) -> Scope | None:
    """Scope that the present request needs.

    Parameters
    ----------
    app : flask.Flask
        That serves it.

    Returns
    -------
    Scope or None
        None: open to all; a view that says nothing of itself is for administrators.
    """
    if described := operation_of(app, request.endpoint):
        return described.scope
    scope: Scope | None = getattr(app.blueprints.get(request.blueprint or ""), "needs", "admin")  # of a `web.pages.access.Page`
    return scope
