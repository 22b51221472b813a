"""What a codebook holds: pain points with ids for good, the edits of people as rules, versions, and the last run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2s
from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field

from voc.records import Record

Status = Literal["active", "dismissed", "merged"]
Origin = Literal["found", "split", "imported"]


class Ref(NamedTuple):
    """Names a member (a clause of a comment) whatever the run and the order of rows.

    Clauses of one comment that say the same word for word are one member.
    """

    comment_id: str
    clause: str  # digest of the normalised clause


def clause_digest(normalised: str) -> str:
    """Digest by which rules name a clause.

    Parameters
    ----------
    normalised : str
        The clause as it is analysed.

    Returns
    -------
    str
        12 hexadecimal digits.

    Examples
    --------
    >>> clause_digest("送餐太慢了")
    '1ff61853f786'
    """
    return blake2s(normalised.encode(), digest_size=6).hexdigest()


class Edit(Record):
    """Base of the rules: what a person decided, and when.

    `members` are those that the edit concerned when it was made. A replay puts them where that edit put them, whatever group a
    later run finds them in; other members follow the rule itself.
    """

    kind: str
    at: str = Field(description="ISO 8601, UTC")
    by: str | None = Field(None, description="who decided, where that is known")
    members: tuple[Ref, ...] = ()


class Merge(Edit):
    """All members of `point` belong to `into`, now and in later runs."""

    kind: Literal["merge"] = "merge"
    point: str
    into: str


class Split(Edit):
    """Members of `point` that hold one of the words belong to the new pain point `into`, now and in later runs."""

    kind: Literal["split"] = "split"
    point: str
    into: str
    label: str
    touchpoint: str
    words: tuple[str, ...] = Field(description="normalised; upper and lower case are the same")
    prototype: tuple[str, ...]


class Rename(Edit):
    """`point` is called `label`."""

    kind: Literal["rename"] = "rename"
    point: str
    label: str


class Move(Edit):
    """The members belong to `point`."""

    kind: Literal["move"] = "move"
    point: str
    text: str = Field(description="the clause, redacted, for people who read the file")


class Exclude(Edit):
    """The members are no complaint that counts; they are in no pain point."""

    kind: Literal["exclude"] = "exclude"
    text: str


class Lock(Edit):
    """`point` keeps its members and its prototype, and is given no others by matching."""

    kind: Literal["lock"] = "lock"
    point: str


class Unlock(Edit):
    """`point` takes part in matching again."""

    kind: Literal["unlock"] = "unlock"
    point: str


class Dismiss(Edit):
    """`point` is recognised, and not shown."""

    kind: Literal["dismiss"] = "dismiss"
    point: str


class Restore(Edit):
    """`point` is active again; what a merge took from it comes back."""

    kind: Literal["restore"] = "restore"
    point: str


class Pin(Edit):
    """The members' words are quoted first for `point`, and they stay in it."""

    kind: Literal["pin"] = "pin"
    point: str
    text: str


class Unpin(Edit):
    """The members' words are quoted like any others."""

    kind: Literal["unpin"] = "unpin"
    point: str
    text: str


AnyEdit = Annotated[Merge | Split | Rename | Move | Exclude | Lock | Unlock | Dismiss | Restore | Pin | Unpin, Field(discriminator="kind")]


class Pinned(Record):
    """A quote that a person chose."""

    member: Ref
    text: str


class CodedPainPoint(Record):
    """A pain point of the codebook. `id`, `origin`, `found_as`, `touchpoint` and `prototype` never change; the rest follows the rules."""

    id: str
    label: str
    touchpoint: str
    status: Status = "active"
    into: str | None = Field(None, description="of a merged pain point: where its members go")
    locked: bool = False
    origin: Origin = "found"
    found_as: str = Field(description="its name when it was found, split off or imported")
    pinned: tuple[Pinned, ...] = ()
    prototype: tuple[str, ...] = Field(description="normalised clauses that it is recognised by, redacted, the most typical first")


class Version(Record):
    """A committed state: the edits since the version before, or a return to an earlier one."""

    number: int = Field(ge=1)
    committed_at: str
    message: str
    rolled_back_to: int | None = Field(None, description="the version whose rules hold again")
    edits: tuple[AnyEdit, ...] = ()
    found: tuple[str, ...] = Field((), description="pain points that runs found or people imported since the version before")
    comments: int = Field(0, description="comments of the run that it was committed on; the base of shares")
    counts: dict[str, int] = Field(default_factory=dict, description="pain point -> comments in that run")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMember:
    """A complaint of the last run, with the pain point that matching gave it.

    There may be several hundred thousand, of which a `Record` would each take ten times the memory.

    Parameters
    ----------
    start, end : int
        Half-open range of characters of the comment's text.
    comment_id : str
        The comment.
    text : str
        What stands there.
    normalised : str, optional
        Left out where it is the text itself.
    base : str, optional
        Pain point before the rules; none: unassigned.
    background : True, optional
        Says nothing to act on: not counted where it is in no pain point.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    comment_id: str
    text: str
    normalised: Annotated[str | None, Field(description="left out where it is the text itself")] = None
    base: Annotated[str | None, Field(description="pain point before the rules; none: unassigned")] = None
    background: Annotated[Literal[True] | None, Field(description="says nothing to act on: not counted where it is in no pain point")] = (
        None
    )

    @property
    def words(self) -> str:  # numpydoc ignore=RT01
        """The clause as it is analysed."""
        return self.text if self.normalised is None else self.normalised

    @property
    def ref(self) -> Ref:  # numpydoc ignore=RT01
        """What rules call it; of many at once `LastRun.refs` is quicker."""
        return Ref(self.comment_id, clause_digest(self.words))


class LastRun(Record):
    """The run that edits are made on."""

    id: str
    at: str
    comments: int = Field(description="comments analysed, with complaints or without")
    beside: int = Field(0, description="complaints that the run counted as unassigned beside the members that are in no pain point")
    members: tuple[RunMember, ...] = Field(description="by comment id and place, whatever the order of rows")

    @cached_property
    def refs(self) -> tuple[Ref, ...]:  # numpydoc ignore=RT01
        """What rules call each of `members`."""
        return tuple(member.ref for member in self.members)

    @cached_property
    def clauses(self) -> dict[Ref, str]:  # numpydoc ignore=RT01
        """Each member, normalised; not to be altered."""
        return {ref: member.words for ref, member in zip(self.refs, self.members, strict=True)}

    @cached_property
    def bases(self) -> dict[Ref, str | None]:  # numpydoc ignore=RT01
        """Pain point of each member before the rules; not to be altered."""
        bases: dict[Ref, str | None] = {}
        for ref, member in zip(self.refs, self.members, strict=True):  # of clauses that are one member, the first says
            bases.setdefault(ref, member.base)
        return bases


class Codebook(Record):
    """The versioned set of pain points: one file."""

    schema_: Literal["voc.codebook/1"] = Field("voc.codebook/1", alias="schema")
    pain_points: tuple[CodedPainPoint, ...] = Field((), description="as the draft leaves them, in the order in which ids were given")
    draft: tuple[AnyEdit, ...] = Field((), description="edits since the last version; they hold already")
    versions: tuple[Version, ...] = ()
    run: LastRun | None = None

    @property
    def version(self) -> int:  # numpydoc ignore=RT01
        """Number of the latest version; 0 where none was committed."""
        return self.versions[-1].number if self.versions else 0

    @property
    def by_id(self) -> dict[str, CodedPainPoint]:  # numpydoc ignore=RT01
        """Pain points by id."""
        return {point.id: point for point in self.pain_points}
