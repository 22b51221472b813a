"""Which encoding a text file is in: BOM, strict UTF-8, then GB18030 or Big5 by how common the characters come out.

Guessing libraries read short GBK files as Korean or Thai; these four steps do not.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from voc.errors import TableError

# The longer mark first: the UTF-32 mark begins with the UTF-16 one.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Name that we report -> Python codec. Hong Kong's extension holds the Cantonese characters and all of everyday Big5.
CODECS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "big5": "big5hkscs",
    "cp1252": "cp1252",
}
# Lead bytes of each standard's punctuation and its first level: the characters that make up nearly all of real text.
_COMMON_LEADS = {"gb18030": ("gb2312", bytes([*range(0xA1, 0xA4), *range(0xB0, 0xD8)])), "big5": ("big5", bytes(range(0xA1, 0xC7)))}
_CHUNK_BYTES = 1 << 20
_SAMPLE_CHARS = 20_000
# This many characters in a row do not decode as UTF-8 by chance: the file is UTF-8 with a broken byte, not another encoding.
_SURELY_UTF8 = 20
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


@dataclass(frozen=True)
class _Trial:
    """What came of decoding a whole file in one encoding; `offset` is the first byte that would not decode."""

    encoding: str
    sample: str
    offset: int | None = None
    fault: bytes = b""
    line: int = 0  # of that byte, from 1

    @property
    def commonness(self) -> float:  # numpydoc ignore=RT01
        """Share of the non-ASCII characters that are everyday ones, 0 to 1."""
        codec, leads = _COMMON_LEADS[self.encoding]
        found = self.sample.encode(codec, "ignore")[::2]
        return (len(found) - len(found.translate(None, leads))) / max(len(self.sample), 1)


def detect_encoding(path: Path, encoding: str | None = None) -> str:
    """Encoding in which the whole file decodes.

    Parameters
    ----------
    path : pathlib.Path
        A text file; it is read through once per encoding tried, in constant memory.
    encoding : str, optional
        Encoding named by the user: it is checked; where it does not fit, the refusal says which one would be found.

    Returns
    -------
    str
        A key of `CODECS`.

    Raises
    ------
    TableError
        If no encoding fits, or the one named does not; says the byte offset and the bytes there in hex.
    """
    if encoding is not None:
        trial = _decode(path, _known(encoding))
        if trial.offset is not None:
            raise _wrong(path, trial)
        return trial.encoding
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    if marked:
        return _checked(path, _decode(path, marked))
    utf8 = _decode(path, "utf-8")
    if utf8.offset is None or len(utf8.sample) >= _SURELY_UTF8:
        return _checked(path, utf8)
    trials = [_decode(path, "gb18030"), _decode(path, "big5")]
    whole = [trial for trial in trials if trial.offset is None]
    if whole:
        return max(whole, key=lambda trial: trial.commonness).encoding
    return _checked(path, max(trials, key=lambda trial: trial.offset or 0))


def _known(encoding: str) -> str:
    name = encoding.strip().lower().replace("_", "-").replace("utf8", "utf-8").replace("utf16", "utf-16")
    if name not in CODECS:
        raise TableError("unknown_encoding", f"不认识的编码 / unknown encoding: {encoding!r}", f"可用 / use one of: {', '.join(CODECS)}")
    return name


def _decode(path: Path, encoding: str) -> _Trial:
    # Python counts a fault's offset from behind this one mark, so the mark is decoded like any character here.
    codec = "utf-8" if encoding == "utf-8-sig" else CODECS[encoding]
    decoder = codecs.getincrementaldecoder(codec)()
    sample = ""
    position = lines = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK_BYTES)
            begun = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(codec, "ignore")
                fault = error.object[error.start : error.start + 4]
                return _Trial(encoding, sample + _not_ascii(good), position - begun + error.start, fault, lines + good.count("\n") + 1)
            lines += text.count("\n")
            if len(sample) < _SAMPLE_CHARS:
                sample += _not_ascii(text)
            if not chunk:
                return _Trial(encoding, sample)
            position += len(chunk)


def _not_ascii(text: str) -> str:
    return "".join(_NOT_ASCII.findall(text))[:_SAMPLE_CHARS]


def _wrong(path: Path, trial: _Trial) -> TableError:
    """What to say of a file that is not in the encoding which the user names."""
    name, line, offset, fault = trial.encoding, trial.line, trial.offset, trial.fault.hex(" ")
    message = (
        f"这个文件不是 {name}：第 {line} 行（第 {offset} 字节起）是 {fault} / not {name}: at byte {offset} (line {line}) there is {fault}"
    )
    try:
        found = detect_encoding(path)
    except TableError:  # then neither would we read it
        return TableError("wrong_encoding", message, "另存为 UTF-8，或换一种编码 / save as UTF-8, or name another encoding", file=path.name)
    hint = f"不指定编码，会自动认作 {found} / name no encoding: it is found to be {found}"
    return TableError("wrong_encoding", message, hint, file=path.name)


def _checked(path: Path, trial: _Trial) -> str:
    if trial.offset is None:
        return trial.encoding
    raise TableError(
        "unknown_encoding",
        f"无法按 {trial.encoding} 解码：第 {trial.offset} 字节处是 {trial.fault.hex(' ')} / "
        f"not {trial.encoding}: at byte {trial.offset} there is {trial.fault.hex(' ')}",
        "另存为 UTF-8，或指明编码 / save as UTF-8, or name the encoding (--encoding gb18030)",
        file=path.name,
    )
