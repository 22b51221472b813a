"""`voc codebook …`: look at a codebook, edit it, commit, go back; the same functions as the library."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voc.errors import CodebookError

if TYPE_CHECKING:
    from rich.table import Table

    from voc.codebook.records import Codebook

app = typer.Typer(help="痛点手册：查看、修改、提交、回退 / The codebook of pain points: see, edit, commit, go back.", no_args_is_help=True)

Book = Annotated[Path, typer.Argument(help="手册文件 / codebook file, e.g. retail.codebook", show_default=False)]
Point = Annotated[str, typer.Argument(help="痛点：编号或名称 / pain point: id or name", show_default=False)]
CommentId = Annotated[str, typer.Argument(help="评论编号 / id of the comment", show_default=False)]
Span = Annotated[
    str | None, typer.Option("--span", help="评论中的位置 起:止，有几句抱怨时用 / which complaint of the comment, as start:end")
]
Most = Annotated[int, typer.Option("--top", help="最多列几条 / rows at most")]


@app.command("list")
def list_(
    book: Book,
    everything: Annotated[bool, typer.Option("--all", help="连同已忽略、已并入的 / also those dismissed or merged")] = False,
) -> None:
    """列出痛点 / List the pain points with their counts in the last run."""
    from voc.codebook.tables import points_table
    from voc.taxonomy import load_taxonomy

    codebook = _load(book)
    if not codebook.pain_points:
        typer.echo("手册里还没有痛点 / no pain points yet: voc analyse 文件.xlsx --codebook " + book.name)
        return
    _print(points_table(codebook, {touchpoint.id: touchpoint.zh for touchpoint in load_taxonomy().touchpoints}, everything=everything))


@app.command()
def show(
    book: Book,
    point: Annotated[str | None, typer.Argument(help="痛点；不写则看版本历史 / pain point; the history where left out")] = None,
    top: Most = 20,
) -> None:
    """看一个痛点的成员，或版本历史 / Show the members of a pain point, or the history."""
    from voc.codebook.find import find_point
    from voc.codebook.tables import edits_table, history_table, members_table

    codebook = _load(book)
    if point is not None:
        found = find_point(codebook, point)
        _print(members_table(codebook, found, top))
        typer.echo("例句 / recognised by: " + "；".join(found.prototype[:top]))
        return
    if not codebook.versions:
        typer.echo("还没有版本 / no version yet: voc codebook commit " + book.name)
    _print(history_table(codebook))
    if codebook.draft:
        _print(edits_table(codebook.draft, _labels(codebook), "草稿 / Draft"))


@app.command()
def diff(
    book: Book,
    since: Annotated[int | None, typer.Option("--since", help="与哪一版比较；默认最新 / version to compare with; the last one")] = None,
    top: Most = 20,
) -> None:
    """草稿改变了什么：哪些评论移动，前后各多少 / What the draft changes: which comments move, counts before and after."""
    from voc.codebook.differences import diff as compare
    from voc.codebook.tables import diff_tables, edits_table

    codebook = _load(book)
    difference = compare(codebook, since)
    if not difference.points and not difference.moved:
        typer.echo("没有变化 / nothing changed")
    if codebook.draft:
        _print(edits_table(codebook.draft, _labels(codebook), "草稿 / Draft"))
    _print(*diff_tables(codebook, difference, top))


@app.command()
def commit(book: Book, message: Annotated[str, typer.Option("--message", "-m", help="说明 / what it is about")] = "") -> None:
    """把草稿提交为新版本 / Make the draft a version."""
    from voc.codebook.versions import commit as run

    _change(book, lambda codebook: run(codebook, message))


@app.command()
def rollback(book: Book, version: Annotated[int, typer.Argument(help="回到哪一版 / version to return to", show_default=False)]) -> None:
    """回到某一版，历史不丢 / Return to a version by a new one; history is kept."""
    from voc.codebook.versions import rollback as run

    _change(book, lambda codebook: run(codebook, version))


@app.command()
def undo(book: Book, everything: Annotated[bool, typer.Option("--all", help="撤销整份草稿 / the whole draft")] = False) -> None:
    """撤销草稿里最后一处修改 / Take back the last edit of the draft."""
    from voc.codebook.versions import undo as run

    _change(book, lambda codebook: run(codebook, everything=everything)[0])


@app.command()
def merge(book: Book, point: Point, into: Annotated[str, typer.Argument(help="并入哪个痛点 / into which", show_default=False)]) -> None:
    """把一个痛点并入另一个 / Merge a pain point into another."""
    from voc.codebook.edits import merge as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point), _id(codebook, into)))


@app.command()
def split(
    book: Book,
    point: Point,
    words: Annotated[list[str], typer.Option("--words", "-w", help="含有这些词的成员，可重复 / members with these words, repeatable")],
    label: Annotated[str, typer.Option("--label", help="新痛点的名称；默认第一个词 / name of the new one; the first word")] = "",
) -> None:
    """按词拆出一个新痛点 / Split off the members that hold some words."""
    from voc.codebook.edits import split as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point), words, label or words[0])[0])


@app.command()
def rename(book: Book, point: Point, label: Annotated[str, typer.Argument(help="新名称 / new name", show_default=False)]) -> None:
    """改名 / Rename a pain point."""
    from voc.codebook.edits import rename as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point), label))


@app.command()
def move(book: Book, comment: CommentId, point: Point, span: Span = None) -> None:
    """把一句抱怨移到某个痛点 / Move a complaint to a pain point."""
    from voc.codebook.edits import move as run
    from voc.codebook.find import the_member

    _change(book, lambda codebook: run(codebook, [the_member(codebook, comment, _span(span))], _id(codebook, point)))


@app.command()
def exclude(book: Book, comment: CommentId, span: Span = None) -> None:
    """排除一句误判的抱怨 / Take a complaint out of all pain points."""
    from voc.codebook.edits import exclude as run
    from voc.codebook.find import the_member

    _change(book, lambda codebook: run(codebook, [the_member(codebook, comment, _span(span))]))


@app.command()
def lock(book: Book, point: Point) -> None:
    """锁定：只认现有成员和例句 / Lock: matching gives it nothing beyond its members and examples."""
    from voc.codebook.edits import lock as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point)))


@app.command()
def unlock(book: Book, point: Point) -> None:
    """解锁 / Unlock."""
    from voc.codebook.edits import unlock as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point)))


@app.command()
def dismiss(book: Book, point: Point) -> None:
    """忽略：照样识别，不再显示 / Dismiss: still recognised, no longer shown."""
    from voc.codebook.edits import dismiss as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point)))


@app.command()
def restore(book: Book, point: Point) -> None:
    """恢复已忽略或已并入的痛点 / Restore a dismissed or merged pain point."""
    from voc.codebook.edits import restore as run

    _change(book, lambda codebook: run(codebook, _id(codebook, point)))


@app.command()
def pin(
    book: Book,
    point: Point,
    comment: CommentId,
    span: Span = None,
    remove: Annotated[bool, typer.Option("--remove", help="取消钉住 / no longer")] = False,
) -> None:
    """钉住一句原话，报告里优先引用 / Pin a quote, which reports then show first."""
    from voc.codebook.edits import pin as run
    from voc.codebook.find import the_member

    def change(codebook: Codebook) -> Codebook:  # numpydoc ignore=GL08
        found = _id(codebook, point)
        return run(codebook, found, the_member(codebook, comment, _span(span), found), pinned=not remove)

    _change(book, change)


@app.command("export")
def export_(
    book: Book,
    output: Annotated[Path, typer.Option("--output", "-o", help="输出 .json 或 .csv（Excel 可直接打开）/ output, .json or .csv")],
) -> None:
    """导出痛点为 JSON 或 CSV / Export the pain points as JSON or as CSV for Excel."""
    from voc.codebook.exchange import entries, entries_csv, entries_json
    from voc.output import text_output

    found = entries(_load(book))
    write = {".json": entries_json, ".csv": entries_csv}.get(output.suffix)
    if write is None:
        raise CodebookError("output_kind", f"不支持的输出格式 / unknown kind of output: {output.name!r}", ".json / .csv")
    with text_output(output) as out:
        out.write(write(found))
    typer.echo(f"已写入 / wrote {output}", err=True)


@app.command("import")
def import_(
    book: Book,
    source: Annotated[
        Path, typer.Argument(help="导出后改过的 .json 或 .csv，或自己的码表 / an export, edited, or a code frame of your own")
    ],
) -> None:
    """导入：改动变成草稿，没有编号的行变成新痛点 / Import: changes become edits, rows without an id new pain points."""
    from voc.codebook.exchange import read_entries
    from voc.codebook.file import save_codebook
    from voc.codebook.records import Codebook
    from voc.codebook.takeover import edits_made, take_over

    opened = _load(book) if book.exists() else None
    before = opened or Codebook()
    after = take_over(before, read_entries(source))
    save_codebook(after, book, opened=opened)
    edits, added = edits_made(before, after)
    typer.echo(f"修改 / edits {edits} · 新痛点 / new pain points {added}")
    _say(after, book)


def _load(path: Path) -> Codebook:
    from voc.codebook.file import load_codebook

    return load_codebook(path)


def _change(path: Path, change: Callable[[Codebook], Codebook]) -> None:
    """Change the file, and say what came of it."""
    from voc.codebook.file import save_codebook
    from voc.codebook.tables import edits_table

    before = _load(path)
    after = change(before)
    save_codebook(after, path, opened=before)
    if made := after.draft[len(before.draft) :]:
        _print(edits_table(made, _labels(after), "修改 / Edits"))
    _say(after, path)


def _say(codebook: Codebook, path: Path) -> None:
    from voc.codebook.tables import version_name

    more = f"；查看与提交 / see and commit: voc codebook diff {path.name}, commit" if codebook.draft else ""
    typer.echo(f"{path.name}: {version_name(codebook)}{more}", err=True)


def _id(codebook: Codebook, name: str) -> str:
    from voc.codebook.find import find_point

    return find_point(codebook, name).id


def _labels(codebook: Codebook) -> dict[str, str]:
    return {point.id: point.label for point in codebook.pain_points}


def _span(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"\s*(\d+)\s*[:：-]\s*(\d+)\s*", text)
    if not found or int(found[1]) >= int(found[2]):
        raise CodebookError("bad_span", f"位置要写成 起:止 / a span is start:end: {text!r}", "--span 0:5")
    return int(found[1]), int(found[2])


def _print(*tables: Table) -> None:
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 140)
    for table in tables:
        console.print(table, highlight=False)
