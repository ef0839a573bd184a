"""Classifies the errors of an endpoint: whether to try again, when, what it said, and whether it may have billed."""

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from httpx2 import ConnectError, ConnectTimeout, InvalidURL, LocalProtocolError, PoolTimeout, UnsupportedProtocol

from baton.errors import BadSetting, BatonError, Fatal, Refused, Transient

RETRYABLE_STATUSES = (408, 409)  # a timeout and a conflict, which the endpoint's own SDK would try again
TOO_MANY, PAYMENT_REQUIRED = 429, 402
NOT_SENT = (ConnectError, ConnectTimeout, InvalidURL, LocalProtocolError, PoolTimeout, UnsupportedProtocol)
"""The errors of a request that never reached the endpoint."""

MOST_WORDS = 400  # characters of what an endpoint says
SPENT = re.compile(r"quota|billing|balance|credit|payment|spend.?limit", re.IGNORECASE)
SPENT_WORDS = re.compile(r"\b(quota|billing|balance|credits?|payment|spend(ing)? limit|plan)\b", re.IGNORECASE)
WILL_PASS = re.compile(
    r"per.?(second|minute|hour)|(try|retry)\b[^.]{0,20}\b(again|after|in|later)\b|\brpm\b|\btpm\b", re.IGNORECASE
)
PER_DAY = re.compile(r"per.?(day|month)", re.IGNORECASE)
DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
WAIT_IN_WORDS = re.compile(
    r"(?:try|retry)\b[^.]{0,20}?\b(?:in|after)\s+([\d.]+\s?(?:ms|s|m|h)?[\d.msh]*)", re.IGNORECASE
)
WORDS = ("message", "detail", "error", "error_description", "msg", "reason", "title")
"""The fields in which endpoints put what they have to say, the best one first."""

OF_CONTENT: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?i)context.?(length|window|size)|max\w* context|too long|exceeds? .{0,40}(context|tokens)"),
        "The request is longer than the model's context: shorten it, or take a model that holds more.",
    ),
    (re.compile(r"(?i)content.?(filter|policy|management)|safety|moderation"), "Its filter refuses what was asked."),
    (re.compile(r"(?i)api.?key|unauthori[sz]ed|credential|\bauth"), "Check the key."),
)
"""What the words of a refusal may be about beside the form of the request, and what helps."""

UNKNOWN_MODEL = re.compile(r"model.{0,60}(not|unknown|exist|found)|(no|unknown) (such )?model", re.IGNORECASE)
CHECK_NAME = "Check the model's name (BATON_MODEL_<ROLE>)."
KEYS = "OPENAI_API_KEY, or BATON_API_KEY_<ROLE>"
OF_STATUS = {
    401: f"Check the key ({KEYS}).",
    402: "The account has no credit left: add some, or take another key.",
    403: f"Check what the key may do ({KEYS}), and the model's name.",
    404: "Check the model's name (BATON_MODEL_<ROLE>) and the address (OPENAI_BASE_URL).",
    405: "Check the address (OPENAI_BASE_URL): it ends in /v1 as a rule.",
    413: "The request is too large for this endpoint: shorten it.",
}
NO_CREDIT = "The account's quota is used up; add credit, or take another key: trying again does not help."
NO_ANSWER = "Check OPENAI_BASE_URL and the network."
OTHER_FORM = "Check the model's name and what it takes: baton models probe."


def classify_error(error: Exception) -> BatonError:
    """Turn a provider's error into one of ours: Transient where trying again may help, else Fatal.

    An error of ours among its causes is returned as it is.
    """
    if ours := next((cause for cause in _causes(error) if isinstance(cause, BatonError)), None):
        return ours
    status = getattr(error, "status_code", None)
    if status is None:
        return _without_response(error)
    body = _body_of(error)
    words = words_of(body) or f"{type(error).__name__}: {_first_line(error)}"
    message = f"the model endpoint failed ({status}): {words}{'' if words.endswith(('.', '!', '?')) else '.'}"
    if is_spent(status, body, _headers_of(error)):
        return Refused(f"{message} {NO_CREDIT}", status, _all_told(body, words))
    if getattr(error, "is_retryable", False) or status in RETRYABLE_STATUSES or status >= 500:  # noqa: PLR2004
        wait = retry_after_of(_headers_of(error), body)
        return Transient(f"{message} {NO_ANSWER}" if status != TOO_MANY else message, wait, is_pace=status == TOO_MANY)
    told = _all_told(body, words)
    return Refused(f"{message} {_advice(status, told)}", status, told)


def _without_response(error: Exception) -> BatonError:
    """The error for a request that got no response, in the words of what stopped it."""
    cause = [*_causes(error)][-1]
    message = f"the model endpoint failed ({type(cause).__name__}: {_first_line(cause) or _first_line(error)})."
    if isinstance(cause, LocalProtocolError):
        return Fatal(f"{message} A key or a header holds what HTTP does not take, such as a line end: check {KEYS}.")
    if isinstance(cause, InvalidURL | UnsupportedProtocol):
        return Fatal(f"{message} Check OPENAI_BASE_URL: write http://HOST/v1 or https://HOST/v1.")
    is_retryable = getattr(error, "is_retryable", False)
    return Transient(f"{message} {NO_ANSWER}") if is_retryable else Fatal(f"{message} {OTHER_FORM}")


def is_about_content(words: str) -> bool:
    """Whether a refusal is about what was asked, or who asked, and not about the form of the request."""
    return any(pattern.search(words) for pattern, _ in OF_CONTENT)


