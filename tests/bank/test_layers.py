"""The packages of the bank import one way."""

from app.import_closure import imports_of
from tests.test_house import ROOT

BELOW = {
    "text": set[str](),
    "ledger": set[str](),
    "knowledge": {"ledger"},
    "settings": set[str](),
    "clerk": {"ledger", "text", "knowledge", "settings"},
    "responders": {"ledger", "text", "knowledge", "clerk"},
    "business": {"ledger", "text", "knowledge", "settings", "clerk"},
}
"""The parts of the bank: each package or module, with those that it may import."""


def parts_of(package: str) -> set[str]:
    """The other parts of the bank that a part imports."""
    files = [*(ROOT / "bank" / package).rglob("*.py"), *(ROOT / "bank").glob(f"{package}.py")]
    names = {name.split(".")[1] for file in files for name in imports_of(file) if name.startswith("bank.")}
    return (names & BELOW.keys()) - {package}


def test_each_part_imports_those_below_it_only() -> None:
    assert {part: more for part, below in BELOW.items() if (more := parts_of(part) - below)} == {}


def test_each_part_is_named_here() -> None:
    folders = {file.relative_to(ROOT / "bank").parts[0] for file in (ROOT / "bank").rglob("*.py")}
    assert {name.removesuffix(".py") for name in folders} - {"__init__"} == BELOW.keys()
