"""User dictionaries of the tokeniser: a word a line, as jieba has them."""

from __future__ import annotations

from voc.errors import SettingsError

_MOST_FREQUENT = 10**9  # more than all words of the dictionary together; rjieba counts in machine words


def decode_words(content: bytes) -> str:
    """The text of a user dictionary, or of a taxonomy.

    Parameters
    ----------
    content : bytes
        Of a file.

    Returns
    -------
    str
        From UTF-8, or from GB18030, which Chinese Windows saves.

    Raises
    ------
    UnicodeDecodeError
        If it is neither.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def read_userdict(text: str, **where: str) -> list[tuple[str, int | None, str | None]]:
    """Read the text of a user dictionary.

    Parameters
    ----------
    text : str
        ``word [frequency] [tag]`` a line.
    **where : str
        Where it comes from, for the error.

    Returns
    -------
    list of (str, int or None, str or None)
        Word, frequency, tag.

    Raises
    ------
    SettingsError
        If a frequency is no whole number; it names the line.

    Examples
    --------
    >>> read_userdict("捞派滑牛肉\\n番茄锅底 5 n")
    [('捞派滑牛肉', None, None), ('番茄锅底', 5, 'n')]
    """
    entries = []
    for number, line in enumerate(text.split("\n"), 1):
        parts = line.split()
        if not parts:
            continue
        if len(parts) > 1 and not parts[1].isdigit():
            raise SettingsError(
                "userdict",
                f"词频不是整数 / the frequency is not a whole number: {parts[1]!r}",
                "词 [词频] [词性] / word [frequency] [tag]",
                **where,
                row=number,
            )
        frequency = min(int(parts[1]), _MOST_FREQUENT) if len(parts) > 1 else None
        entries.append((parts[0], frequency, parts[2] if len(parts) > 2 else None))
    return entries
