"""The server that `pages` measures; a module of its own, so that it loads nothing that ``voc serve`` would not."""

from __future__ import annotations

import sys

from web import create_app
from web.scoring import Scorer
from web.server import listen
from web.server import serve as run
from web.settings import ServerSettings


def serve(url: str) -> None:
    """Serve a store's pages until told to stop."""
    settings = ServerSettings(no_auth=True, store=url, port=0, rate_limit_per_minute=10**6)
    app = create_app(settings, scorer=Scorer(lambda *_: None, quality="fast"))
    with listen(settings) as bound:
        run(app, settings, bound, lambda: print(bound.getsockname()[1], flush=True))


if __name__ == "__main__":
    serve(sys.argv[1])
