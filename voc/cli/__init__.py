"""The command line: `voc ingest | score | analyse | codebook | explain | evaluate | train | db | schema`; all by library functions."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from voc.cli.batch import analyse, ingest, score
from voc.cli.codebook import app as codebook_app
from voc.cli.db import app as db_app
from voc.cli.models import evaluate, explain, train
from voc.errors import VocError

app = typer.Typer(
    help="中文客户之声分析：从表格到痛点 / Chinese voice of customer: from a spreadsheet to pain points.",
    no_args_is_help=True,
    add_completion=False,
)
for command in (ingest, score, analyse, explain, evaluate, train):
    app.command()(command)
app.add_typer(codebook_app, name="codebook")
app.add_typer(db_app, name="db")


@app.command()
def schema(
    name: Annotated[str, typer.Argument(help="analysis annotation explanation evaluation codebook comment problem", show_default=False)],
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
