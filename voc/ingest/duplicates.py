"""Mark copied comments: the same words again, or nearly the same long text. All are kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice

import numpy as np
import numpy.typing as npt

from voc.records import Comment, Problem

# Many customers say 味道很好 on their own; nobody writes ten characters twice without copying.
_SAME_FROM_CHARS = 10
# Only here do three-character pieces say enough, and only here are digits (an order number, a date) left out.
_NEAR_FROM_CHARS = 20
_NEAR_JACCARD = 0.85
# The beginning of an endless text is enough, and keeps the memory of a batch bounded.
_NEAR_CHARS = 2_000
_BATCH_ITEMS = 2_048
_HASHES = 64
_BANDS = 8
_BAND_HASHES = 4
_SLOTS = 1 << 21
_DIGITS = re.compile(r"\d+")
_MARKS = re.compile(r"[\W_]+")
_NOBODY = np.iinfo(np.int64).max
_Ints = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]
_Hashes = npt.NDArray[np.uint64]


def mark_duplicates(items: Iterable[Comment | Problem]) -> Iterator[Comment | Problem]:
    """Set `duplicate_of` on comments that repeat an earlier one.

    Same: at least 10 characters once marks and blanks are gone, and equal; from 20 characters on, digits do not count either.
    Near: from 20 characters on, an estimated Jaccard similarity of at least 0.85 between the sets of three-character pieces.
    Shorter answers are never marked.

    Parameters
    ----------
    items : iterable of Comment or Problem
        In the order of the table. Problems pass through.

    Yields
    ------
    Comment or Problem
        The same items in the same order. `duplicate_of` is the id of the first of its kind, which is no duplicate itself.

    Notes
    -----
    Broder (1997), "On the resemblance and containment of documents": the share of equal minima of 64 random hashes estimates the
    Jaccard similarity, here with a standard error of 0.045. Eight bands of four hashes find a pair at 0.85 with probability 0.997.
    About 250 bytes a comment, whatever its length.
    """
    seen = _Seen()
    stream = iter(items)
    while batch := list(islice(stream, _BATCH_ITEMS)):
        comments = [item for item in batch if isinstance(item, Comment)]
        originals = iter(seen.originals(comments))
        for item in batch:
            original = next(originals) if isinstance(item, Comment) else None
            yield item.model_copy(update={"duplicate_of": original}) if original is not None else item


class _Seen:
    """Comments so far, each as a digest of its words; long ones also as 64 bytes of MinHash."""

    def __init__(self) -> None:
        self._digests: dict[bytes, str] = {}
        # Number 0 is no text: an empty place holds it.
        self._ids = [""]
        self._signatures = np.zeros((1024, _HASHES), dtype=np.uint8)
        # The first long text of each place; whether another one that falls there is really near, the signatures tell.
        self._places = np.zeros(_BANDS * _SLOTS, dtype=np.uint32)

    def originals(self, comments: Sequence[Comment]) -> list[str | None]:
        """Find the earlier comment that each one repeats.

        Parameters
        ----------
        comments : sequence of Comment
            The next ones, in the order of the table; they are kept to compare later ones with.

        Returns
        -------
        list of (str or None), length n_comments
            Id of the first of its kind; None where a comment repeats no other.
        """
        keys = [_key(comment.text) for comment in comments]
        digests = [blake2b(key.encode(), digest_size=8).digest() for key in keys]
        same: list[str | None] = []
        for comment, key, digest in zip(comments, keys, digests, strict=True):
            first = self._digests.setdefault(digest, comment.id) if len(key) >= _SAME_FROM_CHARS else comment.id
            same.append(None if first == comment.id else first)
        fresh = [at for at, key in enumerate(keys) if same[at] is None and len(key) >= _NEAR_FROM_CHARS]
        near = self._near([keys[at][:_NEAR_CHARS] for at in fresh], [comments[at].id for at in fresh])
        for at in fresh:
            self._digests[digests[at]] = near.get(comments[at].id, comments[at].id)
        return [near.get(first or comment.id, first) for comment, first in zip(comments, same, strict=True)]

    def _near(self, keys: Sequence[str], ids: Sequence[str]) -> dict[str, str]:
        """Id of a text -> id of the earlier one that it is nearly the same as; texts without one are kept to compare with."""
        if not keys:
            return {}
        signatures, places = _minhashes(keys)
        originals = self._alike(signatures, places, np.full(len(keys), len(self._ids)))
        new = np.flatnonzero(originals == 0)
        numbers = np.arange(len(self._ids), len(self._ids) + len(new))
        self._keep(signatures[new], places[new], numbers)
        self._ids.extend(ids[at] for at in new.tolist())
        # Only now can a text be compared with those just before it.
        originals[new] = self._alike(signatures[new], places[new], numbers)
        own = dict(zip(new.tolist(), numbers.tolist(), strict=True))
        near: dict[str, str] = {}
        for at, original in enumerate(originals.tolist()):
            if original:
                near[ids[at]] = self._ids[original]
                if at in own:
                    self._ids[own[at]] = self._ids[original]
        return near

    def _alike(self, signatures: _Bytes, places: _Ints, below: _Ints) -> _Ints:
        """Lowest number of a kept text that is near and comes before `below`, 0 for none; all of shape (n_texts,)."""
        candidates = self._places[places].astype(np.int64)
        equal = (self._signatures[candidates] == signatures[:, np.newaxis, :]).sum(axis=2)
        near = (equal >= _NEAR_JACCARD * _HASHES) & (candidates > 0) & (candidates < below[:, np.newaxis])
        lowest = np.where(near, candidates, _NOBODY).min(axis=1)
        return np.where(lowest == _NOBODY, 0, lowest)

    def _keep(self, signatures: _Bytes, places: _Ints, numbers: _Ints) -> None:
        while len(self._ids) + len(numbers) > len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.zeros_like(self._signatures)])
        self._signatures[numbers] = signatures
        first, at = np.unique(places, return_index=True)
        free = self._places[first] == 0
        self._places[first[free]] = numbers[at[free] // _BANDS]


def _key(text: str) -> str:
    """Words of a text without marks, case and width; without digits where enough is left."""
    words = _MARKS.sub("", unicodedata.normalize("NFKC", text).lower())
    bare = _DIGITS.sub("", words)
    return bare if len(bare) >= _NEAR_FROM_CHARS else words


def _minhashes(texts: Sequence[str]) -> tuple[_Bytes, _Ints]:
    """MinHash of three-character pieces.

    Parameters
    ----------
    texts : sequence of str
        At least one, each of at least three characters.

    Returns
    -------
    signatures : ndarray of shape (n_texts, 64)
        Low byte of each minimum.
    places : ndarray of shape (n_texts, 8)
        Place of each band, from 0, each band in its own part of the table.
    """
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts])
    ends = np.cumsum(lengths)
    pieces = _mixed((points[:-2] << np.uint64(42)) ^ (points[1:-1] << np.uint64(21)) ^ points[2:])
    # A piece that begins in the last two characters of a text would end in the next one; the last text has none such.
    pieces = np.delete(pieces, np.concatenate([ends[:-1] - 1, ends[:-1] - 2]))
    starts = np.concatenate([[0], np.cumsum(lengths - 2)[:-1]])
    factors = _mixed(np.arange(1, _HASHES + 1, dtype=np.uint64)) | np.uint64(1)
    minima = np.stack([np.minimum.reduceat(pieces * factor, starts) for factor in factors], axis=1)
    bands = minima[:, : _BANDS * _BAND_HASHES].reshape(len(texts), _BANDS, _BAND_HASHES)
    joined = np.zeros((len(texts), _BANDS), dtype=np.uint64)
    for at in range(_BAND_HASHES):
        joined = _mixed(joined ^ bands[:, :, at])
    places = (joined % np.uint64(_SLOTS)).astype(np.int64) + np.arange(_BANDS) * _SLOTS
    return (minima & np.uint64(0xFF)).astype(np.uint8), places


def _mixed(values: _Hashes) -> _Hashes:
    """64-bit finaliser of MurmurHash3: every bit of the input moves every bit of the output."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))
