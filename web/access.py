"""Who may see what: uploads of the team, and those that are private to one user."""

from __future__ import annotations

from flask import g

from voc.errors import RecordNotFound
from voc.store import Store, StoredUpload
from web.errors import ApiError


def sees(upload: StoredUpload) -> bool:
    """Whether the caller of the present request may see an upload and all that came of it.

    Parameters
    ----------
    upload : StoredUpload
        With its owner.

    Returns
    -------
    bool
        True unless it is private to somebody else and the caller is no administrator.
    """
    return not upload.private or "admin" in g.identity.scopes or (upload.user_id is not None and upload.user_id == g.identity.user_id)


def may_erase(upload: StoredUpload) -> bool:
    """Whether the caller of the present request may erase an upload, and say who else sees it.

    Parameters
    ----------
    upload : StoredUpload
        That the caller may see.

    Returns
    -------
    bool
        True for its owner and administrators.
    """
    mine = upload.user_id is not None and upload.user_id == g.identity.user_id
    return mine or "admin" in g.identity.scopes


def not_yours() -> ApiError:
    """What to say to who may not erase an upload.

    Returns
    -------
    ApiError
        To be raised.
    """
    message = "只有上传者和管理员能删除 / only its owner and administrators may erase it"
    return ApiError(403, "not_yours", message, "请其中一位删除 / ask one of them")


def visible_upload(store: Store, upload_id: int) -> StoredUpload:
    """An upload that the caller may see.

    Parameters
    ----------
    store : Store
        Holds it.
    upload_id : int
        Its number.

    Returns
    -------
    StoredUpload
        To go on with.

    Raises
    ------
    RecordNotFound
        If there is none; that another user's is there is not said.
    """
    upload = store.upload(upload_id)
    if not sees(upload):
        raise RecordNotFound("unknown_upload", f"没有这次上传 / no such upload: {upload_id}")
    return upload


def visible_run(store: Store, run_id: str) -> StoredUpload:
    """The upload of a run that the caller may see.

    Parameters
    ----------
    store : Store
        Holds it.
    run_id : str
        The run.

    Returns
    -------
    StoredUpload
        That the run analysed.

    Raises
    ------
    RecordNotFound
        If there is no such run; that another user's is there is not said.
    """
    upload = store.upload_of(run_id)
    if not sees(upload):
        raise RecordNotFound("unknown_run", f"没有这次分析 / no such run: {run_id!r}")
    return upload
