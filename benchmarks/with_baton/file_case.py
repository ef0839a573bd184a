"""File a case once."""

from baton import effect
from baton.errors import Transient
from benchmarks.conformance.receiver import Filed, FileInput, send
from state.chaining import State


class FilingState(State, Filed, total=False):
    """The state of the chain that files its case."""


async def file_case(state: FileInput) -> Filed:
    """File the case once, and return the id that the receiver gave it."""
    args = {"summary": state["reply"]}

    async def execute(key: str) -> Filed:
        try:
            return await send(key, args)
        except ConnectionError as error:
            raise Transient(str(error)) from error

    filed: Filed = await effect("file_case", args, execute)
    return filed
