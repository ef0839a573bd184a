"""Settings: the environment and `.env`, read once, prefix `BATON_`."""

import os
import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from baton.config.home import home, load_env
from baton.errors import BadSetting
from baton.redact import mask_also

MODEL_NAME = r"^(local|openai|azure|llama|recorded):.+$"
CLASSIFIER_NAME = r"^(local|openai|azure|llama|recorded|decisions):.+$"
URL = r"^https?://"
MORE_MASKS = r"^((iban|email|phone|pin)(, *(iban|email|phone|pin))*)?$"
ABILITIES = {
    "form": "strict|schema|json_object|words",
    "bounds": "yes|no",
    "cap": "max_completion_tokens|max_tokens",
    "sampling": "yes|no",
    "tools": "yes|no",
    "usage": "yes|no",
    "thinking": "field|tags|none",
    "context": r"[1-9]\d{0,9}",
}
"""What a model can do, with the values that each may be fixed at by hand; see `baton.models.dialects`."""

_ABILITY = "|".join(f"{name} *= *(?:{values})" for name, values in ABILITIES.items())
ABILITY_LIST = rf"^ *(?:(?:{_ABILITY}) *(?:, *(?:{_ABILITY}) *)*)?$"
ADVICE = {
    ABILITY_LIST: f"write NAME=VALUE with commas between, of {', '.join(ABILITIES)} (docs/models.md says the values)",
    MODEL_NAME: "write local:NAME, openai:NAME or llama:FILE, or azure:DEPLOYMENT, or recorded:FILE",
    CLASSIFIER_NAME: "write local:NAME, openai:NAME, llama:FILE, azure:DEPLOYMENT, recorded:FILE or decisions:NAME",
    URL: "write http://HOST or https://HOST",
    MORE_MASKS: "write any of iban, email, phone and pin, with commas between",
}
MOST_TOKENS = 1_000_000_000
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING_V2", "LANGCHAIN_TRACING")
DECISIONS = "decisions:"
"""Names a decision model of the endpoint: it answers typed questions with probabilities, and writes no text."""

LLAMA = "llama:"
"""Names a GGUF file, which llama.cpp's server serves in a child process."""

LLAMA_LIMIT_S = 600.0
"""How long an answer of such a model may take where nothing is set."""

RECORDED = "recorded:"
"""Names a file of recordings, which answers in the place of the model that was recorded."""

AZURE = "azure:"
REMOTE = ("openai:", AZURE, DECISIONS)
OPENAI = "https://api.openai.com/v1"
Role = Literal["classifier", "cheap", "strong", "judge"]
S = TypeVar("S", bound=BaseSettings)


def _check_address(address: str) -> str:
    """The address, where its parts can be told: whoever asks there would meet the error much later."""
    try:
        _ = urlsplit(address).port
    except ValueError:
        raise ValueError(ADVICE[URL]) from None
    return address


Address = Annotated[str, AfterValidator(_check_address)]


class RemoteEndpoint(NamedTuple):
    """The address of a role's models, None for the protocol's own maker, the key that goes there and its variable."""

    url: str | None
    key: SecretStr | None
    key_name: str

    @property
    def is_known(self) -> bool:
        """Whether there is an endpoint to ask: one without a key may need none, but the maker's own needs one."""
        return bool(self.key or self.url)


