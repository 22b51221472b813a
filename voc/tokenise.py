"""Tokens and clauses of a normalised comment, by spaCy with a private jieba dictionary."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacy.tokens import Doc
from spacy.util import get_words_and_spaces
from spacy.vocab import Vocab

from voc.corpora import lexicon_lines
from voc.errors import SettingsError
from voc.userdict import decode_words, read_userdict

if TYPE_CHECKING:
    from spacy.language import Language

# Marks that end a clause. 、 lists things and a point may sit in a number, so neither does.
_MARKS = frozenset("。！？；，!?;,~～…:：\n|")
_LIST_NUMBER = re.compile(r"^(?:\d{1,2}[.、)]|[(（][一二三四五六七八九十\d]{1,2}[)）]|[一二三四五六七八九十]、)$")
_HAN = re.compile(r"[\u3400-\u9fff]")
# As in jieba (MIT licence): what its dictionary may know, all else being words of one character; and how a run of Latin and
# figures is cut that the dictionary does not know.
_BLOCK = re.compile(r"([\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+)")
_LATIN = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")


class JiebaTokenizer:
    """spaCy tokenizer around one `rjieba.Jieba` of its own: the words of jieba, at many times its speed.

    spaCy's jieba segmenter shares a process-wide dictionary: a word added for one user would change everyone's tokens.

    Parameters
    ----------
    vocab : spacy.vocab.Vocab
        Shared with the pipeline.
    userdicts : sequence of pathlib.Path
        jieba dictionaries: ``word [frequency] [tag]`` a line, UTF-8.
    """

    def __init__(self, vocab: Vocab, userdicts: Sequence[Path] = ()) -> None:
        import rjieba

        self.vocab = vocab
        self.jieba = rjieba.Jieba()
        self.apart: set[str] = set()
        self.entries = frozenset(word for path in userdicts for word in self._load(path))

    def _load(self, path: Path) -> list[str]:
        try:
            text = decode_words(path.read_bytes())
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                "userdict",
                f"读不了用户词典 / cannot read the user dictionary: {error}",
                "UTF-8 或 GB18030 文本，每行一词 / UTF-8 or GB18030 text, a word a line",
                file=str(path),
            ) from error
        entries = read_userdict(text, file=str(path))
        for word, frequency, tag in entries:
            self.jieba.add_word(word, frequency, tag)
            if frequency == 0:  # said to be no word
                self.apart.add(word)
        return [word for word, _, _ in entries]

    @cached_property
    def tags(self) -> dict[str, str]:  # numpydoc ignore=RT01
        """Usual part of speech of each word of the dictionary, by the ICTCLAS tags: n… noun, v… verb, a… adjective, t time, m number."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # jieba 0.42.1 imports pkg_resources
            import jieba
            from jieba.posseg import POSTokenizer
        jieba.setLogLevel(60)
        tokenizer = jieba.Tokenizer()
        tagger = POSTokenizer(tokenizer)
        tagger.load_word_tag(tokenizer.get_dict_file())
        tags: dict[str, str] = tagger.word_tag_tab
        return tags

    def __call__(self, text: str) -> Doc:
        """Cut a text into words.

        Parameters
        ----------
        text : str
            Normalised.

        Returns
        -------
        spacy.tokens.Doc
            ``doc.text == text``.
        """
        words, spaces = get_words_and_spaces(self.cut(text), text)
        return Doc(self.vocab, words=words, spaces=spaces)

    def cut(self, text: str) -> list[str]:
        """Cut a text into words, without the cost of a `Doc`.

        Parameters
        ----------
        text : str
            Normalised.

        Returns
        -------
        list of str
            White space and marks are words too: joined, they are the text.
        """
        words: list[str] = []
        for place, block in enumerate(_BLOCK.split(text)):
            words.extend(self._cut_block(block) if place % 2 else block)  # a string is the list of its characters
        return words

    def _cut_block(self, block: str) -> list[str]:
        words: list[str] = []
        for word in self.jieba.cut(block):
            if word in self.apart:
                words.extend(word)
            elif word.isascii() and not word.isalnum() and not self.jieba.has_word(word):
                words.extend(filter(None, _LATIN.split(word)))
            else:
                words.append(word)
        return words

    def to_bytes(self, **_: Any) -> bytes:
        """Nothing to save: the dictionary is given anew (spaCy's serialisation contract).

        Parameters
        ----------
        **_ : Any
            Not used.

        Returns
        -------
        bytes
            Empty.
        """
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> JiebaTokenizer:
        """Nothing to load (spaCy's serialisation contract).

        Parameters
        ----------
        _data : bytes
            Not used.
        **_ : Any
            Not used.

        Returns
        -------
        JiebaTokenizer
            Itself, unchanged.
        """
        return self


