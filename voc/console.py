"""What the command line says beside its results, on standard error."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from voc.problems import grouped

if TYPE_CHECKING:
    from voc.records import Problem, SourceTable

_GROUPS_SHOWN = 12


def print_mapping(tables: Sequence[SourceTable]) -> None:
    """Say how each table was read and which column was taken for what.

    Parameters
    ----------
    tables : sequence of SourceTable
        As found.
    """
    for table in tables:
        how = " ".join(
            filter(
                None,
                (
                    table.encoding,
                    f"表头第 {table.header_row} 行 / header in row {table.header_row}" if table.header_row else "无表头 / no header",
                ),
            )
        )
        typer.echo(f"{table.label}: {how}", err=True)
        others = [f"{role}={column}" for role, column in table.columns.items() if role != "text"]
        typer.echo(f"  文本 / text: {'、'.join(table.text_columns)}", err=True)
        if others:
            typer.echo(f"  其他 / others: {', '.join(others)}", err=True)
        if table.ignored:
            typer.echo(f"  保留为 extra / kept as extra: {'、'.join(table.ignored)}", err=True)


def print_problems(problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    """Count what could not be read, by file, column and reason, with the first rows of each.

    Parameters
    ----------
    problems, notices : sequence of Problem
        Rows left out; cells left out of rows that were kept.
    """
    for title, items in (("未读 / not read", problems), ("提示 / notices", notices)):
        if not items:
            continue
        typer.echo(f"{title}: {len(items)}", err=True)
        groups = sorted(grouped(items), key=lambda group: -len(group.rows))
        for group in groups[:_GROUPS_SHOWN]:
            file = [group.first.file, group.first.column, f"行 / rows {group.places}" if group.first.row else None]
            typer.echo(f"  {len(group.rows)} × {group.first.reason}（{'，'.join(filter(None, file))}）", err=True)
        if rest := groups[_GROUPS_SHOWN:]:
            places = sum(len(group.rows) for group in rest)
            typer.echo(f"  另有 {len(rest)} 种，共 {places} 处 / {len(rest)} more kinds, {places} places", err=True)


def print_userdict(hits: Counter[str]) -> None:
    """Say in how many comments each entry of the user dictionaries was applied.

    Parameters
    ----------
    hits : collections.Counter
        Entry → comments.
    """
    if hits:
        typer.echo("用户词典 / user dictionary: " + "，".join(f"{word} {count} 条" for word, count in hits.most_common()), err=True)