class Settings(BaseSettings):
    """Every setting with its default; `.env.example` says what each is for."""

    model_config = SettingsConfigDict(env_prefix="BATON_", extra="ignore", env_ignore_empty=True)

    model_classifier: str = Field(default="local:desk", pattern=CLASSIFIER_NAME)
    model_cheap: str = Field(default="local:desk", pattern=MODEL_NAME)
    model_strong: str = Field(default="local:desk", pattern=MODEL_NAME)
    model_judge: str = Field(default="local:desk", pattern=MODEL_NAME)
    model_timeout_s: float = Field(default=60, gt=0, allow_inf_nan=False)
    endpoint_classifier: Address | None = Field(default=None, pattern=URL)
    endpoint_cheap: Address | None = Field(default=None, pattern=URL)
    endpoint_strong: Address | None = Field(default=None, pattern=URL)
    endpoint_judge: Address | None = Field(default=None, pattern=URL)
    api_key_classifier: SecretStr | None = None
    api_key_cheap: SecretStr | None = None
    api_key_strong: SecretStr | None = None
    api_key_judge: SecretStr | None = None
    abilities: str = Field(default="", pattern=ABILITY_LIST)
    abilities_classifier: str = Field(default="", pattern=ABILITY_LIST)
    abilities_cheap: str = Field(default="", pattern=ABILITY_LIST)
    abilities_strong: str = Field(default="", pattern=ABILITY_LIST)
    abilities_judge: str = Field(default="", pattern=ABILITY_LIST)
    temperature: float | None = Field(default=None, ge=0, le=2, allow_inf_nan=False)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    calls_at_once: int = Field(default=16, ge=1, le=1000)
    max_completion_tokens: int = Field(default=800, gt=0, le=MOST_TOKENS)
    llama_context: int = Field(default=8192, ge=512, le=MOST_TOKENS)
    llama_slots: int = Field(default=1, ge=1, le=64)
    llama_threads: int = Field(default=0, ge=0, le=512)
    llama_port: int = Field(default=0, ge=0, le=65_535)
    record: Path | None = None
    lease_s: float = Field(default=5, ge=0.2, allow_inf_nan=False)
    budget_tokens: int = Field(default=100_000, gt=0, le=MOST_TOKENS)
    budget_usd: float | None = Field(default=None, gt=0, le=1e9, allow_inf_nan=False)
    step_deadline_s: float = Field(default=300, gt=0, allow_inf_nan=False)
    concurrency: int = Field(default=16, ge=1, le=1000)
    mask: str = Field(default="", pattern=MORE_MASKS)
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: Address | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    openai_proxy: str | None = Field(default=None, validation_alias="OPENAI_PROXY")
    azure_openai_endpoint: Address | None = Field(default=None, pattern=URL, validation_alias="AZURE_OPENAI_ENDPOINT")
    azure_openai_api_key: SecretStr | None = Field(default=None, validation_alias="AZURE_OPENAI_API_KEY")
    openai_api_version: str | None = Field(default=None, validation_alias="OPENAI_API_VERSION")

    @property
    def home(self) -> Path:
        """The folder that keeps everything Baton writes (`BATON_HOME`)."""
        return home()

    def model_of(self, role: Role) -> str:
        """`provider:model` of a role."""
        name: str = getattr(self, f"model_{role}")
        return name

    def remote_of(self, role: Role) -> "RemoteEndpoint":
        """The address and the key of a role's remote model.

        A key goes to its own endpoint alone: that of all roles does not go to the endpoint of one, but where both are
        the same host.

        Raises:
            BadSetting: the key holds what no header can carry.
        """
        own: SecretStr | None = getattr(self, f"api_key_{role}")
        own_name = f"BATON_API_KEY_{role.upper()}"
        if self.model_of(role).startswith(AZURE):
            shared, shared_name, url = self.azure_openai_api_key, "AZURE_OPENAI_API_KEY", self.azure_openai_endpoint
        else:
            url = getattr(self, f"endpoint_{role}") or self.openai_base_url
            is_shared = urlsplit(url or OPENAI)[:2] == urlsplit(self.openai_base_url or OPENAI)[:2]
            shared, shared_name = self.openai_api_key if is_shared else None, "OPENAI_API_KEY"
        if own or (getattr(self, f"endpoint_{role}") and not shared):
            return RemoteEndpoint(url, _sendable_key(own_name, own), own_name)
        return RemoteEndpoint(url, _sendable_key(shared_name, shared), shared_name)

    def answer_limit_s(self, name: str) -> float:
        """How long a whole answer of a model may take (`BATON_MODEL_TIMEOUT_S`).

        Unless that is set, one on this machine has more: it may be slow, and is at work as long as its server lives.
        """
        is_set = "model_timeout_s" in self.model_fields_set
        return LLAMA_LIMIT_S if name.startswith(LLAMA) and not is_set else self.model_timeout_s

    def abilities_of(self, role: Role) -> str:
        """What is fixed by hand of what a role's model can do; what is fixed for the role comes last, and counts."""
        return f"{self.abilities},{getattr(self, f'abilities_{role}')}"

    def llamas(self) -> list[str]:
        """The models that roles name and llama.cpp serves, each once."""
        names = (self.model_of(role) for role in get_args(Role))
        return list(dict.fromkeys(name for name in names if name.startswith(LLAMA)))

    def runs_at_once(self) -> int:
        """How many runs one process works at once: no more than a model on this machine has slots for."""
        return min(self.concurrency, self.llama_slots) if self.llamas() else self.concurrency


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        BadSetting: one of them does not parse; the message names it.
    """
    load_env()
    silence_tracing_without_key()
    configured = read_settings(Settings)
    mask_also(each.strip() for each in configured.mask.split(","))
    return configured


def read_settings(kind: type[S]) -> S:
    """Read the settings of a class from the environment; a business may have a class of its own.

    Raises:
        BadSetting: one of them does not parse; the message names it.
    """
    try:
        return kind()
    except ValidationError as error:
        raise BadSetting(_one_line(error)) from error


def silence_tracing_without_key() -> None:
    """Switch LangSmith's tracing off where its key is not set: the SDK would send even then."""
    if not (os.environ.get("LANGSMITH_API_KEY") or os.environ.get("LANGCHAIN_API_KEY")):
        for name in TRACING:
            os.environ[name] = "false"
        if langsmith := sys.modules.get("langsmith.utils"):
            langsmith.get_env_var.cache_clear()  # which holds the values of before


def _sendable_key(name: str, key: SecretStr | None) -> SecretStr | None:
    """The key, where a header can carry it.

    Raises:
        BadSetting: it holds a line end, a blank, or what is not ASCII; the message does not show it.
    """
    text = key.get_secret_value() if key else ""
    if odd := next((each for each in text if not "!" <= each <= "~"), None):
        fault = {"\n": "a line end", "\r": "a line end", " ": "a blank"}.get(odd, f"the character U+{ord(odd):04X}")
        raise BadSetting(f"{name} holds {fault}, which no header can carry; set the key without it")
    return key


def _one_line(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    name = str(fault["loc"][0]).upper()
    setting = name if name.startswith(("OPENAI_", "AZURE_")) else f"BATON_{name}"
    advice = ADVICE.get(fault.get("ctx", {}).get("pattern", ""), fault["msg"].removeprefix("Value error, "))
    return f"{setting} is {fault['input']!r}: {advice}; correct it in the environment or in .env"
