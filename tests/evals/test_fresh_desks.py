"""No message meets what another one did, and models are started once for all desks."""

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.models.models import models
from baton.runtime.resources import open_resources
from evals.fresh_desks import batches, fresh_desk


@given(st.lists(st.sampled_from([None, "C1", "C2", "C3"])))
def test_every_message_is_in_one_batch_and_no_customer_is_twice_in_any(customers: list[str | None]) -> None:
    found = batches(customers)
    assert sorted(number for batch in found for number in batch) == list(range(len(customers)))
    known = [sorted(who for number in batch if (who := customers[number])) for batch in found]
    assert all(len([*group]) == 1 for batch in known for _, group in groupby(batch))


async def test_what_is_found_out_about_a_lent_endpoint_is_kept_by_the_lender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:some")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    async with open_resources() as lender:
        endpoints = []
        for _ in range(2):
            async with fresh_desk(lender) as desk:
                assert desk.database is not lender.database
                endpoints.append((await (await desk.resource(models)).access("strong", desk.database)).endpoint)
    assert endpoints[0] is endpoints[1]
    assert endpoints[0].database is lender.database


async def test_a_desk_without_a_lender_has_models_of_its_own() -> None:
    async with open_resources() as other, fresh_desk() as desk:
        assert await desk.resource(models) is not await other.resource(models)
