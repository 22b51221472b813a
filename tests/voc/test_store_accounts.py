"""Users, tokens and sessions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import update
from test_store import dump

from voc.errors import RecordNotFound, StoreError, TooManyAttempts
from voc.store import Store
from voc.store import credentials as credentials_module
from voc.store.accounts import SCOPES_OF
from voc.store.credentials import verify_password
from voc.store.people import UserRow
from voc.store.sessions import Sessions
from voc.store.throttle import PAIR
from voc.store.tokens import Tokens

PASSWORD = "correct horse 电池"  # noqa: S105
OTHER = "another password 2"
START = datetime(2024, 6, 1, 8, tzinfo=UTC)


class Clock:
    """Stands still until it is moved on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """Argon2 as cheap as it can be: the tests are of what is around it."""
    monkeypatch.setattr(credentials_module, "PasswordHasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    credentials_module._nobodys.cache_clear()
    yield
    credentials_module._nobodys.cache_clear()


def refused(call, *arguments, **options) -> str:
    with pytest.raises(StoreError) as raised:
        call(*arguments, **options)
    return raised.value.code


def test_users_are_kept_by_a_name_that_case_and_width_do_not_change(store):
    added = store.users.add("Ｗang.Li", PASSWORD, "reviewer")
    assert (added.name, added.role, added.disabled) == ("wang.li", "reviewer", False)
    assert store.users.named(" WANG.li ") == store.users.get(added.id) == added
    assert refused(store.users.add, "wang.LI") == "name_taken"
    assert store.users.add("王丽").name == "王丽"
    assert [user.name for user in store.users.all()] == ["wang.li", "王丽"]


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "a\0b", "名" * 65, "local", "Local", "a\n", "<b>", "a:b"])
def test_users_refuse_the_name(store, name):
    if name == "a\n":  # only what surrounds it
        assert store.users.add(name).name == "a"
    else:
        assert refused(store.users.add, name) == ("name_taken" if name.lower() == "local" else "bad_name")


@pytest.mark.parametrize("password", ["", "short", "十一个字的密码不够长", "x" * 1025, "administrator"])
def test_users_refuse_the_password(store, password):
    assert refused(store.users.add, "Administrator", password) == "weak_password"
    assert store.users.all() == ()


def test_users_verify_by_name_and_password_alone(store):
    user = store.users.add("li", PASSWORD)
    store.users.add("bot")
    assert store.users.verify("LI", PASSWORD) == user
    for name, password in [
        ("li", OTHER),
        ("li", ""),
        ("nobody", PASSWORD),
        ("bot", ""),
        ("bot", PASSWORD),
        ("a\0", PASSWORD),
        ("li", "\ud800"),
    ]:
        assert store.users.verify(name, password) is None
    assert store.users.add("rene", "caf\u00e9 caf\u00e9 caf\u00e9")
    assert store.users.verify("rene", "cafe\u0301 cafe\u0301 cafe\u0301")  # the same letters from another keyboard


def test_users_are_looked_for_as_long_where_there_is_none(store, monkeypatch):
    verified = []

    class Counting(PasswordHasher):
        def verify(self, kept, password):
            verified.append(kept)
            return super().verify(kept, password)

    monkeypatch.setattr(credentials_module, "PasswordHasher", lambda: Counting(time_cost=1, memory_cost=8, parallelism=1))
    store.users.add("admin", PASSWORD, "admin")
    off = store.users.add("off", PASSWORD)
    store.users.change(off.id, disabled=True)
    for name in ("admin", "off", "nobody"):
        assert store.users.verify(name, OTHER) is None
    assert [re.sub(r"\$[^$]*\$[^$]*$", "", kept) for kept in verified] == ["$argon2id$v=19$m=8,t=1,p=1"] * 3
    assert not verify_password(None, PASSWORD)


