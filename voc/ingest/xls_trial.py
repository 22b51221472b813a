"""Read an .xls through in a process of its own: some damaged ones make the reader loop or end the process.

Run as a script with the path as its argument. Ends with 0 if the file can be read (or is locked, which the reader says cleanly).
"""

from __future__ import annotations

import sys

from python_calamine import CalamineWorkbook, PasswordError

_MEMORY_LIMIT_BYTES = 2 << 30


def main(path: str) -> None:
    """Read every sheet of a workbook and forget it.

    Parameters
    ----------
    path : str
        An .xls file.
    """
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT_BYTES, _MEMORY_LIMIT_BYTES))
    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError:
        return
    for name in book.sheet_names:
        for _ in book.get_sheet_by_name(name).iter_rows():
            pass


if __name__ == "__main__":
    main(sys.argv[1])
