"""A model behind its server: asked like any other, told what is too long, asked again where its server died."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from openai import BadRequestError

from baton.config.settings import Settings
from baton.errors import BadSetting
from baton.models.data_blocks import data_block
from baton.models.dialects import response_format
from baton.models.models import Models, models
from state.desk import RouteChoice
from tests.baton.llama.conftest import assert_gone, gguf, kill

pytestmark = pytest.mark.slow  # each starts a server of its own
ROUTES = {"cards": "Delivery, activation, PIN and use of cards.", "fees": "Fees and exchange rates."}
ASKED = [
    SystemMessage("Choose a route."),
    HumanMessage(data_block({"message": "How do I change my PIN?", "routes": ROUTES})),
]
CAP = 400


async def chosen(known: Models, cap: int = CAP) -> str:
    """The route that the model chooses."""
    form = response_format(RouteChoice, "strict", bounds=True, answer_tokens=cap)
    options: Any = {"max_completion_tokens": cap, "extra_body": {"response_format": form}}
    answer = await (await known.of("strong")).ainvoke(ASKED, **options)
    return RouteChoice.model_validate_json(answer.text).route


@pytest.fixture
def llama(stand_in: None, tmp_path: Path, configure: Callable[..., Settings]) -> Callable[..., Settings]:
    return lambda **more: configure(f"llama:{gguf(tmp_path / 'm.gguf')}", **more)


async def test_it_is_asked_like_any_other(llama: Callable[..., Settings], tmp_path: Path) -> None:
    async with models(llama()) as known:
        assert await chosen(known) == "cards"
    assert_gone(tmp_path)


@pytest.mark.parametrize("parts", [["engine"], ["keeper", "engine"]])
async def test_a_server_that_died_is_asked_once_more(
    llama: Callable[..., Settings], tmp_path: Path, parts: list[str]
) -> None:
    async with models(llama()) as known:
        await known.prepare()
        kill(tmp_path, *parts)
        assert await chosen(known) == "cards"


async def test_what_is_too_long_is_told_before_it_is_asked(llama: Callable[..., Settings]) -> None:
    async with models(llama(llama_context=512)) as known:
        assert await chosen(known) == "cards", "the bytes are more than the context has, the tokens are not"
        with pytest.raises(
            BadSetting, match=r"the prompt has \d+ tokens, the answer may have 500, and a call has 512; "
        ):
            await chosen(known, 500)


async def test_what_the_template_refuses_is_told_in_its_words(llama: Callable[..., Settings], tmp_path: Path) -> None:
    configured = llama(llama_context=512)
    gguf(tmp_path / "m.gguf", "strict")
    async with models(configured) as known:
        with pytest.raises(BadRequestError, match="turns that alternate"):
            await chosen(known)


async def test_a_call_that_does_not_await_is_the_same(llama: Callable[..., Settings]) -> None:
    async with models(llama(llama_context=512)) as known:
        strong: Any = await known.of("strong")
        form = response_format(RouteChoice, "strict", bounds=True, answer_tokens=CAP)
        answer = strong.invoke(ASKED, max_completion_tokens=CAP, extra_body={"response_format": form})
        assert "cards" in answer.text
        with pytest.raises(BadSetting, match="the answer may have 500"):
            strong.invoke(ASKED, max_completion_tokens=500)


async def test_what_is_wrong_is_told_before_a_run_begins(llama: Callable[..., Settings], tmp_path: Path) -> None:
    configured = llama()
    gguf(tmp_path / "m.gguf", "corrupt")
    async with models(configured) as known:
        with pytest.raises(BadSetting, match="cannot be served"):
            await known.prepare()
    assert_gone(tmp_path)
