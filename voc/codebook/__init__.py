"""The codebook: the versioned set of pain points, whose ids and names stay, and the edits of people, which survive every run."""

from voc.codebook.assign import Applied, apply
from voc.codebook.differences import Diff, diff
from voc.codebook.edits import dismiss, exclude, lock, merge, move, pin, rename, restore, split, unlock
from voc.codebook.file import codebook_json, load_codebook, save_codebook
from voc.codebook.find import find_point, the_member
from voc.codebook.records import Codebook, CodedPainPoint, Ref, clause_digest
from voc.codebook.rules import Replay, Unreplayed
from voc.codebook.session import CodebookSession
from voc.codebook.versions import commit, outcome_of, rollback, undo
from voc.records import Change

__all__ = [
    "Applied",
    "Change",
    "Codebook",
    "CodebookSession",
    "CodedPainPoint",
    "Diff",
    "Ref",
    "Replay",
    "Unreplayed",
    "apply",
    "clause_digest",
    "codebook_json",
    "commit",
    "diff",
    "dismiss",
    "exclude",
    "find_point",
    "load_codebook",
    "lock",
    "merge",
    "move",
    "outcome_of",
    "pin",
    "rename",
    "restore",
    "rollback",
    "save_codebook",
    "split",
    "the_member",
    "undo",
    "unlock",
]