def test_users_password_is_hashed_anew_when_parameters_change(store, monkeypatch):
    def kept() -> str:
        return next(iter(dump(store)["user"])).password_hash

    user = store.users.add("li", PASSWORD)
    before = kept()
    assert store.users.verify("li", PASSWORD)
    assert kept() == before
    monkeypatch.setattr(credentials_module, "PasswordHasher", lambda: PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))
    assert store.users.verify("li", OTHER) is None
    assert kept() == before
    assert store.users.verify("li", PASSWORD) == user
    assert "t=2" in kept()
    assert store.users.verify("li", PASSWORD) == user


def test_users_last_administrator_can_neither_be_disabled_nor_demoted(store):
    first, second = store.users.add("a", role="admin"), store.users.add("b", role="admin")
    store.users.change(second.id, disabled=True)
    before = dump(store)
    assert refused(store.users.change, first.id, disabled=True) == "last_admin"
    assert refused(store.users.change, first.id, role="viewer") == "last_admin"
    assert dump(store) == before  # nothing in the audit either
    store.users.change(second.id, disabled=False)
    assert store.users.change(first.id, role="viewer").role == "viewer"
    assert refused(store.users.change, second.id, role="reviewer", password=OTHER) == "last_admin"
    assert refused(store.users.change, 99, disabled=True) == "unknown_user"
    assert refused(store.users.change, 2**70, disabled=True) == "unknown_user"
    assert refused(store.users.change, first.id, role="root") == "unknown_role"


def test_users_two_administrators_who_demote_each_other_at_once_leave_one(store):
    ids = [store.users.add(name, role="admin").id for name in "abcd"]
    start = threading.Barrier(len(ids))

    def demote(number: int) -> None:
        start.wait()
        try:
            store.users.change(number, role="viewer")
        except StoreError as error:
            assert error.code == "last_admin"  # noqa: PT017

    with ThreadPoolExecutor(len(ids)) as threads:
        list(threads.map(demote, ids))
    assert [user.role for user in store.users.all()].count("admin") == 1


def test_tokens_tell_their_secret_once_and_keep_its_hash(store):
    user = store.users.add("li", role="reviewer")
    made = store.tokens.create(user.id, "每周导入", ["write", "read"], actor="li")
    assert re.fullmatch(r"voc_[\w-]{43}", made.secret)
    assert (made.user, made.scopes, made.last_used_at) == ("li", ("read", "write"), None)
    assert made.secret not in repr(dump(store))
    assert made.secret[4:] not in repr(dump(store))
    token, owner = store.tokens.check(made.secret)
    assert (token.id, owner) == (made.id, user)
    assert store.tokens.all(user.id) == store.tokens.all() == (store.tokens.get(made.id),)
    assert store.tokens.all(user.id + 1) == ()
    for wrong in ("", "voc_", made.secret[:-1], made.secret + "A", made.secret.swapcase(), "voc_" + "A" * 43, "令牌"):
        assert store.tokens.check(wrong) is None


@pytest.mark.parametrize("role", ["viewer", "reviewer", "admin"])
def test_tokens_allow_no_more_than_the_role(store, role):
    user = store.users.add("li", role=role)
    for scope in ("read", "score", "write", "admin"):
        if scope in SCOPES_OF[role]:
            assert store.tokens.create(user.id, "x", [scope]).scopes == (scope,)
        else:
            assert refused(store.tokens.create, user.id, "x", [scope]) == "scope_beyond_role"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"scopes": []}, "scope_beyond_role"),
        ({"scopes": ["root"]}, "scope_beyond_role"),
        ({"name": " "}, "bad_token_name"),
        ({"name": "a\0"}, "bad_token_name"),
        ({"name": "a\n"}, "bad_token_name"),
        ({"name": "名" * 101}, "bad_token_name"),
        ({"days": 0}, "bad_days"),
        ({"days": 10**12}, "bad_days"),
        ({"user_id": 99}, "unknown_user"),
        ({"user_id": -(2**70)}, "unknown_user"),
    ],
)
def test_tokens_refuse(store, options, code):
    user = store.users.add("li")
    assert refused(lambda **given: store.tokens.create(**{"user_id": user.id, "name": "x", "scopes": ["read"], **given}), **options) == code
    assert store.tokens.all() == ()


