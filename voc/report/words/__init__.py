"""Words of the report, a file a language; the same keys in each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


def flatten(words: dict[str, Any], before: str = "") -> dict[str, str]:
    """Nested messages as one mapping.

    Parameters
    ----------
    words : dict
        Of texts and of further ones.
    before : str
        Where they stand.

    Returns
    -------
    dict of str to str
        By key, nested ones joined by dots.

    Examples
    --------
    >>> flatten({"nav": {"help": "帮助"}})
    {'nav.help': '帮助'}
    """
    flat: dict[str, str] = {}
    for key, value in words.items():
        flat |= flatten(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return flat


@cache
def load_words(language: Language) -> dict[str, str]:
    """Every message of a language.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the reader.

    Returns
    -------
    dict of str to str
        By key, nested ones joined by dots.
    """
    words: dict[str, Any] = yaml.safe_load(files(__name__).joinpath(f"{language}.yaml").read_text(encoding="utf-8"))
    return flatten(words)


def say(language: Language, key: str, **values: object) -> str:
    """One message.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the reader.
    key : str
        As in the files.
    **values : object
        For the places in braces.

    Returns
    -------
    str
        Plain text.

    Raises
    ------
    KeyError
        If there is no such message: a mistake of ours.

    Examples
    --------
    >>> say("en", "format.range", low="+1.0", high="+3.0")
    '+1.0 to +3.0'
    """
    return load_words(language)[key].format(**values)


def one_half(text: str, language: Language) -> str:
    """The reader's half of a text that says the same in Chinese and in English.

    Parameters
    ----------
    text : str
        Chinese, a slash between blanks, English.
    language : {"zh", "en"}
        Of the reader.

    Returns
    -------
    str
        One of the two; all of it where it is not two halves.

    Examples
    --------
    >>> one_half("空白回答 / empty answer", "en"), one_half("只有一种", "en")
    ('empty answer', '只有一种')
    """
    halves = text.split(" / ")
    return halves[LANGUAGES.index(language)] if len(halves) == 2 else text
