"""The settings of the bank's desk, from the environment and `.env`, with the prefix `BATON_`."""

from functools import lru_cache

from pydantic import DirectoryPath, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from baton.config.home import load_env
from baton.config.settings import URL, read_settings


class BankSettings(BaseSettings):
    """The address of the bank, other folders of routes and policies, a model's; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_prefix="BATON_", extra="ignore", env_ignore_empty=True)

    bank_url: str | None = Field(default=None, pattern=URL)
    bank_timeout_s: float = Field(default=10, gt=0, allow_inf_nan=False)
    policies: DirectoryPath | None = None
    routes: DirectoryPath | None = None
    embeddings: DirectoryPath | None = None


@lru_cache(maxsize=1)
def bank_settings() -> BankSettings:
    """Return the settings of this process.

    Raises:
        BadSetting: one of them does not parse; the message names it.
    """
    load_env()
    return read_settings(BankSettings)