def test_tokens_end_by_time_by_hand_and_with_their_user(store, clock):
    tokens = Tokens(store, clock)
    store.users.add("admin", role="admin")
    user = store.users.add("li")
    short, long = (tokens.create(user.id, "x", ["read"], days) for days in (1, 30))
    clock.move(days=1, seconds=-1)
    assert tokens.check(short.secret)
    clock.move(seconds=1)
    assert tokens.check(short.secret) is None
    assert tokens.check(long.secret)
    store.users.change(user.id, disabled=True)
    assert tokens.check(long.secret) is None
    assert refused(tokens.create, user.id, "x", ["read"]) == "user_disabled"
    store.users.change(user.id, disabled=False)
    assert tokens.check(long.secret)
    tokens.revoke(long.id)
    at = tokens.get(long.id).revoked_at
    clock.move(hours=1)
    tokens.revoke(long.id)
    assert tokens.get(long.id).revoked_at == at
    assert tokens.check(long.secret) is None
    for unknown in (99, 2**70):
        with pytest.raises(RecordNotFound):
            tokens.revoke(unknown)


def test_tokens_note_their_use_once_a_minute_and_never_wait_for_it(tmp_path, clock):
    store = Store(f"sqlite:///{tmp_path}/voc.db")
    store.upgrade()
    tokens = Tokens(store, clock)
    made = tokens.create(store.users.add("li").id, "x", ["read"])
    seen = []
    for _ in range(5):
        tokens.check(made.secret)
        seen.append(tokens.get(made.id).last_used_at[11:19])
        clock.move(seconds=30)
    assert seen == ["08:00:00", "08:00:00", "08:01:00", "08:01:00", "08:02:00"]
    clock.move(hours=1)
    with store.database.write():  # somebody else writes, for long
        assert tokens.check(made.secret)
    assert tokens.get(made.id).last_used_at[11:19] == "08:02:00"
    tokens.check(made.secret)
    assert tokens.get(made.id).last_used_at[11:19] == "09:02:30"
    with store.database.outside() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
    store.close()


def test_sessions_end_when_idle_when_old_and_when_closed(store, clock):
    sessions = Sessions(store, idle=timedelta(hours=2), longest=timedelta(hours=5), clock=clock)
    user = store.users.add("li", PASSWORD)
    first, second = sessions.open(user), sessions.open(user)
    assert first != second
    assert first not in repr(dump(store))
    assert sessions.check(first) == user
    assert sessions.check("") is None
    sessions.close(second)
    assert sessions.check(second) is None
    for _ in range(4):
        clock.move(minutes=61)
        assert sessions.check(first) == user
    clock.move(minutes=61)  # five hours in all
    assert sessions.check(first) is None
    third = sessions.open(user)
    clock.move(minutes=119)
    assert sessions.check(third)
    clock.move(minutes=120)
    assert sessions.check(third) is None
    sessions.open(user)
    assert len(dump(store)["session"]) == 1  # those that are over went


def test_sessions_end_with_the_password_and_when_the_user_is_disabled(store):
    admin, user = store.users.add("admin", PASSWORD, "admin"), store.users.add("li", PASSWORD)
    keep, first = store.sessions.open(admin), store.sessions.open(user)
    store.users.change(user.id, password=OTHER)
    assert store.sessions.check(first) is None
    second = store.sessions.open(user)
    store.users.change(user.id, role="reviewer")
    assert store.sessions.check(second).role == "reviewer"
    store.users.change(user.id, disabled=True)
    store.users.change(user.id, disabled=False)
    assert store.sessions.check(second) is None  # for good
    assert store.sessions.check(keep) == admin
    assert store.users.verify("li", OTHER)
    assert store.users.verify("li", PASSWORD) is None


