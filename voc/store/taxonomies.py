"""Touchpoints and words of the users' own, kept in versions that are never altered: runs name them as ``store:NAME@VERSION``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field
from sqlalchemy import Connection, RowMapping, func, insert, select

from voc.errors import TaxonomyError
from voc.records import Record
from voc.store.audit import note
from voc.store.credentials import stamp, utc_now
from voc.store.people import TaxonomyRow
from voc.taxonomy import Taxonomy, read_taxonomy
from voc.userdict import read_userdict

if TYPE_CHECKING:
    from voc.store import Store

PATTERN = r"^store:[\w.-]{1,64}@[1-9][0-9]{0,8}$"  # of a reference
MOST_CHARS = 100_000  # of a taxonomy, and of a dictionary
_NAME = re.compile(r"[\w.-]{1,64}")


class KeptTaxonomy(Record):
    """A version of touchpoints and words."""

    name: str
    version: int = Field(description="counted by the store, from 1")
    created_at: str = Field(description="ISO 8601, UTC")
    author: str | None
    text: str = Field(description="YAML")
    userdict: str = Field(description="words for the tokeniser, one a line")

    @property
    def reference(self) -> str:  # numpydoc ignore=RT01
        """What a job calls it."""
        return f"store:{self.name}@{self.version}"

    @cached_property
    def taxonomy(self) -> Taxonomy:  # numpydoc ignore=RT01
        """Its touchpoints."""
        return read_taxonomy(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:  # numpydoc ignore=RT01
        """Words of its dictionary."""
        return tuple(word for word, _, _ in read_userdict(self.userdict))


class Taxonomies:
    """Those of a store.

    Parameters
    ----------
    store : Store
        Holds them.
    clock : callable
        Tells the time.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime] = utc_now) -> None:
        self.store = store
        self.clock = clock

    def add(self, text: str, userdict: str = "", *, actor: str | None = None) -> KeptTaxonomy:
        """Keep a new version, under the name that the taxonomy has.

        Parameters
        ----------
        text : str
            YAML.
        userdict : str
            Words for the tokeniser, one a line.
        actor : str, optional
            Who does this, for the audit.

        Returns
        -------
        KeptTaxonomy
            As kept; what is the same as the newest version adds none.

        Raises
        ------
        TaxonomyError
            If the taxonomy breaks its rules.
        SettingsError
            If the dictionary does.
        """
        name = check_words(text, userdict).name
        mine = TaxonomyRow.name == name
        with self.store.writing() as connection:
            last = _newest(connection, name)
            if last and (last.text, last.userdict) == (text, userdict):
                return last
            version = (last.version if last else 0) + 1
            row = {"name": name, "version": version, "created_at": stamp(self.clock()), "author": actor, "text": text, "userdict": userdict}
            connection.execute(insert(TaxonomyRow).values(row))
            note(connection, actor, "add_taxonomy", name=name, version=version)
            return _kept(connection.execute(_ALL.where(mine, TaxonomyRow.version == version)).mappings().one())

    def all(self) -> tuple[KeptTaxonomy, ...]:
        """All versions.

        Returns
        -------
        tuple of KeptTaxonomy
            By name, the newest first.
        """
        with self.store.reading() as connection:
            rows = connection.execute(_ALL.order_by(TaxonomyRow.name, TaxonomyRow.version.desc())).mappings()
            return tuple(_kept(row) for row in rows)

    def get(self, reference: str) -> KeptTaxonomy:
        """One version.

        Parameters
        ----------
        reference : str
            ``store:NAME@VERSION``.

        Returns
        -------
        KeptTaxonomy
            As it was kept.

        Raises
        ------
        TaxonomyError
            If there is none.
        """
        with self.store.reading() as connection:
            found = find(connection, reference)
        if found is None:
            known = " ".join(kept.reference for kept in self.all()) or "–"
            raise TaxonomyError("unknown_taxonomy", f"没有这套触点 / no such taxonomy: {reference!r}", f"现有 / there are: {known}")
        return found


_ALL = select(TaxonomyRow.__table__)


def check_words(text: str, userdict: str) -> Taxonomy:
    """Refuse what cannot be kept.

    Parameters
    ----------
    text : str
        YAML.
    userdict : str
        Words for the tokeniser, one a line.

    Returns
    -------
    Taxonomy
        That of the text.

    Raises
    ------
    TaxonomyError
        If the taxonomy breaks its rules, or either is too long.
    SettingsError
        If the dictionary breaks its own.
    """
    if max(len(text), len(userdict)) > MOST_CHARS:
        message = f"太长，最多 {MOST_CHARS:,} 个字符 / too long, {MOST_CHARS:,} characters at most"
        raise TaxonomyError("taxonomy_too_long", message, "只留用得上的 / keep what is of use")
    if "\0" in text + userdict:
        raise TaxonomyError("taxonomy_unreadable", "不是文本文件 / not a text file", "存成 UTF-8 / save it as UTF-8")
    taxonomy = read_taxonomy(text)
    if not _NAME.fullmatch(taxonomy.name):
        message = f"name 不能这样写 / the name does not do: {taxonomy.name[:64]!r}"
        raise TaxonomyError("bad_taxonomy_name", message, "1–64 个字母、汉字、数字或 . _ - / letters, digits, . _ -")
    read_userdict(userdict)
    return taxonomy


def is_reference(name: str) -> bool:
    """Whether a name is that of a kept taxonomy.

    Parameters
    ----------
    name : str
        As a job says it.

    Returns
    -------
    bool
        False for shipped ones.

    Examples
    --------
    >>> is_reference("store:retail@2"), is_reference("retail")
    (True, False)
    """
    return re.match(PATTERN, name) is not None


def find(connection: Connection, reference: str) -> KeptTaxonomy | None:
    """One version.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        To read from.
    reference : str
        ``store:NAME@VERSION``.

    Returns
    -------
    KeptTaxonomy or None
        None where there is none, or the name is no reference.
    """
    if not is_reference(reference):
        return None
    name, _, version = reference.removeprefix("store:").rpartition("@")
    wanted = _ALL.where(TaxonomyRow.name == name, TaxonomyRow.version == int(version))
    row = connection.execute(wanted).mappings().first()
    return _kept(row) if row else None


def _newest(connection: Connection, name: str) -> KeptTaxonomy | None:
    last = select(func.max(TaxonomyRow.version)).where(TaxonomyRow.name == name).scalar_subquery()
    row = connection.execute(_ALL.where(TaxonomyRow.name == name, TaxonomyRow.version == last)).mappings().first()
    return _kept(row) if row else None


def _kept(row: RowMapping) -> KeptTaxonomy:
    return KeptTaxonomy.model_validate(dict(row))
