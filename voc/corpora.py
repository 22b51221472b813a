"""The only reader of `corpora/`: lexicons, taxonomies and samples, by name.

A lexicon is a UTF-8 text file with one entry a line (``.txt``) or tab-separated fields (``.tsv``). Blank lines and lines that
start with ``#`` are for people.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from voc.errors import TaxonomyError
from voc.settings import home


def lexicon_lines(name: str) -> tuple[str, ...]:
    """Entries of `corpora/lexicon/<name>.txt`, in file order.

    Parameters
    ----------
    name : str
        File name without its ending, e.g. ``"no_content"``.

    Returns
    -------
    tuple of str
        Stripped lines, without blank and comment lines.

    Raises
    ------
    TaxonomyError
        If there is no such lexicon.

    Examples
    --------
    >>> "好评" in lexicon_lines("no_content")
    True
    """
    return _lines(_existing("lexicon", f"{name}.txt"))


def lexicon_table(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of `corpora/lexicon/<name>.tsv`, in file order.

    Parameters
    ----------
    name : str
        File name without its ending, e.g. ``"emoji"``.

    Returns
    -------
    tuple of tuple of str
        One tuple of fields a row; every row has as many fields as the first.

    Raises
    ------
    TaxonomyError
        If there is no such lexicon, or a row has another number of fields than the first.

    Examples
    --------
    >>> dict(lexicon_table("emoji"))["😡"]
    '愤怒'
    """
    path = _existing("lexicon", f"{name}.tsv")
    rows = tuple(tuple(line.split("\t")) for line in _lines(path))
    for row in rows:
        if len(row) != len(rows[0]):
            raise TaxonomyError(
                "bad_lexicon_row",
                f"列数不一致 / {len(row)} fields instead of {len(rows[0])}: {row}",
                "每行的字段以制表符分隔，数目相同 / separate the fields by tabs, equally many in every row",
                file=path.name,
            )
    return rows


def example_clauses() -> tuple[tuple[str, str, str, str], ...]:
    """Clauses of our own writing in `corpora/gold/clauses_*.tsv`, for training.

    Returns
    -------
    tuple of (str, str, str, str)
        Touchpoint (or ``none``), polarity (``-1``, ``0``, ``1``), code of a known problem (or ``-``), text.

    Examples
    --------
    >>> {len(row) for row in example_clauses()}
    {4}
    """
    paths = sorted((home() / "corpora" / "gold").glob("clauses_*.tsv"))
    rows = [line.split("\t") for path in paths for line in _lines(path)]
    return tuple((touchpoint, polarity, code, text) for touchpoint, polarity, code, text in rows)


def written_comments() -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Whole comments of our own writing in `corpora/gold/comments_*.tsv`, for training.

    Returns
    -------
    tuple of (str, str, str, str, str, str)
        Sentiment (``neg``, ``neu``, ``pos``), mixed, informative (``0``, ``1``), mentions (``touchpoint|polarity|evidence|code``
        joined by ``;;``; the code is that of a known problem, or ``?`` and a phrase), intents (joined by commas), text.

    Examples
    --------
    >>> {len(row) for row in written_comments()}
    {6}
    """
    paths = sorted((home() / "corpora" / "gold").glob("comments_*.tsv"))
    rows = [line.split("\t") for path in paths for line in _lines(path)]
    return tuple(
        (sentiment, mixed, informative, mentions, intents, text) for sentiment, mixed, informative, mentions, intents, text in rows
    )


def public_annotations() -> tuple[tuple[str, ...], ...]:
    """Annotations in `corpora/gold/public_annotations.tsv` of public comments, without the comments.

    Returns
    -------
    tuple of tuple of str
        Digest of the comment, its source, then as in `written_comments` up to the intents, evidence as ``start-end``.

    Examples
    --------
    >>> {len(row) for row in public_annotations()}
    {7}
    """
    path = _existing("gold", "public_annotations.tsv")
    return tuple(tuple((line + "\t" * 6).split("\t")[:7]) for line in _lines(path))


def data_sets() -> tuple[tuple[str, str, str], ...]:
    """Data sets that training reads, from `corpora/gold/sources.tsv`.

    Returns
    -------
    tuple of (str, str, str)
        Head of the source's name, what it is, the licence that it states.

    Examples
    --------
    >>> [licence for head, _, licence in data_sets() if head == "openrice"]
    ['CC BY 4.0']
    """
    rows = [line.split("\t") for line in _lines(_existing("gold", "sources.tsv"))]
    return tuple((head, what, licence) for head, what, licence in rows)


def robustness_cases() -> tuple[tuple[str, str, str, str, str, str], ...]:
    """Hard cases of our own writing in `corpora/gold/robustness.tsv`, for examination only.

    Returns
    -------
    tuple of (str, str, str, str, str, str)
        Kind of difficulty, pair (or ``-``), sentiment (or ``-``), mixed (``0``, ``1`` or ``-``), touchpoints (or ``-``), and the text,
        in which ``\\n`` and ``\\t`` of the file have become a line break and a tab.

    Raises
    ------
    TaxonomyError
        If there is no such file.

    Examples
    --------
    >>> {len(case) for case in robustness_cases()}
    {6}
    """
    rows = [line.split("\t") for line in _lines(_existing("gold", "robustness.tsv"))]
    return tuple(
        (kind, pair, sentiment, mixed, touchpoints, text.replace("\\n", "\n").replace("\\t", "\t"))
        for kind, pair, sentiment, mixed, touchpoints, text in rows
    )


def taxonomy_path(name: str = "retail") -> Path:
    """Path of `corpora/taxonomy/<name>.yaml`.

    Parameters
    ----------
    name : str
        File name without its ending.

    Returns
    -------
    pathlib.Path
        An existing file.

    Raises
    ------
    TaxonomyError
        If there is no such taxonomy.

    Examples
    --------
    >>> taxonomy_path("retail").name
    'retail.yaml'
    """
    return _existing("taxonomy", f"{name}.yaml")


def taxonomy_names() -> tuple[str, ...]:
    """Names that `taxonomy_path` takes.

    Returns
    -------
    tuple of str
        In alphabetical order.

    Examples
    --------
    >>> "retail" in taxonomy_names()
    True
    """
    return tuple(sorted(path.stem for path in (home() / "corpora" / "taxonomy").glob("*.yaml")))


def sample_path(name: str) -> Path:
    """Path of `corpora/samples/<name>`.

    Parameters
    ----------
    name : str
        File name with its ending, e.g. ``"complaints.csv"``.

    Returns
    -------
    pathlib.Path
        An existing file.

    Raises
    ------
    TaxonomyError
        If there is no such sample.
    """
    return _existing("samples", name)


def _existing(folder: str, name: str) -> Path:
    path = home() / "corpora" / folder / name
    if path.is_file():
        return path
    known = ", ".join(sorted(file.name for file in path.parent.glob("*.*"))) or "–"
    raise TaxonomyError(
        "corpus_not_found", f"找不到词表或样例 / no such file: {folder}/{name}", f"现有 / there are: {known}", folder=str(path.parent)
    )


@cache
def _lines(path: Path) -> tuple[str, ...]:
    lines = (line.rstrip() for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
