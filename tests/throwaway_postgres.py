"""A PostgreSQL server of the machine's own binaries, on a Unix socket, for as long as the tests run."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISSING = "PostgreSQL is not tested"
INSTALL = "apt-get install postgresql"
# No server of a test needs to survive a power cut.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB"


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl, the newest where there are several."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    candidates = [*folders, *([Path(found).resolve().parent] if found else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def why_not() -> str | None:
    """Why no server can be started; None where one can."""
    if binaries() is None:
        return f"{MISSING}: no initdb and pg_ctl on this machine"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return f"{MISSING}: psycopg is not installed"
    if os.geteuid() == 0 and _other_user() is None:
        return f"{MISSING}: it refuses to run as root, and there is no user postgres or nobody"
    return None


@contextmanager
def running() -> Iterator[str]:
    """Start a server; gives its URL, with {} for the database: voc, or postgres."""
    folder = Path(tempfile.mkdtemp(prefix="voc-pg-", dir="/tmp"))  # a socket's path is to be short
    try:
        user = _other_user() if os.geteuid() == 0 else None
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)
        _run(
            folder,
            user,
            "initdb",
            "--username=voc",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            f"--pgdata={folder}/data",
        )
        control = ("pg_ctl", f"--pgdata={folder}/data", f"--log={folder}/log", "--wait")
        _run(folder, user, *control, f"--options={OPTIONS} -k {folder}", "start")
        try:
            _run(folder, user, "createdb", f"--host={folder}", "--username=voc", "voc")
            yield f"postgresql://voc@/{{}}?host={folder}"
        finally:
            _run(folder, user, *control, "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _other_user() -> pwd.struct_passwd | None:
    return next((entry for name in ("postgres", "nobody") for entry in pwd.getpwall() if entry.pw_name == name), None)


def _run(folder: Path, user: pwd.struct_passwd | None, program: str, *arguments: str) -> None:
    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    # Not a pipe: the server would keep it open.
    with (folder / "said").open("w") as said:
        ended = subprocess.run([binaries() / program, *arguments], cwd=folder, stdout=said, stderr=said, check=False, **as_user)
    assert ended.returncode == 0, (folder / "said").read_text()
