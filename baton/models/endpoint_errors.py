"""Classifies the errors of an endpoint: whether to try again, when, and whether the call may have been billed."""

import time
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol

from baton.errors import BadSetting, BatonError, Fatal, Transient

RETRYABLE_STATUSES = (408, 409)  # a timeout and a conflict, which the endpoint's own SDK would try again
NOT_SENT = (ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol)  # the request never reached the endpoint


def classify_error(error: Exception) -> BatonError:
    """Turn a provider's error into one of ours: Transient where trying again may help, else Fatal.

    An error of ours among its causes is returned as it is.
    """
    if ours := next((cause for cause in _causes(error) if isinstance(cause, BatonError)), None):
        return ours
    message = f"the model endpoint failed ({type(error).__name__}): {str(error).splitlines()[0] if str(error) else ''}"
    code = getattr(error, "code", None)
    is_retryable = getattr(error, "is_retryable", False) or getattr(error, "status_code", None) in RETRYABLE_STATUSES
    if is_retryable and code != "insufficient_quota":
        headers = getattr(getattr(error, "response", None), "headers", {})
        retry_after = parse_retry_after(headers.get("retry-after"))
        return Transient(f"{message} Check OPENAI_BASE_URL and the network.", retry_after)
    return Fatal(f"{message} Check the model's name and OPENAI_API_KEY.")


def is_perhaps_billed(error: BaseException) -> bool:
    """Whether the endpoint may have worked and billed although no answer came, as after a timeout."""
    causes = list(_causes(error))
    has_response = any(getattr(each, "response", None) is not None for each in causes)
    return not has_response and not any(isinstance(each, (*NOT_SENT, BadSetting)) for each in causes)


def parse_retry_after(value: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks for, a number or a date; None to leave the wait to our own backoff."""
    try:
        seconds = float(value or 0)
    except ValueError:
        seconds = _seconds_until(str(value))
    return seconds if seconds > 0 else None  # nan is not


def _seconds_until(date: str) -> float:
    """Seconds until an HTTP date; 0 where the text is no date."""
    try:
        return parsedate_to_datetime(date).replace(tzinfo=UTC).timestamp() - time.time()  # HTTP dates are in GMT
    except (ValueError, OverflowError):
        return 0


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and the errors that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__
