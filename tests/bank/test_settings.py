"""The settings of the bank's desk."""

import pytest

from bank.settings import bank_settings
from baton.errors import BadSetting


def test_the_sample_bank_is_the_default() -> None:
    assert bank_settings().bank_url is None
    assert bank_settings().policies is None


@pytest.mark.parametrize(
    "name,value",
    [
        ("BATON_BANK_TIMEOUT_S", "-1"),
        ("BATON_BANK_URL", "ftp://bank"),
        ("BATON_POLICIES", "nowhere"),
        ("BATON_ROUTES", "-"),
    ],
)
def test_a_bad_value_is_one_line_that_names_its_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting) as caught:
        bank_settings()
    assert str(caught.value).startswith(f"{name} is {value!r}: ")
    assert "\n" not in str(caught.value)