def test_failures_to_sign_in_have_to_wait_whether_or_not_there_is_the_user(store, clock):
    sessions = Sessions(store, clock=clock)
    store.users.add("li", PASSWORD)
    for name in ("li", "nobody"):
        for _ in range(PAIR):
            assert sessions.verify(name, OTHER, "192.0.2.1") is None
        with pytest.raises(TooManyAttempts) as waiting:
            sessions.verify(name, PASSWORD, "192.0.2.1")
        assert (waiting.value.wait_s, waiting.value.code) == (901, "too_many_attempts")
    assert sessions.verify("li", PASSWORD, "192.0.2.2")  # from where nobody failed
    clock.move(minutes=15)
    assert sessions.verify("LI", PASSWORD, "192.0.2.1")
    rows = dump(store)["throttle"]
    assert not any(word in repr(rows) for word in ("192.0.2", "li'", "nobody"))


def test_failures_to_sign_in_are_forgotten_by_name_and_address_after_a_success(store, clock):
    sessions = Sessions(store, clock=clock)
    store.users.add("li", PASSWORD)
    for _ in range(3):
        for _ in range(PAIR - 1):
            assert sessions.verify("li", OTHER, "192.0.2.1") is None
        assert sessions.verify("li", PASSWORD, "192.0.2.1")
    for _ in range(22):  # 49 failures from the address, which are not forgotten
        sessions.verify(f"user{clock.now}", OTHER, "192.0.2.1")
        clock.move(seconds=1)
    assert sessions.verify("li", OTHER, "192.0.2.1") is None
    with pytest.raises(TooManyAttempts):
        sessions.verify("li", OTHER, "192.0.2.1")


def test_failures_to_sign_in_count_when_they_come_at_once(store):
    store.users.add("li", PASSWORD)
    tried = []

    def guess(number: int) -> None:
        try:
            store.sessions.verify("li", f"{OTHER}{number}", "192.0.2.1")
            tried.append(number)
        except TooManyAttempts:
            pass  # as it should

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(guess, range(40)))
    assert len(tried) == PAIR


def test_audit_tells_who_did_what_and_nothing_secret(store):
    admin = store.users.add("admin", PASSWORD, "admin", actor="local")
    user = store.users.add("li", PASSWORD, actor="admin")
    made = store.tokens.create(user.id, "王小明13800138000", ["read"], actor="li")
    store.tokens.revoke(made.id, actor="admin")
    store.users.change(user.id, role="reviewer", password=OTHER, disabled=True, actor="admin")
    store.users.change(user.id, role="reviewer", actor="admin")  # nothing new
    store.sessions.open(admin)
    page = store.audit.page(limit=3)
    rest = store.audit.page(before=page.next)
    said = [(entry.actor, entry.action, entry.detail) for entry in reversed((*page.entries, *rest.entries))]
    assert said == [
        ("local", "add_user", {"user": "admin", "role": "admin"}),
        ("admin", "add_user", {"user": "li", "role": "viewer"}),
        ("li", "create_token", {"user": "li", "token": 1, "scopes": "read"}),
        ("admin", "revoke_token", {"user": "li", "token": 1}),
        ("admin", "change_role", {"user": "li", "role": "reviewer"}),
        ("admin", "disable_user", {"user": "li"}),
        ("admin", "change_password", {"user": "li"}),
        ("admin", "sign_in", {"user": "admin"}),
    ]
    assert rest.next is None
    assert refused(store.audit.page, limit=0) == "bad_limit"
    assert store.audit.page(before=2**70).entries == ()


def test_users_with_a_hash_that_is_none_cannot_sign_in(store):
    user = store.users.add("li", PASSWORD)
    with store.database.write() as connection:
        connection.execute(update(UserRow).where(UserRow.id == user.id).values(password_hash="damaged"))  # noqa: S106
    assert store.users.verify("li", PASSWORD) is None
