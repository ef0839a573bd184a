"""The bank's log says what came of each request, however narrow the terminal is."""

import pytest
from rich.console import Console

from app.bank_view import show_log
from bank.ledger.records import LogLine

REFUND = {"transaction_id": "T04718", "amount": "12.40"}
MADE = {**REFUND, "account_id": "A023", "balance": "3001.74"}


def line(result: dict[str, str], *, replayed: bool = False) -> LogLine:
    return LogLine(
        at="2026-11-29T01:51:46.026Z",
        idempotency_key="k",
        action="refund",
        args=REFUND,
        replayed=replayed,
        result=result,
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_a_refused_and_a_replayed_refund_do_not_look_like_a_second_payment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    terminal = Console(width=width, force_terminal=True, color_system=None, highlight=False, markup=False)
    monkeypatch.setattr("baton.cli.terminal.rows.console", lambda: terminal)
    show_log([line(MADE), line({"refused": "already_refunded"}), line(MADE, replayed=True), line(REFUND)])
    out = capsys.readouterr().out
    output = " ".join(out.split())
    assert output.count("refused already_refunded") == 1
    assert output.count("replayed: account_id") == 1
    assert output.count("done") == 1, "what was done and says nothing new"
    assert ("at (UTC)" in output) == (width == 120)
