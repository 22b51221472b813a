"""What goes over the wire, beside the records of `voc`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, create_model, field_validator
from pydantic_core import PydanticCustomError

from voc.corpora import taxonomy_names
from voc.records import Annotation, Comment, Record
from voc.store.taxonomies import PATTERN, is_reference
from web.settings import ServerSettings


def _shipped(name: str) -> str:
    if name not in taxonomy_names():
        raise PydanticCustomError("literal_error", "Input should be one of: {names}", {"names": ", ".join(taxonomy_names())})
    return name


def _list_taxonomies(schema: dict[str, Any]) -> None:
    schema["enum"] = list(taxonomy_names())


TaxonomyName = Annotated[str, AfterValidator(_shipped), Field(json_schema_extra=_list_taxonomies)]


def _shipped_or_kept(name: str) -> str:
    return name if is_reference(name) else _shipped(name)


def _list_and_pattern(schema: dict[str, Any]) -> None:
    schema.pop("type")
    schema["anyOf"] = [{"type": "string", "enum": list(taxonomy_names())}, {"type": "string", "pattern": PATTERN}]


JobTaxonomy = Annotated[str, AfterValidator(_shipped_or_kept), Field(json_schema_extra=_list_and_pattern)]


class CommentToScore(Comment):
    """A comment, of which only the text must be given."""

    model_config = ConfigDict(allow_inf_nan=False)

    id: str = Field("", description="where left out or empty: its place in the list, from 1")

    @field_validator("nps", "row", mode="before")
    @classmethod
    def _whole(cls, value: object) -> object:
        return int(value) if isinstance(value, float) and value.is_integer() else value  # 9.0 is a whole number in JSON


class ScoreRequest(Record):
    """Comments to be scored, and how."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"comments": [{"id": "57", "text": "送餐太慢了，味道不錯！"}], "quality": "fast"}}
    )

    comments: list[CommentToScore]
    quality: Literal["fast", "best"] | None = Field(None, description="that of the service where left out")
    taxonomy: TaxonomyName = Field("retail", description="touchpoints")
    context: bool = Field(True, description="whether question and score beside a comment bear on its sentiment")


def score_request(settings: ServerSettings) -> type[ScoreRequest]:
    """`ScoreRequest` with the limits of the settings.

    Parameters
    ----------
    settings : ServerSettings
        Most comments, longest comment.

    Returns
    -------
    type of ScoreRequest
        For validation and for its schema.
    """
    text = Field(max_length=settings.max_comment_chars, description="as the customer wrote it")
    comment = create_model("CommentToScore", __base__=CommentToScore, __doc__=CommentToScore.__doc__, text=(str, text))
    comments = Field(min_length=1, max_length=settings.max_comments_per_request)
    listed = (list[comment], comments)
    return create_model("ScoreRequest", __base__=ScoreRequest, __doc__=ScoreRequest.__doc__, comments=listed)


class ScoreResponse(Record):
    """What `voc score` writes of each comment, in their order."""

    results: tuple[Annotation, ...]


class Status(Record):
    """Whether the service lives."""

    status: Literal["ok"] = "ok"


class FieldFault(Record):
    """One place in a request that breaks the rules."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the body")
    code: str
    message: str = Field(description="Chinese, then English")


class ProblemDocument(Record):
    """RFC 9457: what is wrong, and what to do."""

    type: str = Field(description="URI of the kind of problem")
    status: int = Field(ge=400, le=599)
    code: str = Field(description="stable name of the kind of problem")
    title: str = Field(description="Chinese, then English")
    hint: str = ""
    request_id: str = Field(description="as in the log")
    errors: tuple[FieldFault, ...] = Field((), description="the first 20 places")
