"""Users: who may sign in, as what, by which password."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, union_all, update

from voc.errors import ConflictError, RecordNotFound, StoreError
from voc.store.accounts import ROLES, Account, Role
from voc.store.audit import note
from voc.store.credentials import check_name, fold_name, hash_password, is_outdated, rehash, row_number, stamp, utc_now, verify_password
from voc.store.people import SessionRow, TokenRow, UserRow

if TYPE_CHECKING:
    from voc.store import Store

_SHOWN = (UserRow.id, UserRow.name, UserRow.role, UserRow.disabled, UserRow.created_at)


class Users:
    """The users of a store; each change is one transaction with its entry in the audit.

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

    def add(self, name: str, password: str | None = None, role: Role = "viewer", *, actor: str | None = None) -> Account:
        """Add a user.

        Parameters
        ----------
        name : str
            Unlike that of any other, whatever its case and width.
        password : str, optional
            Without one only tokens work.
        role : {"viewer", "reviewer", "admin"}
            What the user may do.
        actor : str, optional
            Who does this, for the audit.

        Returns
        -------
        Account
            As added.

        Raises
        ------
        StoreError
            If the name is taken or none, or the password is weak.
        """
        folded = check_name(name)
        _check_role(role)
        kept = None if password is None else hash_password(password, folded)
        with self.store.writing() as connection:
            if connection.execute(select(UserRow.id).where(UserRow.name == folded)).first():
                raise ConflictError(
                    "name_taken", f"已有这个用户 / there is such a user already: {folded!r}", "换个名字 / take another name"
                )
            row = {"name": folded, "password_hash": kept, "role": role, "created_at": stamp(self.clock()), "disabled": False}
            user_id = connection.execute(insert(UserRow).values(row).returning(UserRow.id)).scalar_one()
            note(connection, actor, "add_user", user=folded, role=role)
            return _account(_row(connection, UserRow.id == user_id, user_id))

    def all(self) -> tuple[Account, ...]:
        """All users.

        Returns
        -------
        tuple of Account
            By name.
        """
        with self.store.reading() as connection:
            return tuple(_account(row) for row in connection.execute(select(*_SHOWN).order_by(UserRow.name)).mappings())

    def last_seen(self) -> dict[int, str]:
        """When users were last there, as far as it is known: by a session that is not over, or by a token.

        Returns
        -------
        dict of int to str
            Number of the user → ISO 8601, UTC, to the minute.
        """
        signs = union_all(
            select(SessionRow.user_id.label("user_id"), SessionRow.used_at.label("at")),
            select(TokenRow.user_id, TokenRow.last_used_at).where(TokenRow.last_used_at.is_not(None)),
        ).subquery()
        with self.store.reading() as connection:
            return dict(connection.execute(select(signs.c.user_id, func.max(signs.c.at)).group_by(signs.c.user_id)).tuples().all())

    def get(self, user_id: int) -> Account:
        """One user by number.

        Parameters
        ----------
        user_id : int
            The number.

        Returns
        -------
        Account
            The user.

        Raises
        ------
        RecordNotFound
            If there is none.
        """
        with self.store.reading() as connection:
            return _account(_row(connection, UserRow.id == row_number(user_id), user_id))

    def named(self, name: str) -> Account:
        """One user by name.

        Parameters
        ----------
        name : str
            In any case and width.

        Returns
        -------
        Account
            The user.

        Raises
        ------
        RecordNotFound
            If there is none.
        """
        with self.store.reading() as connection:
            return _account(_row(connection, UserRow.name == fold_name(name), name[:64]))

    def change(
        self,
        user_id: int,
        *,
        role: Role | None = None,
        disabled: bool | None = None,
        password: str | None = None,
        actor: str | None = None,
    ) -> Account:
        """Change a user: all that is given, or nothing where one of it is refused.

        Disabling a user and a new password end the user's sessions; tokens rest while a user is disabled.

        Parameters
        ----------
        user_id : int
            The user.
        role : {"viewer", "reviewer", "admin"}, optional
            The new one; holds for tokens and sessions at once.
        disabled : bool, optional
            Whether the user is shut out.
        password : str, optional
            The new one.
        actor : str, optional
            Who does this, for the audit.

        Returns
        -------
        Account
            As changed.

        Raises
        ------
        RecordNotFound
            If there is no such user.
        StoreError
            If nobody would be left to administer the store, or the password is weak.
        """
        before = self.get(user_id)
        if role is not None:
            _check_role(role)
        kept = None if password is None else hash_password(password, before.name)  # takes long: not while others wait to write
        with self.store.writing() as connection:
            # In order and locked: of two administrators who demote each other at the same moment one is refused.
            admins = select(UserRow.id).where(UserRow.role == "admin", UserRow.disabled.is_(False)).order_by(UserRow.id)
            left = set(connection.execute(admins.with_for_update()).scalars())
            row = _row(connection, UserRow.id == user_id, user_id)
            values: dict[str, Any] = {}
            if role is not None and role != row["role"]:
                values["role"] = role
                note(connection, actor, "change_role", user=row["name"], role=role)
            if disabled is not None and disabled != bool(row["disabled"]):
                values["disabled"] = disabled
                note(connection, actor, "disable_user" if disabled else "enable_user", user=row["name"])
            if kept is not None:
                values["password_hash"] = kept
                note(connection, actor, "change_password", user=row["name"])
            if left == {user_id} and (values.get("role", "admin") != "admin" or values.get("disabled")):
                message = f"这是最后一个可用的管理员 / this is the last administrator who can sign in: {row['name']!r}"
                raise ConflictError("last_admin", message, "先让别人当管理员 / make somebody else an administrator first")
            if values:
                connection.execute(update(UserRow).where(UserRow.id == user_id).values(values))
            if kept is not None or values.get("disabled"):
                connection.execute(delete(SessionRow).where(SessionRow.user_id == user_id))
            return _account(_row(connection, UserRow.id == user_id, user_id))

    def verify(self, name: str, password: str) -> Account | None:
        """Who signs in by a name and a password; an unknown name takes as long as a wrong password.

        Parameters
        ----------
        name : str
            In any case and width.
        password : str
            As written.

        Returns
        -------
        Account or None
            None: no such user, disabled, without a password, or another password.
        """
        with self.store.reading() as connection:
            wanted = select(UserRow.__table__).where(UserRow.name == fold_name(name[:256]))
            row = None if "\0" in name else connection.execute(wanted).mappings().first()
        kept = row["password_hash"] if row and not row["disabled"] else None
        if not verify_password(kept, password) or row is None or kept is None:
            return None
        if is_outdated(kept):
            anew = rehash(password)
            with self.store.writing() as connection:  # unless it was changed meanwhile
                same = (UserRow.id == row["id"], UserRow.password_hash == kept)
                connection.execute(update(UserRow).where(*same).values(password_hash=anew))
        return _account({column.key: row[column.key] for column in _SHOWN})


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise StoreError("unknown_role", f"没有这个角色 / no such role: {role!r}", f"可用 / use one of: {' '.join(ROLES)}")


def _row(connection: Connection, condition: Any, said: object) -> RowMapping:
    row = connection.execute(select(*_SHOWN).where(condition)).mappings().first()
    if row is None:
        raise RecordNotFound("unknown_user", f"没有这个用户 / no such user: {said!r}", "voc user list")
    return row


def _account(row: Any) -> Account:
    return Account.model_validate({**row, "disabled": bool(row["disabled"])})
