"""A gate lets a result through, sends it back once, and then stops the chain."""

import pytest

from baton.errors import Fatal, GateFailed
from baton.steps.gates import gate_report


def test_a_sound_result_goes_on_and_clears_the_complaint() -> None:
    assert gate_report("gate_facts", None, []) == {"complaint": None, "repaired": []}


def test_a_fault_is_sent_back_once() -> None:
    assert gate_report("gate_facts", "no", []) == {"complaint": "no", "repaired": ["gate_facts"]}


def test_a_repaired_result_goes_on_and_the_repair_stays_used() -> None:
    assert gate_report("gate_facts", None, ["gate_facts"]) == {"complaint": None, "repaired": ["gate_facts"]}


def test_a_second_fault_stops_the_chain_and_names_the_gate() -> None:
    with pytest.raises(GateFailed, match=r"^gate_facts: still no; it was repaired once already$") as stopped:
        gate_report("gate_facts", "still no", ["gate_facts"])
    assert isinstance(stopped.value, Fatal)
    assert (stopped.value.gate, stopped.value.fault) == ("gate_facts", "still no")


def test_each_gate_has_a_repair_of_its_own() -> None:
    assert gate_report("gate_case", "no", ["gate_facts"])["repaired"] == ["gate_facts", "gate_case"]


def test_the_list_of_repairs_that_was_given_is_left_alone() -> None:
    repaired = ["gate_facts"]
    gate_report("gate_case", "no", repaired)
    assert repaired == ["gate_facts"]
