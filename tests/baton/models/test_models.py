"""Model roles: who answers, what is asked for a key, and what a call cost."""

import asyncio
import os
from typing import Any, get_args

import pytest

from baton.config.settings import Role, settings
from baton.errors import BadSetting
from baton.models.budget import Usage
from baton.models.models import cost_usd, models
from baton.offline import transport
from tests.baton.conftest import Endpoint, completion

ROLES: tuple[Role, ...] = get_args(Role)


async def test_models_of_one_name_are_one_client() -> None:
    async with models(settings()) as known:
        assert await known.of("cheap") is await known.of("strong")
        assert known.name("cheap") == "local:desk"


async def test_models_that_are_wanted_at_once_open_one_pair_of_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    for role in ROLES:
        monkeypatch.setenv(f"BATON_MODEL_{role.upper()}", f"openai:{role}")
    async with models(settings()) as known:
        made: Any = await asyncio.gather(*(known.of(role) for role in ROLES))
    assert len({id(each.http_async_client) for each in made}) == 1


async def test_the_sdk_does_not_try_again_by_itself() -> None:
    async with models(settings()) as known:
        model: Any = await known.of("cheap")
        assert model.max_retries == 0


async def test_a_real_model_needs_a_key_or_an_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_CHEAP", "openai:gpt-5.2")
    async with models(settings()) as known:
        with pytest.raises(BadSetting, match="OPENAI_API_KEY"):
            await known.of("cheap")


@pytest.mark.parametrize("name", ["OPENAI_PROXY", "ALL_PROXY", "https_proxy", "HTTP_PROXY"])
@pytest.mark.parametrize("value", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
async def test_the_offline_model_goes_through_no_proxy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with transport.offer_responders(f"echo-{name}-{value}", {"chat": lambda asked: asked.message.upper()}):
        monkeypatch.setenv("BATON_MODEL_CHEAP", f"local:echo-{name}-{value}")
        async with models(settings()) as known:
            assert (await (await known.of("cheap")).ainvoke("hello")).text == "HELLO"
    assert caplog.text == ""


async def test_a_remote_model_is_asked_through_the_proxy_that_openai_names(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.will(completion("through it"))
    monkeypatch.setenv("OPENAI_PROXY", os.environ["OPENAI_BASE_URL"].removesuffix("/v1"))
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.invalid/v1")
    async with models(settings()) as known:
        assert (await (await known.of("cheap")).ainvoke("hello")).text == "through it"


async def test_skills_that_nobody_offers_are_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_MODEL_CHEAP", "local:nobody")
    async with models(settings()) as known:
        with pytest.raises(BadSetting, match="nobody"):
            await known.of("cheap")


@pytest.mark.parametrize("name", ["local:desk", "local:gpt-4o-mini", "openai:a-model-of-my-own"])
def test_an_unknown_price_is_none_and_never_nothing(name: str) -> None:
    assert cost_usd(name, Usage(10, 10)) is None


def test_a_known_price_is_per_token() -> None:
    one = cost_usd("openai:gpt-4o-mini", Usage(1000, 0))
    both = cost_usd("openai:gpt-4o-mini", Usage(2000, 1000))
    assert one is not None
    assert both is not None
    assert 0 < 2 * one < both
    assert cost_usd("openai:gpt-4o-mini", Usage(0, 0)) == 0


def test_a_short_call_is_not_charged_by_the_tier_of_long_ones() -> None:
    from genai_prices import Usage as Priced  # noqa: PLC0415 - as the module under test, only where it is needed
    from genai_prices import calc_price  # noqa: PLC0415

    price = calc_price(Priced(input_tokens=500, output_tokens=100), model_ref="gpt-5.4", provider_id="openai")
    assert cost_usd("openai:gpt-5.4", Usage(500, 100)) == pytest.approx(float(price.total_price))
