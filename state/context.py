"""The values that a person may set for one run: plain ones only, so that LangGraph Studio can edit them."""

from pydantic import Field

from baton.records import Record


class Context(Record):
    """The caps and thresholds of the desk's graphs; read by nodes through `Runtime[Context]`."""

    route_threshold: float = Field(
        0.85, ge=0, le=1, description="Below this confidence a route goes to the next tier, then to a person."
    )
    answer_threshold: float = Field(
        0.5, ge=0, le=1, description="Below this confidence that a reply answers what was asked, a person looks."
    )
    passages: int = Field(6, ge=1, le=20, description="How many policy passages a draft is given.")
    sections: int = Field(6, ge=1, le=20, description="How many requests of one message are worked at once.")
    voters: int = Field(5, ge=1, le=7, description="How many voters are asked.")
    quorum: float = Field(0.6, gt=0.5, le=1, description="The share of all voters that must agree.")
    subtasks: int = Field(8, ge=1, le=30, description="How many sub-tasks a plan may have.")
    revisions: int = Field(2, ge=0, le=5, description="How often a draft is revised.")
    steps: int = Field(6, ge=1, le=20, description="How many steps an agent takes.")
    handovers: int = Field(4, ge=1, le=10, description="How often a supervisor hands a message over.")
