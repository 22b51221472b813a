"""`voc user` and `voc token`: who may use `voc serve`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from voc.cli.db import DEFAULT_URL, StoreUrl
from voc.errors import SettingsError

user_app = typer.Typer(help="用户：新建、停用、改密码、改角色 / Users: add, disable, password, role.", no_args_is_help=True)
token_app = typer.Typer(help="令牌：给脚本用的钥匙 / Tokens: keys of scripts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="用户名 / name of the user", show_default=False)]
Role = Annotated[str, typer.Option("--role", help="viewer 只看；reviewer 还能评分、改判；admin 全部 / what the user may do")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码（一行）/ read the password from standard input, one line")
]


@user_app.command()
def add(name: Name, role: Role = "viewer", password_stdin: FromStdin = False, store: StoreUrl = DEFAULT_URL) -> None:
    """新建用户；没有数据库就先建 / Add a user; makes the store where there is none."""
    opened = _open(store)
    opened.upgrade()
    made = opened.users.add(name, _password(password_stdin), _checked(role), actor="local")
    typer.echo(f"已新建 / added: {made.name} ({made.role})")


@user_app.command("list")
def list_users(store: StoreUrl = DEFAULT_URL) -> None:
    """列出用户 / List the users."""
    for user in _open(store).users.all():
        typer.echo(f"{user.name}\t{user.role}\t{'已停用 / disabled' if user.disabled else '可用 / enabled'}\t{user.created_at}")


@user_app.command()
def disable(name: Name, store: StoreUrl = DEFAULT_URL) -> None:
    """停用：马上退出登录，令牌也停 / Shut a user out: sessions end, tokens rest."""
    changed = _change(store, name, disabled=True)
    typer.echo(f"已停用 / disabled: {changed.name}")


@user_app.command()
def enable(name: Name, store: StoreUrl = DEFAULT_URL) -> None:
    """重新启用，令牌也恢复 / Let a user in again, tokens too."""
    changed = _change(store, name, disabled=False)
    typer.echo(f"已启用 / enabled: {changed.name}")


@user_app.command()
def password(name: Name, password_stdin: FromStdin = False, store: StoreUrl = DEFAULT_URL) -> None:
    """改密码，已有的登录都失效 / Set another password; sessions end."""
    changed = _change(store, name, password=_password(password_stdin))
    typer.echo(f"密码已改 / password changed: {changed.name}")


@user_app.command()
def role(
    name: Name, role: Annotated[str, typer.Argument(help="viewer reviewer admin", show_default=False)], store: StoreUrl = DEFAULT_URL
) -> None:
    """改角色，马上生效 / Give a user another role; it holds at once."""
    changed = _change(store, name, role=_checked(role))
    typer.echo(f"角色已改 / role changed: {changed.name} ({changed.role})")


@token_app.command()
def create(
    user: Annotated[str, typer.Argument(help="给谁 / whose it is to be", show_default=False)],
    name: Annotated[str, typer.Option("--name", help="做什么用 / what it is for", show_default=False)],
    scope: Annotated[
        list[str], typer.Option("--scope", help="权限，可重复：read score write admin / what it allows, repeatable", show_default=False)
    ],
    days: Annotated[int, typer.Option("--days", help="多少天后过期 / days until it expires")] = 90,
    store: StoreUrl = DEFAULT_URL,
) -> None:
    """新建令牌：标准输出上只有密文，只给这一次 / Make a token; its secret alone goes to standard output, this once."""
    opened = _open(store)
    scopes: list[Any] = [part for given in scope for part in given.replace(",", " ").split()]
    made = opened.tokens.create(opened.users.named(user).id, name, scopes, days, actor="local")
    typer.echo(f"令牌 / token {made.id}: {made.user}, {' '.join(made.scopes)}, 到期 / expires {made.expires_at}", err=True)
    typer.echo(made.secret)


@token_app.command("list")
def list_tokens(store: StoreUrl = DEFAULT_URL) -> None:
    """列出令牌，没有密文 / List the tokens, without secrets."""
    for token in _open(store).tokens.all():
        end = f"已撤销 / revoked {token.revoked_at}" if token.revoked_at else f"到期 / expires {token.expires_at}"
        used = f"上次 / last used {token.last_used_at or '–'}"
        typer.echo(f"{token.id}\t{token.user}\t{token.name}\t{' '.join(token.scopes)}\t{end}\t{used}")


@token_app.command()
def revoke(
    number: Annotated[int, typer.Argument(help="编号，见 voc token list / its number", show_default=False)], store: StoreUrl = DEFAULT_URL
) -> None:
    """撤销令牌，马上生效 / End a token for good, at once."""
    _open(store).tokens.revoke(number, actor="local")
    typer.echo(f"已撤销 / revoked: {number}")


def _open(url: str) -> Any:
    from voc.store import Store

    return Store(url)


def _change(url: str, name: str, **change: Any) -> Any:
    users = _open(url).users
    return users.change(users.named(name).id, actor="local", **change)


def _checked(role: str) -> Any:
    from voc.store.accounts import ROLES

    if role not in ROLES:  # before a password is asked for
        raise SettingsError("unknown_role", f"没有这个角色 / no such role: {role!r}", f"可用 / use one of: {' '.join(ROLES)}")
    return role


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise SettingsError("no_terminal", "没有终端，问不了密码 / no terminal to ask for a password on", "--password-stdin")
    return str(typer.prompt("密码，至少 12 个字符 / password, 12 characters or more", hide_input=True, confirmation_prompt=True))
