"""What a person may set for one run: plain values only, so that LangGraph Studio can edit them."""

from pydantic import Field

from baton.records import Record


class Context(Record):
    """The caps and thresholds of the desk's graphs."""

    route_threshold: float = Field(
        0.88, ge=0, le=1, description="Below this confidence a route goes to the next tier, then to a person."
    )
    passages: int = Field(4, ge=1, le=20, description="How many policy passages a draft is given.")
