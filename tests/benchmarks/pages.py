"""How long the pages take, and what they weigh, with many comments in the store: ``python -m tests.benchmarks.pages`` (see README.md)."""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote

sys.path.append(str(Path(__file__).parent.parent))  # the pages that there are, and the browser
sys.path.append(str(Path(__file__).parent))  # its neighbours; last, for one is called like a module of Python's
from all_pages import PAGES
from run import table
from store import CHANNELS, PRODUCTS, RUN, STORES, fill

import chromium
from voc.store import Store

AIM_MS, FIRST_MS, AIM_KIB = 300.0, 1000.0, 300.0
HEAD = ("page", "cold ms", "p50 ms", "p95 ms", "CPU p95 ms", "after review ms", "after edit ms", "KiB")
FILTERED = ("overview", "pain_points", "pain_points_table", "problem_tree", "comments", "review")
PAINTED = ("overview", "pain_points")
# Comments have filters of their own, which may be combined.
COMMENTS = {
    "touchpoint, sentiment, least sure first": "touchpoint=delivery&sentiment=negative&order=uncertain",
    "not reviewed, least sure first": "reviewed=false&order=uncertain",
    "words": "q=客服",
    "pain point": "pain_point={point}",
    "intent, mixed": "intent=churn&mixed=true",
}
_LINKED = re.compile(r'<(?:link[^>]*href|script[^>]*src)="(/static/[^"]+\.(?:css|js)[^"]*)"')


class Asked(NamedTuple):
    """A page to ask for: the address of its n-th request."""

    name: str
    address: Callable[[int], str]


class Answer(NamedTuple):
    """What an answer took."""

    ms: float
    cpu_ms: float  # of the whole server
    sent: int  # bytes
    body: str


