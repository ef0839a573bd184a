"""Masks that a setting switches on (`BATON_MASK`): account numbers, e-mail addresses, telephone numbers, PINs."""

import re
from collections.abc import Callable, Iterable

from baton.redact.cards import IBAN, is_iban

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.+-])(?:\+|0)(?:[ ().-]{0,2}\d){8,14}(?![\w-])")
PIN = re.compile(r"\b((?:pin|cvv2?|cvc2?|security code)(?:\W+(?:code|number|is))*\W{1,3})\d{3,8}\b", re.IGNORECASE)

_chosen: tuple[str, ...] = ()


def mask_also(names: Iterable[str]) -> None:
    """Mask these of `MASKS` from now on, and no others of them."""
    global _chosen  # noqa: PLW0603 - one process, one setting
    wanted = set(names)
    _chosen = tuple(name for name in MASKS if name in wanted)


def has_optional_masks() -> bool:
    """Whether any is switched on."""
    return bool(_chosen)


def mask_optional(text: str) -> str:
    """`text` with the masks that are switched on."""
    for name in _chosen:
        text = MASKS[name](text)
    return text


def _mask_ibans(text: str) -> str:
    return IBAN.sub(
        lambda match: f"[iban ending {match.group()[-4:]}]" if is_iban(match.group()) else match.group(), text
    )


MASKS: dict[str, Callable[[str], str]] = {
    "iban": _mask_ibans,
    "email": lambda text: EMAIL.sub("[email]", text),
    "phone": lambda text: PHONE.sub("[phone]", text),
    "pin": lambda text: PIN.sub(r"\1[pin]", text),
}
"""The masks that `BATON_MASK` may name."""
