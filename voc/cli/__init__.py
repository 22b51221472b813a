"""The command line: `voc ingest | score | analyse | stats | watch | report | codebook | explain | evaluate | train | db | worker | user …`.

More commands come from packages that register them in the entry-point group ``voc.commands``: `serve`, from `web`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from voc import __version__
from voc.cli.batch import analyse, ingest, score
from voc.cli.codebook import app as codebook_app
from voc.cli.db import app as db_app
from voc.cli.models import evaluate, explain, train
from voc.cli.report import report
from voc.cli.statistics import stats, watch
from voc.cli.users import token_app, user_app
from voc.cli.worker import worker
from voc.errors import VocError


class Commands(TyperGroup):
    """Our own commands and those of other packages, which are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: D102
        return [*super().list_commands(ctx), *sorted(entry_points(group="voc.commands").names)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: D102
        if own := super().get_command(ctx, cmd_name):
            return own
        for entry in entry_points(group="voc.commands", name=cmd_name):
            other = typer.Typer(add_completion=False)
            other.command(cmd_name)(entry.load())
            return get_command(other)
        return None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
)
for command in (ingest, score, analyse, stats, watch, report, explain, evaluate, train, worker):
    app.command()(command)
app.add_typer(codebook_app, name="codebook")
app.add_typer(db_app, name="db")
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"voc {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="打印版本号 / Print the version.")
    ] = False,
) -> None:
    """中文客户之声分析：从表格到痛点 / Chinese voice of customer: from a spreadsheet to pain points."""


@app.command()
def schema(
    name: Annotated[
        str,
        typer.Argument(help="analysis annotation explanation evaluation codebook comment problem statistics alerts", show_default=False),
    ],
) -> None:
    """打印 JSON Schema / Print the JSON schema of an output."""
    from voc.schemas import json_schema

    typer.echo(json_schema(name))


def main(arguments: Sequence[str] | None = None, *, standalone: bool = True) -> None:
    """Run the command line; an error that the user can mend is one clear message and exit code 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Without the program's name; those of the process where left out.
    standalone : bool
        End the process when done, as programs do; otherwise return.
    """
    try:
        app(arguments, standalone_mode=standalone)
    except VocError as error:
        typer.secho(f"错误 / error: {error}", fg=typer.colors.RED, err=True)
        if error.hint:
            typer.echo(f"办法 / hint: {error.hint}", err=True)
        sys.exit(2)
