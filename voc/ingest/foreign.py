"""What a file that is no table really is, whatever its name says, and what to do with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from voc.errors import TableError

_SAVE = "在 Excel 或 WPS 中打开，另存为 .xlsx / open it in Excel or WPS and save it as .xlsx"
_COPY = "把其中的表格复制到 Excel，另存为 .xlsx / copy its table into Excel and save that as .xlsx"
_EXPORT = "回到原来的系统，导出为 .xlsx 或 .csv / export it again as .xlsx or .csv"
_UNPACK = "先解压，再分析里面的表格 / unpack it and name the table inside"


class Foreign(NamedTuple):
    """Kind of a file in Chinese and English, and the way out."""

    zh: str
    en: str
    hint: str

    def refusal(self, path: Path) -> TableError:
        """Error that says so.

        Parameters
        ----------
        path : pathlib.Path
            The file.

        Returns
        -------
        TableError
            To raise.
        """
        space = " " if self.zh[0].isascii() else ""
        return TableError("not_a_table", f"这是{space}{self.zh}，不是表格 / this is {self.en}, not a table", self.hint, file=path.name)


OTHER = Foreign("其他数据", "other data", _SAVE)
_WORD = Foreign("Word 文档", "a Word document", _COPY)
_SLIDES = Foreign("PowerPoint 演示文稿", "a PowerPoint presentation", _COPY)
_ZIP = Foreign("zip 压缩包", "a zip archive", _UNPACK)
_ARCHIVE = Foreign("压缩包", "an archive", _UNPACK)
_IMAGE = Foreign("图片", "an image", _EXPORT)
_HTML = Foreign("网页表格（HTML）", "an HTML table", _SAVE)
_MEDIA = Foreign("音频或视频", "audio or video", _EXPORT)
_STARTS = {
    b"\x89PNG": _IMAGE,
    b"\xff\xd8\xff": _IMAGE,
    b"GIF8": _IMAGE,
    b"II*\x00": _IMAGE,
    b"MM\x00*": _IMAGE,
    b"%PDF": Foreign("PDF 文档", "a PDF document", _COPY),
    b"{\\rtf": Foreign("RTF 文档", "an RTF document", _COPY),
    b"\x1f\x8b": Foreign("gzip 压缩包", "gzip data", "把文件名改成 .csv.gz，或先解压 / name it .csv.gz, or unpack it first"),
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"SQLite format 3\x00": Foreign("SQLite 数据库", "an SQLite database", _EXPORT),
    b"ID3\x03": _MEDIA,
    b"ID3\x04": _MEDIA,
}
# Containers, by what stands a little behind their start.
_INSIDE = (
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), _IMAGE),
    (re.compile(rb"RIFF.{4}(?:WAVE|AVI )", re.DOTALL), _MEDIA),
    (re.compile(rb".{4}ftyp(?:heic|heix|mif1|avif)", re.DOTALL), _IMAGE),
    (re.compile(rb".{4}ftyp", re.DOTALL), _MEDIA),
    (re.compile(rb"BM.{4}\x00{4}", re.DOTALL), _IMAGE),
)
_MARKUP = re.compile(r"\s*<(?:!doctype|!--|html|\?xml|table|meta|head|body|style|script|div)", re.IGNORECASE)
_MHTML = re.compile(
    r"\s*(?:MIME-Version|From|Date|Content-Type):[^\n]*\n(?:[^\n]+\n)*?[^\n]*Content-Type:\s*(?:multipart/related|text/html)", re.IGNORECASE
)
_SPREADSHEET_XML = re.compile(r"progid=.Excel\.Sheet|office:spreadsheet", re.IGNORECASE)
# Folder or file inside a zip -> what the zip is.
_ENTRIES = (
    (re.compile(r"word/"), _WORD),
    (re.compile(r"ppt/"), _SLIDES),
    (re.compile(r"xl/workbook\.bin$"), Foreign(".xlsb 二进制工作簿", "an .xlsb binary workbook", _SAVE)),
    (
        re.compile(r"index/.*\.iwa$|index\.zip$"),
        Foreign("Apple Numbers 等 iWork 文件", "an Apple iWork file", "在 Numbers 中导出为 Excel / export it to Excel in Numbers"),
    ),
    (re.compile(r"content\.xml$"), Foreign("OpenDocument 文件", "an OpenDocument file", _SAVE)),
)
_STREAMS = (
    ("WordDocument", _WORD),
    ("PowerPoint Document", _SLIDES),
    ("__properties_version1.0", Foreign("Outlook 邮件", "an Outlook message", "另存邮件里的附件 / save the file that is attached to it")),
)


def foreign_start(head: bytes) -> Foreign | None:
    """Kind of a file that no table begins like.

    Parameters
    ----------
    head : bytes
        Its beginning.

    Returns
    -------
    Foreign or None
        None where it may be a table.

    Examples
    --------
    >>> foreign_start(b"%PDF-1.7").en, foreign_start("评价,评分".encode())
    ('a PDF document', None)
    """
    known = next((what for magic, what in _STARTS.items() if head.startswith(magic)), None)
    known = known or next((what for pattern, what in _INSIDE if pattern.match(head)), None)
    return known or _markup(_decoded(head))


def foreign_zip(names: Sequence[str]) -> Foreign | None:
    """Kind of a zip that is no workbook.

    Parameters
    ----------
    names : sequence of str
        Of its entries, in lower case.

    Returns
    -------
    Foreign or None
        None for a workbook of Excel's.
    """
    known = next((what for pattern, what in _ENTRIES if any(map(pattern.match, names))), None)
    if known or any(name.startswith("xl/") for name in names):
        return known
    return _ZIP


def foreign_ole(path: Path) -> Foreign | None:
    """Kind of an old Office file that is no workbook.

    Parameters
    ----------
    path : pathlib.Path
        A file in Microsoft's compound format that could not be read as .xls.

    Returns
    -------
    Foreign or None
        None where its streams have no known name.
    """
    content = path.read_bytes()
    return next((what for stream, what in _STREAMS if stream.encode("utf-16-le") in content), None)


def _decoded(head: bytes) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return head.decode(encoding, "replace").lstrip("\ufeff")


def _markup(text: str) -> Foreign | None:
    if _MHTML.match(text):
        return Foreign("单个文件网页（MHTML）", "a web page in one file (MHTML)", _SAVE)
    if not _MARKUP.match(text):
        return None
    if _SPREADSHEET_XML.search(text) and "<?xml" in text[:200].lower():
        return Foreign("XML 电子表格 2003", "an XML spreadsheet of 2003", _SAVE)
    return Foreign("XML 文件", "an XML file", _SAVE) if text.lstrip()[:5].lower() == "<?xml" and "<html" not in text.lower() else _HTML
