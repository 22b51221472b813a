"""What a page asks of its reader."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g

from web.auth import Scope


class Page(Blueprint):
    """A blueprint of pages that need the same right.

    Parameters
    ----------
    name : str
        Of the blueprint.
    needs : Scope or None
        What the reader must be allowed to do; None: open to all.
    **options : Any
        Of the blueprint.
    """

    def __init__(self, name: str, *, needs: Scope | None = None, **options: Any) -> None:
        super().__init__(name, "web", **options)
        self.needs = needs


def may(needs: Scope | None) -> bool:
    """Whether the reader of the present request may do something.

    Parameters
    ----------
    needs : Scope or None
        As a page says it.

    Returns
    -------
    bool
        True where nobody is asked who they are.
    """
    identity = g.get("identity")
    return needs is None or identity is None or needs in identity.scopes
