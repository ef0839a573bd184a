"""The sample inbox, as `baton demo` works it: every message ends as a clerk would find right."""

import json
from collections import Counter
from importlib.resources import files
from typing import Any

from baton.runs.runner import Job
from baton.storage.records import RunSummary
from tests.graphs.conftest import Desk

LINES: list[dict[str, Any]] = [json.loads(line) for line in (files("bank") / "inbox.jsonl").read_text().splitlines()]
DONE = {
    "m04": "freeze_card",
    "m05": "freeze_card",
    "m08": "refund",
    "m10": "refund",
    "m12": "file_dispute",
    "m29": "change_limit",
    "m31": "reissue_card",
}
WAITING = {
    "m09": "refund",
    "m13": "file_dispute",
    "m27": "close_account",
    "m28": "close_account",
    "m30": "change_limit",
}
FOR_A_PERSON = {"m33", "m34", "m35"}


def named(summary: RunSummary) -> str:
    return str(summary["thread_id"]).removeprefix("inbox-")


async def test_the_sample_inbox_ends_as_it_should(desk: Desk) -> None:
    jobs = [Job({name: line[name] for name in ("message", "customer_id")}, f"inbox-{line['id']}") for line in LINES]
    ended: dict[str, RunSummary] = {}
    threads = await desk.runner.queue("support_desk", jobs)
    await desk.runner.work(threads, done=lambda summary: ended.update({named(summary): summary}), concurrency=8)
    waiting = {
        name: each["waiting_for"][0]["action_requests"][0]["name"]
        for name, each in ended.items()
        if each["waiting_for"]
    }
    outputs = {name: each["output"] for name, each in ended.items() if each["output"]}
    acted = {name: each["actions"][0]["name"] for name, each in outputs.items() if each["outcome"] == "acted"}
    assert waiting == WAITING
    assert acted == DONE
    assert outputs["m32"]["outcome"] == "declined"
    assert {outputs[name]["outcome"] for name in FOR_A_PERSON} == {"escalated"}
    assert Counter(line.action for line in await desk.done()) == Counter(DONE.values())


def test_the_inbox_has_messages_of_known_and_unknown_customers() -> None:
    assert len({line["id"] for line in LINES}) == len(LINES) == 36
    assert {None} < {line["customer_id"] for line in LINES}
    assert all(set(line) == {"id", "message", "customer_id"} for line in LINES)
