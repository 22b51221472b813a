"""`voc db`: the store's tables and files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="数据库：建表、检查、备份、恢复 / The store: tables, check, backup, restore.", no_args_is_help=True)

StoreUrl = Annotated[
    str,
    typer.Option(
        "--store", envvar="VOC_STORE", help="数据库地址 / URL of the store: sqlite:///voc.db, postgresql://user:password@host/name"
    ),
]
DEFAULT_URL = "sqlite:///voc.db"  # voc.store says it too, and would import SQLAlchemy here


@app.command()
def upgrade(store: StoreUrl = DEFAULT_URL) -> None:
    """建表，或升级到这一版；数据保留 / Make the tables, or bring them to this version; data stays."""
    from voc.store import Store

    opened = Store(store)
    opened.upgrade()
    typer.echo(f"已就绪 / ready: {opened.database.name} ({opened.revision})")


@app.command()
def check(store: StoreUrl = DEFAULT_URL) -> None:
    """检查数据库是否完好 / Look whether the store is sound."""
    from voc.store import Store

    health = Store(store).check()
    typer.echo(f"完好 / sound: {health.store} ({health.revision})")
    for table, rows in health.rows.items():
        typer.echo(f"  {table} {rows}")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="备份文件 / file to write", show_default=False)], store: StoreUrl = DEFAULT_URL
) -> None:
    """备份，不用停机 / Copy the store to a file while it is in use."""
    from voc.store import Store

    Store(store).backup(file)
    typer.echo(f"已写入 / wrote {file}", err=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="voc db backup 写的文件 / what voc db backup wrote", show_default=False)],
    replace: Annotated[bool, typer.Option("--replace", help="覆盖库里已有的分析 / replace the runs that the store holds")] = False,
    store: StoreUrl = DEFAULT_URL,
) -> None:
    """从备份恢复 / Put a backup in the place of what the store holds."""
    from voc.store import Store

    opened = Store(store)
    opened.restore(file, replace=replace)
    opened.upgrade()  # the backup may be of an older voc
    typer.echo(f"已恢复 / restored: {opened.database.name} ({opened.revision})")