def words_of(body: object) -> str:
    """What an endpoint says in the body of an error, on one line; empty where it says nothing."""
    return " ".join(_words(body).split())[:MOST_WORDS]


def _words(body: object, depth: int = 3) -> str:
    if isinstance(body, str):
        return "" if body.lstrip().startswith("<") else body  # a proxy's page
    if not depth:
        return ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_words(each, depth - 1) for each in body[:3])))
    if not isinstance(body, dict):
        return ""
    said = next((text for name in WORDS if (text := _words(body.get(name), depth - 1))), "")
    place = body.get("loc") or body.get("param")
    where = ".".join(map(str, place)) if isinstance(place, list) else place
    return f"{said} ({where})" if said and isinstance(where, str) and where not in said else said


def is_spent(status: int, body: object, headers: Mapping[str, str]) -> bool:
    """Whether an error says that the account's quota is used up, which waiting does not mend.

    A code or a type that says so is believed; words alone only where nothing tells when to come back, for some
    endpoints call their pace a quota too.
    """
    if status == PAYMENT_REQUIRED:
        return True
    fields = _error_fields(body)
    codes = " ".join(str(fields.get(name)) for name in ("code", "type"))
    if SPENT.search(codes):
        return True
    text = f"{words_of(body)} {fields.get('details') or ''}"
    if status != TOO_MANY or not SPENT_WORDS.search(text):
        return False
    return bool(PER_DAY.search(text)) or not (retry_after_of(headers, body) or WILL_PASS.search(text))


def retry_after_of(headers: Mapping[str, str], body: object = None) -> float | None:
    """Seconds that an endpoint asks to wait, in a header, in a field of the error or in its words; None without."""
    milliseconds = parse_retry_after(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    if (seconds := parse_retry_after(headers.get("retry-after"))) is not None:
        return seconds
    fields = _error_fields(body)
    details = fields.get("details")
    delays = [each.get("retryDelay") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    told = WAIT_IN_WORDS.search(words_of(body))
    texts = [*delays, fields.get("retry_after"), told[1].rstrip(".") if told else None]
    return next((wait for text in texts if text and (wait := parse_retry_after(str(text)))), None)


def parse_retry_after(value: str | None) -> float | None:
    """Seconds that a `Retry-After` asks for, a number, a duration or a date; None to leave the wait to our backoff."""
    text = (value or "").strip()
    try:
        seconds = float(text or 0)
    except ValueError:
        seconds = parse_duration(text.replace(" ", "")) or _seconds_until(text)
    return seconds if seconds > 0 else None  # nan is not


def parse_duration(text: str) -> float:
    """Seconds of a duration such as `1m30s`, `250ms` or `2h`; 0 where the text is none."""
    match = DURATION.fullmatch(text)
    parts = [float(part or 0) for part in match.groups()] if match else [0.0] * 4
    return parts[0] * 3600 + parts[1] * 60 + parts[2] + parts[3] / 1000


def is_perhaps_billed(error: BaseException) -> bool:
    """Whether the endpoint may have worked and billed although no answer came, as after a timeout."""
    causes = list(_causes(error))
    has_response = any(getattr(each, "response", None) is not None for each in causes)
    return not has_response and not any(isinstance(each, (*NOT_SENT, BadSetting)) for each in causes)


def reported_usage(error: BaseException) -> dict[str, Any] | None:
    """The usage that an endpoint reports in the body of an error, in the names of LangChain; None without one."""
    bodies = (_json_of(getattr(each, "response", None)) for each in _causes(error))
    usage: dict[str, Any] = next(
        (body["usage"] for body in bodies if isinstance(body, dict) and isinstance(body.get("usage"), dict)), {}
    )
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")]
    if counts[0] is None:
        return None
    names = ("input_tokens", "output_tokens", "total_tokens")
    return dict(zip(names, [counts[0], counts[1] or 0, counts[2] or 0], strict=True))


def _all_told(body: object, words: str) -> str:
    """The words of an error with the codes beside them, which may say more."""
    fields = _error_fields(body)
    return " ".join([words, *(str(fields[name]) for name in ("code", "type", "param") if fields.get(name))])


def _advice(status: int, words: str) -> str:
    """What helps against a refusal, by what it says, else by its status."""
    said = next((advice for pattern, advice in OF_CONTENT if pattern.search(words)), None)
    return OF_STATUS.get(status) or said or (CHECK_NAME if UNKNOWN_MODEL.search(words) else OTHER_FORM)


def _seconds_until(date: str) -> float:
    """Seconds until a date as HTTP or ISO 8601 write it; one without a zone is in GMT; 0 where the text is no date."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(date)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - time.time()
        except (ValueError, OverflowError, TypeError):
            continue
    return 0


def _body_of(error: Exception) -> object:
    """The parsed body of an error's response; what the SDK kept of it, where it is no JSON."""
    found = _json_of(getattr(error, "response", None))
    return getattr(error, "body", None) if found is None else found


def _json_of(response: Any) -> object:
    try:
        return response.json()
    except Exception:  # noqa: BLE001 - there is none, or it was not read, or is no JSON
        return None


def _headers_of(error: Exception) -> Mapping[str, str]:
    headers: Mapping[str, str] = getattr(getattr(error, "response", None), "headers", {})
    return headers


def _error_fields(body: object) -> Mapping[str, Any]:
    """The fields of the error in a body, wherever they stand."""
    if isinstance(body, list) and body:
        body = body[0]
    fields = body.get("error", body) if isinstance(body, dict) else {}
    return fields if isinstance(fields, dict) else {}


def _first_line(error: BaseException) -> str:
    text = str(error)
    return text.splitlines()[0] if text else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and the errors that it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__
