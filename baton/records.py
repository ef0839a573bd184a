"""The base of every typed record."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """One fact or decision: immutable, no unknown fields, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
