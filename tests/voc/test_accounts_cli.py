"""`voc user` and `voc token`."""

from __future__ import annotations

import io

import pytest
from test_cli import refuse

from voc.cli import main
from voc.store import Store

PASSWORD = "correct horse 电池"  # noqa: S105


@pytest.fixture
def url(tmp_path, monkeypatch):
    monkeypatch.setenv("VOC_STORE", f"sqlite:///{tmp_path}/voc.db")
    return f"sqlite:///{tmp_path}/voc.db"


def run(capsys, *arguments: str) -> tuple[str, str]:
    main([*arguments], standalone=False)
    said = capsys.readouterr()
    return said.out, said.err


@pytest.fixture
def admin(url, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    return run(capsys, "user", "add", "Admin", "--role", "admin", "--password-stdin")


def test_user_commands_do_what_they_say(url, admin, monkeypatch, capsys):
    assert admin == ("已新建 / added: admin (admin)\n", "")
    monkeypatch.setattr("sys.stdin", io.StringIO("another password\r\nrest"))
    run(capsys, "user", "add", "王丽", "--password-stdin")
    store = Store(url)
    assert store.users.verify("admin", PASSWORD).role == "admin"
    assert store.users.verify("王丽", "another password").role == "viewer"
    run(capsys, "user", "role", "王丽", "reviewer")
    run(capsys, "user", "disable", "王丽")
    listed = run(capsys, "user", "list")[0].splitlines()
    assert [line.split("\t")[:3] for line in listed] == [
        ["admin", "admin", "可用 / enabled"],
        ["王丽", "reviewer", "已停用 / disabled"],
    ]
    run(capsys, "user", "enable", "王丽")
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
    run(capsys, "user", "password", "王丽", "--password-stdin")
    assert store.users.verify("王丽", PASSWORD)
    assert {entry.actor for entry in store.audit.page().entries} == {"local"}
    store.close()


def test_token_create_prints_the_secret_alone(url, admin, capsys):
    out, err = run(capsys, "token", "create", "admin", "--name", "每周导入", "--scope", "read", "--scope", "score,write", "--days", "7")
    store = Store(url)
    token, user = store.tokens.check(out.removesuffix("\n"))
    assert (token.name, token.scopes, user.name) == ("每周导入", ("read", "score", "write"), "admin")
    assert out.strip() not in err
    listed = run(capsys, "token", "list")[0]
    assert "每周导入" in listed
    assert out.strip() not in listed
    run(capsys, "token", "revoke", str(token.id))
    assert store.tokens.check(out.strip()) is None
    store.close()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["user", "add", "admin", "--password-stdin"], "admin"),
        (["user", "add", "a b", "--password-stdin"], "a b"),
        (["user", "add", "li", "--role", "root", "--password-stdin"], "root"),
        (["user", "add", "li"], "--password-stdin"),
        (["user", "role", "admin", "viewer"], "管理员"),
        (["user", "disable", "admin"], "管理员"),
        (["user", "disable", "nobody"], "nobody"),
        (["token", "create", "admin", "--name", "x", "--scope", "root"], "root"),
        (["token", "create", "admin", "--name", "x", "--scope", "read", "--days", "0"], "3650"),
        (["token", "create", "nobody", "--name", "x", "--scope", "read"], "nobody"),
        (["token", "revoke", "9"], "9"),
        (["user", "list", "--store", "sqlite:///nowhere/voc.db"], "voc db upgrade"),
    ],
)
def test_account_commands_refuse(admin, arguments, said, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
    error = refuse(capsys, *arguments)
    assert said in error
    assert PASSWORD not in error


def test_user_add_refuses_a_weak_password_without_repeating_it(url, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret1\n"))
    assert "secret1" not in refuse(capsys, "user", "add", "li", "--password-stdin")
