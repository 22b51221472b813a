"""Errors that a user can act on: one base, builtin parents, stable codes, Chinese first with English beside it."""

from __future__ import annotations


class VocError(Exception):
    """Something the caller can mend.

    Parameters
    ----------
    code : str
        Stable machine-readable name, e.g. ``"no_text_column"``.
    message : str
        What is wrong, Chinese then English, the offending value quoted but never a customer's text.
    hint : str
        What to do about it.
    **where : object
        Where it is: ``file=``, ``row=``, ``column=``, ...

    Examples
    --------
    >>> error = VocError("no_rows", "表中没有数据行 / the table has no data rows", "检查文件 / check the file", file="a.csv")
    >>> error.code, error.where
    ('no_rows', {'file': 'a.csv'})
    """

    def __init__(self, code: str, message: str, hint: str = "", **where: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        place = ", ".join(f"{key}={value}" for key, value in self.where.items())
        return f"{self.message} ({place})" if place else self.message


class TableError(VocError, ValueError):
    """A file that cannot be read as a table of comments."""


class SettingsError(VocError, ValueError):
    """An option or setting outside what is allowed."""


class TaxonomyError(VocError, ValueError):
    """A taxonomy or lexicon file that breaks its rules."""


class OutputError(VocError, OSError):
    """A place that cannot be written to."""


class ModelNotFound(VocError, LookupError):
    """No trained model of that name."""


class NotTrainedError(VocError, ValueError, AttributeError):
    """A classifier was asked before it was fitted or loaded."""


class MissingExtra(VocError, ImportError):
    """An optional package is needed for this."""


class ServiceError(VocError, OSError):
    """A `voc serve` that cannot be reached, or that refuses."""


class CodebookError(VocError, ValueError):
    """A codebook that cannot be read, or an edit that it does not allow."""


class UnknownPainPoint(CodebookError, LookupError):
    """No pain point of that name in the codebook."""


class StoreError(VocError, RuntimeError):
    """A database that cannot be used, or a change that it does not allow."""


class StoreUnavailable(StoreError):
    """A database that cannot be used now, through no fault of who asks."""


class ConflictError(StoreError):
    """A change that would do, were the store in another state."""


class RecordNotFound(StoreError, LookupError):
    """No upload, run, comment or customer of that name in the store."""


class TooManyAttempts(StoreError):
    """Too many failures to sign in.

    Parameters
    ----------
    wait_s : int
        Seconds until the next attempt.
    """

    def __init__(self, wait_s: int) -> None:
        minutes = -(-wait_s // 60)
        message = "登录失败次数太多 / too many failures to sign in"
        super().__init__("too_many_attempts", message, f"{minutes} 分钟后再试 / try again in {minutes} min")
        self.wait_s = wait_s


class JobError(StoreError):
    """A change that the state of a job does not allow."""
