"""Names, passwords and secrets: what is allowed, and what of them is kept."""

from __future__ import annotations

import re
import secrets
import unicodedata
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from voc.errors import ConflictError, StoreError
from voc.store.accounts import LOCAL

SHORTEST_PASSWORD = 12  # characters
LONGEST_PASSWORD = 1024
_NAME = re.compile(r"[\w.@-]{1,64}")
_TOKEN = re.compile(r"voc_[A-Za-z0-9_-]{43}")
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"
_AT_ONCE = BoundedSemaphore(2)  # Argon2 takes 64 MiB and all cores it gets: many sign-ins at once are to wait, not to fill the memory


def utc_now() -> datetime:
    """The time.

    Returns
    -------
    datetime.datetime
        Aware, UTC.
    """
    return datetime.now(UTC)


def stamp(moment: datetime) -> str:
    """A time as the store writes it; such times compare as text.

    Parameters
    ----------
    moment : datetime.datetime
        UTC.

    Returns
    -------
    str
        ISO 8601, to the second.
    """
    return moment.isoformat(timespec="seconds")


def row_number(number: int) -> int:
    """A number that somebody asks for, as one that every database can look up.

    Parameters
    ----------
    number : int
        Any.

    Returns
    -------
    int
        0, which no row has, where it is beyond 64 bits.
    """
    return number if 0 < number < 2**63 else 0


def fold_name(name: str) -> str:
    """A user's name as it is kept and looked up: NFKC, without case.

    Parameters
    ----------
    name : str
        As somebody wrote it.

    Returns
    -------
    str
        What two spellings of one name have in common.

    Examples
    --------
    >>> fold_name(" Ｗang.Li "), fold_name("王丽")
    ('wang.li', '王丽')
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.strip()).casefold())


def check_name(name: str) -> str:
    """Refuse what is no name of a user.

    Parameters
    ----------
    name : str
        As somebody wrote it.

    Returns
    -------
    str
        Folded.

    Raises
    ------
    StoreError
        If it is none.
    """
    folded = fold_name(name)
    if folded == LOCAL:
        raise ConflictError("name_taken", f"这个名字另有用处 / the name is used otherwise: {folded!r}", "换个名字 / take another name")
    if not _NAME.fullmatch(folded):
        hint = "1–64 个字母、汉字、数字或 . _ - @ / letters, digits, . _ - @"
        raise StoreError("bad_name", f"不能用作用户名 / not a user name: {name[:64]!r}", hint)
    return folded


def hash_password(password: str, name: str = "") -> str:
    """A password as it is kept.

    Parameters
    ----------
    password : str
        Of 12 to 1,024 characters.
    name : str
        Whose it is to be; it may not be the password.

    Returns
    -------
    str
        Argon2id, with its parameters and salt.

    Raises
    ------
    StoreError
        If it is too short or too long, or the name.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or fold_name(password) == name:
        hint = f"{SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符，不要用用户名 / characters, and not the user name"
        raise StoreError("weak_password", "密码不合要求 / the password does not do", hint)
    return rehash(password)


def rehash(password: str) -> str:
    """A password that was allowed once, as it is kept by today's parameters.

    Parameters
    ----------
    password : str
        The one that was just verified.

    Returns
    -------
    str
        Argon2id, with its parameters and salt.
    """
    with _AT_ONCE:
        return PasswordHasher().hash(_normal(password))


def verify_password(kept: str | None, password: str) -> bool:
    """Whether a password is the one that is kept; it takes as long where none is.

    Parameters
    ----------
    kept : str or None
        From `hash_password`; None: nobody's.
    password : str
        As somebody wrote it.

    Returns
    -------
    bool
        False where nobody has it.
    """
    with _AT_ONCE:
        try:
            return PasswordHasher().verify(kept or _nobodys(), _normal(password[: LONGEST_PASSWORD + 1])) and kept is not None
        except (VerificationError, InvalidHashError):  # wrong, or a hash that nothing matches: both are no
            return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's.

    Parameters
    ----------
    kept : str
        From `hash_password`.

    Returns
    -------
    bool
        True: the password is to be hashed anew while it is at hand.
    """
    return PasswordHasher().check_needs_rehash(kept)


def new_secret(prefix: str = "") -> str:
    """Something that nobody guesses.

    Parameters
    ----------
    prefix : str
        Says what it is, so that leaked ones are found.

    Returns
    -------
    str
        32 random bytes, safe in URLs, after the prefix.
    """
    return prefix + secrets.token_urlsafe(32)


def temporary_password() -> str:
    """A password to be told to somebody, who then chooses another.

    Returns
    -------
    str
        79 random bits in four groups, without characters that are mistaken for each other when read aloud.
    """
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


def is_token(text: str) -> bool:
    """Whether something has the shape of a token.

    Parameters
    ----------
    text : str
        As it was sent.

    Returns
    -------
    bool
        False: it need not be looked up.
    """
    return _TOKEN.fullmatch(text) is not None


def fingerprint(secret: str) -> str:
    """A secret as it is kept; with 256 random bits in it a plain hash will do.

    Parameters
    ----------
    secret : str
        From `new_secret`.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.
    """
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")  # é is é, whichever keyboard it comes from


@cache
def _nobodys() -> str:
    return PasswordHasher().hash(secrets.token_bytes(32))