class Server:
    """The pages of a store, served by a process of its own.

    It is what ``voc serve`` starts, but for the models, which no page needs.
    """

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.benchmarks.served", url]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)

    def ask(self, address: str, form: Any = None, method: str = "GET") -> Answer:
        spent, begun = self.cpu_ms(), time.perf_counter()
        headers = {"Accept-Encoding": "gzip"} | ({"Content-Type": "application/json"} if form is not None else {})
        self.connection.request(method, quote(address, safe="/?&=%"), None if form is None else json.dumps(form), headers)
        answer = self.connection.getresponse()
        sent = answer.read()
        took, spent = 1000 * (time.perf_counter() - begun), self.cpu_ms() - spent
        body = gzip.decompress(sent) if answer.getheader("Content-Encoding") == "gzip" else sent
        assert answer.status < 400 or "nowhere" in address, (address, answer.status, body[:500])
        return Answer(took, spent, len(sent), body.decode())

    def cpu_ms(self) -> float:
        clock = (~self.process.pid << 3) | 2  # Linux: of another process, all its threads together
        return 1000 * time.clock_gettime(clock)

    def memory_mib(self) -> int:
        """The most that it held."""
        return int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[0]) // 1024

    def stop(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait()


@contextmanager
def serving(url: str) -> Iterator[Server]:
    """A fresh server."""
    server = Server(url)
    try:
        yield server
    finally:
        server.stop()


def places(store: Store) -> dict[str, Any]:
    """What the addresses of pages name."""
    points = store.current(RUN).analysis.pain_points
    case = store.cases()[0] if store.cases() else store.open_case(RUN, points[0].id, actor="甲").case
    return {"run": RUN, "point": points[0].id, "word": "了", "case": case.id, "comment": store.comments(RUN, limit=1).comments[0].key}


def asked(known: dict[str, Any]) -> list[Asked]:
    """All pages, those of a run with filters as well: each time another, as people ask."""
    found = []
    for name, pattern in PAGES.items():
        address = pattern.format(**known)
        found.append(Asked(name, lambda _, address=address: address))
        if name in FILTERED:
            mark = "&" if "?" in address else "?"
            found.append(Asked(f"{name}, filtered", lambda n, address=address, mark=mark: f"{address}{mark}{_filter(n)}"))
    for name, query in COMMENTS.items():
        address = f"/runs/{RUN}/comments?{query.format(**known)}"
        found.append(Asked(f"comments: {name}", lambda _, address=address: address))
    return found


def _filter(number: int) -> str:
    several = (
        f"store={number % STORES}号店",
        f"channel={CHANNELS[number % len(CHANNELS)]}&from=2024-{1 + number % 9:02}",
        f"product=商品{number % PRODUCTS}",
        f"from=2024-{1 + number % 12:02}-05&to=2024-12",
    )
    return several[number % len(several)]


def cold(url: str, pages: Sequence[Asked]) -> dict[str, Answer]:
    """The first answer of a process for each page."""
    found = {}
    for page in pages:
        with serving(url) as server:
            server.ask("/help")  # templates and imports that all pages have in common
            found[page.name] = server.ask(page.address(0))
    return found


def weight(server: Server, answer: Answer) -> float:
    """KiB of a page with its styles and scripts."""
    linked = set(_LINKED.findall(answer.body))
    return (answer.sent + sum(server.ask(one).sent for one in linked)) / 1024


class Decisions:
    """Reviews and edits, each of another comment.

    Parameters
    ----------
    server : Server
        Takes them.
    """

    def __init__(self, server: Server) -> None:
        points = json.loads(server.ask(f"/api/v1/runs/{RUN}/pain-points").body)["pain_points"]
        self.server = server
        self.points = [point["id"] for point in points[10:]]
        self.numbers = count()

    def review(self) -> None:
        """Say that a comment that complains does not."""
        _, comment = self._next()
        decisions = [{"target": "sentiment", "label": "neutral"}, {"target": comment["annotation"]["touchpoints"][0]["id"], "label": None}]
        self.server.ask(f"/api/v1/runs/{RUN}/comments/{comment['key']}/reviews", {"decisions": decisions}, "POST")

    def edit(self) -> None:
        """Move a clause to another pain point."""
        point, comment = self._next()
        clause = {name: comment["pain_points"][0][name] for name in ("start", "end")}
        target = next(one for one in self.points if one != point)
        wanted = {"comment_id": comment["comment"]["id"], **clause, "to": target}
        self.server.ask(f"/api/v1/runs/{RUN}/pain-points/{point}/move", wanted, "POST")

    def _next(self) -> tuple[str, Any]:
        number = next(self.numbers)
        point = self.points[number % (len(self.points) // 2) + 1]
        address = f"/api/v1/runs/{RUN}/comments?pain_point={point}&limit=50"
        comments = json.loads(self.server.ask(address).body)["comments"]
        return point, comments[number % len(comments)]


def measure(url: str, pages: Sequence[Asked], repeats: int, *, from_cold: bool) -> tuple[list[dict[str, Any]], int]:
    """A row for each page, and the memory of the server in MiB."""
    first = cold(url, pages) if from_cold else {}
    rows = {}
    with serving(url) as server:
        for page in pages:
            before = first.get(page.name) or server.ask(page.address(0))
            answers = [server.ask(page.address(1 + number)) for number in range(repeats)]
            times, spent = sorted(one.ms for one in answers), sorted(one.cpu_ms for one in answers)
            late = min(int(0.95 * repeats), repeats - 1)
            rows[page.name] = {
                "page": page.name,
                "cold": before.ms,
                "cold_cpu": before.cpu_ms,
                "p50": times[repeats // 2],
                "p95": times[late],
                "cpu": spent[late],
                "kib": weight(server, answers[-1]),
            }
        decisions = Decisions(server)
        for kind, decide in (("review", decisions.review), ("edit", decisions.edit)):
            for number, page in enumerate(pages):
                decide()
                after = server.ask(page.address(repeats + number))
                rows[page.name] |= {f"after_{kind}": after.ms, f"after_{kind}_cpu": after.cpu_ms}
        return list(rows.values()), server.memory_mib()


def painted(url: str, pages: Sequence[Asked]) -> dict[str, float]:
    """Milliseconds until a fresh visitor sees something, by page."""
    found = {}
    with serving(url) as server, chromium.browsing() as browser:
        for page in pages:
            if page.name not in PAINTED:
                continue
            server.ask(page.address(0))
            with chromium.visiting(browser, f"http://127.0.0.1:{server.port}") as visit:
                visit.goto(page.address(0))
                visit.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
                found[page.name] = visit.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return found


def cells(row: dict[str, Any]) -> list[str]:
    """A row of the table; the time of the CPU stands in brackets."""
    both = [f"{row[name]:.0f} ({row[f'{name}_cpu']:.0f})" for name in ("cold", "after_review", "after_edit")]
    return [row["page"], both[0], *(f"{row[name]:.0f}" for name in ("p50", "p95", "cpu")), *both[1:], f"{row['kib']:.0f}"]


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comments", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--only", nargs="+", metavar="PAGE", help="pages, as the table names them, or how these begin")
    parser.add_argument("--no-cold", action="store_true", help="no fresh process for each page")
    parser.add_argument("--keep", type=Path, help="folder where the store stays; its copy is used again")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with nullcontext(given.keep) if given.keep else TemporaryDirectory(prefix="voc-bench-") as folder:
        url = f"sqlite:///{folder}/pages.db"
        with closing(Store(url)) as store:
            store.upgrade()
            if not store.runs():
                fill(store, given.comments, counted=True)
            pages = asked(places(store))
        pages = [page for page in pages if not given.only or page.name.startswith(tuple(given.only))]
        paints = {} if chromium.why_not() else painted(url, pages)
        rows, memory = measure(url, pages, given.repeats, from_cold=not given.no_cold)
    print(f"{given.comments:,} comments; the time of the CPU in brackets; the server held {memory} MiB at most\n")
    print("\n".join(table(HEAD, [cells(row) for row in rows])))
    print("\nfirst paint: " + (", ".join(f"{name} {ms:.0f} ms" for name, ms in paints.items()) or chromium.why_not() or "not measured"))
    for name, limit in (("p95", AIM_MS), ("cold", FIRST_MS), ("after_review", FIRST_MS), ("after_edit", FIRST_MS), ("kib", AIM_KIB)):
        print(f"{name} above {limit:.0f}: {', '.join(row['page'] for row in rows if row[name] > limit) or 'none'}", flush=True)
    if given.json:
        given.json.write_text(json.dumps({"pages": rows, "paint": paints, "memory": memory}, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
