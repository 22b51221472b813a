"""`voc serve`; registered with `voc` through the entry points ``voc.commands``."""

from __future__ import annotations

from typing import Annotated

import typer

from voc.cli.options import Threads


def serve(
    host: Annotated[str | None, typer.Option("--host", help="监听的地址；默认只本机 / address to listen on  [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option("--port", help="端口；0 任选 / port; 0: any free one  [8000]")] = None,
    store: Annotated[str | None, typer.Option("--store", help="数据库地址 / URL of the store  [sqlite:///voc.db]")] = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="不验证身份，只限本机 / nobody has to say who they are; on this machine alone")
    ] = False,
    quality: Annotated[
        str | None, typer.Option("--quality", help="请求没说时用哪档：best、fast 或模型目录 / for requests that name none  [best]")
    ] = None,
    threads: Threads = None,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="不带工作进程，另开 voc worker / without a worker; run voc worker elsewhere")
    ] = False,
) -> None:
    """启动服务；先用 voc user add 建用户 / Serve over HTTP; users are made by voc user add."""
    from voc.logs import configure_logging
    from voc.store import DEFAULT_URL
    from web import create_app
    from web.child import WorkerChild
    from web.server import listen
    from web.server import serve as run
    from web.settings import read_settings

    settings = read_settings(
        host=host, port=port, store=store, no_auth=no_auth or None, quality=quality, threads=threads, no_worker=no_worker or None
    )
    app = create_app(settings)
    app.extensions["store"].upgrade()
    app.extensions["work"].root  # noqa: B018  (made now, or refused)
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    with listen(settings) as bound:
        app.extensions["scorer"].lane()  # the first request need not wait for the models
        address = f"http://{name}:{bound.getsockname()[1]}"

        def started() -> None:
            if settings.no_auth:
                typer.echo("未验证身份：本机上的任何人都能用 / no authentication: anybody on this machine can use it")
            elif not app.extensions["store"].users.all():
                same = "" if settings.store == DEFAULT_URL else "（--store 与此处相同 / with the same --store）"
                typer.echo(f"还没有用户，先建一个 / there is no user yet, make one: voc user add NAME --role admin{same}")
            typer.echo(f"{address}  ·  说明 / docs {address}/api/v1/docs")

        configure_logging()
        child = None if settings.no_worker else WorkerChild(settings)
        if child:
            child.start()
        try:
            run(app, settings, bound, started)
        finally:
            if child:
                child.stop(settings.stop_timeout_s)
            app.extensions["work"].close()
