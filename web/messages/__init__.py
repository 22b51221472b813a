"""Words of the pages: a folder a language, one file a page and one for what pages share; the same keys in each language."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import cast

import yaml
from flask import g, has_request_context, request

from voc.report.words import LANGUAGES, Language, flatten, one_half

__all__ = ["LANGUAGES", "LANGUAGE_COOKIE", "Language", "current_language", "load_messages", "one_language", "t", "translate"]
LANGUAGE_COOKIE = "voc_language"


@cache
def load_messages(language: Language) -> dict[str, str]:
    """Every message of a language.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the pages.

    Returns
    -------
    dict of str to str
        By key, nested ones joined by dots.

    Examples
    --------
    >>> load_messages("zh")["nav.help"], load_messages("en")["nav.help"]
    ('帮助', 'Help')
    """
    found: dict[str, str] = {}
    for path in sorted(files(__name__).joinpath(language).iterdir(), key=lambda path: path.name):
        found |= flatten(yaml.safe_load(path.read_text(encoding="utf-8")))
    return found


def translate(language: Language, key: str, **values: object) -> str:
    """One message.

    Parameters
    ----------
    language : {"zh", "en"}
        Of the reader.
    key : str
        As in the files. What is data, such as the name of a touchpoint, has none.
    **values : object
        For the places in braces.

    Returns
    -------
    str
        Plain text; templates escape it.

    Raises
    ------
    KeyError
        If there is no such message: a mistake of ours that a test must meet, never a reader.

    Examples
    --------
    >>> translate("en", "table.rows", first=1, last=50, total="812")
    'Rows 1–50 of 812'
    """
    return load_messages(language)[key].format(**values)


def current_language() -> Language:
    """Language of whoever asks: their choice, else what their browser prefers, else Chinese.

    Returns
    -------
    {"zh", "en"}
        The same for the whole request.
    """
    if not has_request_context():
        return "zh"
    if "language" not in g:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        g.language = chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "zh")
    return cast(Language, g.language)


def t(key: str, **values: object) -> str:
    """One message in the language of whoever asks; what templates call.

    Parameters
    ----------
    key : str
        As in the files.
    **values : object
        For the places in braces.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> t("nav.help")
    '帮助'
    """
    return translate(current_language(), key, **values)


def one_language(text: str) -> str:
    """The reader's half of a text that says the same in Chinese and in English, as errors of `voc` do.

    Parameters
    ----------
    text : str
        Chinese, a slash between blanks, English.

    Returns
    -------
    str
        One of the two; all of it where it is not two halves.

    Examples
    --------
    >>> one_language("请求太大 / the request is too large")
    '请求太大'
    >>> one_language("只有一种")
    '只有一种'
    """
    return one_half(text, current_language())