def make_nlp(userdicts: Sequence[Path] = ()) -> Language:
    """Chinese spaCy pipeline with a dictionary of its own.

    Parameters
    ----------
    userdicts : sequence of pathlib.Path
        User dictionaries, applied in order.

    Returns
    -------
    spacy.language.Language
        ``nlp(text)`` gives tokens; `clauses` cuts them into clauses.

    Examples
    --------
    >>> [token.text for token in make_nlp()("送餐太慢了")]
    ['送餐', '太慢', '了']
    """
    from spacy.lang.zh import Chinese

    nlp = Chinese()
    nlp.tokenizer = JiebaTokenizer(nlp.vocab, userdicts)
    return nlp


def userdict_entries(nlp: Language) -> frozenset[str]:
    """Words that came from user dictionaries.

    Parameters
    ----------
    nlp : spacy.language.Language
        From `make_nlp`.

    Returns
    -------
    frozenset of str
        Empty where none was given.
    """
    return nlp.tokenizer.entries if isinstance(nlp.tokenizer, JiebaTokenizer) else frozenset()


def word_tags(nlp: Language) -> dict[str, str]:
    """Usual part of speech of each word of the pipeline's dictionary.

    Parameters
    ----------
    nlp : spacy.language.Language
        From `make_nlp`.

    Returns
    -------
    dict of str to str
        Word → ICTCLAS tag; empty where the pipeline has another tokenizer.
    """
    return nlp.tokenizer.tags if isinstance(nlp.tokenizer, JiebaTokenizer) else {}


def cut_words(nlp: Language, text: str) -> list[str]:
    """Words of a text, white space and marks included, without the cost of a `Doc`.

    Parameters
    ----------
    nlp : spacy.language.Language
        From `make_nlp`.
    text : str
        Normalised.

    Returns
    -------
    list of str
        Joined, they are the text.

    Examples
    --------
    >>> cut_words(make_nlp(), "送餐太慢 差评!")
    ['送餐', '太慢', ' ', '差评', '!']
    """
    return nlp.tokenizer.cut(text) if isinstance(nlp.tokenizer, JiebaTokenizer) else _words(nlp(text))


def clauses(doc: Doc) -> list[tuple[int, int]]:
    """Clauses of a `Doc` (see `clause_spans`).

    Parameters
    ----------
    doc : spacy.tokens.Doc
        Of a normalised comment.

    Returns
    -------
    list of (int, int)
        Half-open character ranges of `doc.text`, in order, not overlapping, without the marks around them.

    Examples
    --------
    >>> doc = make_nlp()("味道不错,就是送餐太慢!")
    >>> [doc.text[start:end] for start, end in clauses(doc)]
    ['味道不错', '就是送餐太慢']
    """
    return clause_spans(_words(doc))


def clause_spans(words: Sequence[str]) -> list[tuple[int, int]]:
    """Cut a comment where it says the next thing: at marks, at gaps between Chinese words, and before turns such as 但是.

    Parameters
    ----------
    words : sequence of str
        From `cut_words`.

    Returns
    -------
    list of (int, int)
        Half-open character ranges of the text, in order, not overlapping, without the marks around them.
    """
    turns = turn_words()
    text = "".join(words)
    spans: list[tuple[int, int]] = []
    start: int | None = None
    at = end = 0  # of the word, and of the clause so far
    for word in words:
        after_word = word == " " and at == end
        if _is_gap(text, at) if after_word else _ends_clause(word, text, at):
            spans += [(start, end)] if start is not None else []
            start = None
        elif not after_word:
            if start is not None and word in turns and at - start > 1:
                spans.append((start, end))
                start = None
            start = at if start is None else start
            end = at + len(word)
        at += len(word)
    spans += [(start, end)] if start is not None else []
    return [span for span in spans if _says_something(text[span[0] : span[1]])]


def _words(doc: Doc) -> list[str]:
    return [part for token in doc for part in (token.text, token.whitespace_) if part]


@cache
def turn_words() -> frozenset[str]:
    """Words that turn from one statement to another (`corpora/lexicon/turns.txt`).

    Returns
    -------
    frozenset of str
        E.g. 但是, 就是, 可惜.
    """
    return frozenset(lexicon_lines("turns"))


def _ends_clause(word: str, text: str, at: int) -> bool:
    if word == ":" and text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal():
        return False  # half past eleven, 11:30, is one
    if word.isspace() or word[0] in _MARKS or word[-1] in _MARKS:
        return True
    # A full stop between numbers or Latin letters (4.5, t.cn) is no end.
    return word == "." and not (at > 0 and text[at - 1].isalnum() and text[at - 1].isascii() and text[at + 1 : at + 2].isalnum())


def _is_gap(text: str, end: int) -> bool:
    """Whether the space at `end` stands for a comma: Chinese on at least one side."""
    return bool(_HAN.match(text[end - 1]) and _HAN.match(text[end + 1 : end + 2] or "x"))


def _says_something(clause: str) -> bool:
    return any(character.isalnum() or ord(character) > 0x2000 for character in clause) and not _LIST_NUMBER.match(clause)
