"""Gates between the links of a chain: code that lets a result through, sends it back once, or stops the chain."""

from typing_extensions import TypedDict

from baton.errors import GateFailed


class GateReport(TypedDict):
    """The update of a gate: its `complaint` for the step that must repair, and the gates that had one repair each."""

    complaint: str | None
    repaired: list[str]


def gate_report(gate: str, fault: str | None, repaired: list[str]) -> GateReport:
    """The report on one result; `fault` is its fault, None where it passed.

    Raises:
        GateFailed: the result has a fault, and the one repair of this gate was used up.
    """
    if fault is None:
        return {"complaint": None, "repaired": repaired}
    if gate in repaired:
        raise GateFailed(gate, fault)
    return {"complaint": fault, "repaired": [*repaired, gate]}
