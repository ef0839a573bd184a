"""The rules of an endpoint's pace: what is learned from calls that it takes or refuses, and when the next may be made.

Functions of values; times are seconds of the steady clock. Nobody is told how an endpoint counts: by a window that
slides or stands, by a bucket, in requests or tokens, with refused requests or without. So the rate is measured by what
got through until the first refusal was over, lowered where a refusal says that it is too high, and raised again with
each call that is taken: quickly up to where it was refused, slowly beyond. Whoever is just above the limit gets all
that the endpoint allows, at the price of a few refusals.
"""

from dataclasses import dataclass, replace
from typing import Literal

Unit = Literal["requests", "tokens"]

FIRST_HOLD_S, GROWTH, LONGEST_HOLD_S = 0.1, 1.5, 30.0
"""How long all calls are held back after a refusal that names no time, and how that grows while none gets through."""

SCOUT_S = 5.0  # how long the others wait for what becomes of the one call that finds out
LONGEST_WAIT_S = 60.0  # of a time that the endpoint names
LOWER, BACK, BEYOND = 0.9, 0.2, 1.02
"""What a refusal leaves of the rate; how much of the way back, and how far beyond, each call that is taken goes."""

DOUBT = 1.4  # how far the first measure may be too low: nobody called while all were held back

WINDOW_S = 120.0  # as far back as a rate is measured
KEPT_S = 600.0  # after so long without a refusal the pace is forgotten
CATCH_UP = 2.0  # slots that a late caller may make up for


@dataclass(frozen=True, slots=True)
class Bucket:
    """A rate in one unit, per second; None until it is known. `ceiling` is the rate that was refused last."""

    rate: float | None = None
    ceiling: float = 0.0
    next_at: float = 0.0
    lowered_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What a process had through before anything was known: since when, how many calls, with how many tokens."""

    began_at: float
    calls: float = 0.0
    tokens: float = 0.0


@dataclass(frozen=True, slots=True)
class PaceState:
    """What all processes know of the pace of an endpoint.

    `refusals` counts those since a call got through last, at `taken_at`; `began_at`, `sent_calls` and `sent_tokens` are
    what the rate is measured by. `unit` is what the last refusal was about.
    """

    requests: Bucket = Bucket()
    tokens: Bucket = Bucket()
    unit: Unit = "requests"
    held_until: float = 0.0
    held_at: float = 0.0
    refusals: int = 0
    refused_at: float = 0.0
    taken_at: float = 0.0
    began_at: float = 0.0
    sent_calls: float = 0.0
    sent_tokens: float = 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What headers say of one unit: the most, what is left of it, and in how many seconds it is whole again."""

    unit: Unit
    most: float
    left: float
    reset_s: float


def is_of_use(state: PaceState, now: float) -> bool:
    """Whether a pace is still to be kept."""
    return state.refused_at > 0 and 0 <= now - state.refused_at < KEPT_S


def take_slot(state: PaceState, now: float, tokens: int) -> tuple[PaceState, float]:
    """Take the next slot for a call of so many tokens; returns the seconds to wait, 0 where the slot is taken."""
    ready = max(state.held_until, state.requests.next_at, state.tokens.next_at)
    if now < ready:
        return state, ready - now
    state = replace(state, requests=_spend(state.requests, 1, now), tokens=_spend(state.tokens, tokens, now))
    if state.refusals:  # one call finds out whether it is over; the others wait for what becomes of it
        state = replace(state, held_until=now + SCOUT_S)
    return state, 0.0


def after_taken(state: PaceState, now: float, sent_at: float, tokens: int) -> PaceState:
    """The state after a call got through."""
    state = replace(_counted(state, now, tokens), taken_at=now)
    if state.refusals and sent_at < state.held_at:  # it was sent before the refusal, and says nothing of what came then
        return state
    name = state.unit
    bucket: Bucket = getattr(state, name)
    if bucket.rate is None and state.refusals:
        rate = _measured(state, now)
        bucket = replace(
            bucket, rate=rate, ceiling=DOUBT * rate, lowered_at=now, next_at=now + _cost(name, tokens) / rate
        )
    elif bucket.rate is not None:
        gap = bucket.ceiling - bucket.rate
        rate = bucket.rate + BACK * gap if gap > 0.02 * bucket.ceiling else bucket.rate * BEYOND
        bucket = replace(bucket, rate=rate)
    return replace(_with_bucket(state, name, bucket), refusals=0, held_until=0.0)


def after_refused(
    state: PaceState, now: float, sent_at: float, retry_after: float | None, unit: Unit = "requests"
) -> PaceState:
    """The state after a call was refused because of the pace."""
    bucket: Bucket = getattr(state, unit)
    if bucket.rate is not None and sent_at >= bucket.lowered_at:
        bucket = replace(bucket, ceiling=bucket.rate, rate=bucket.rate * LOWER, lowered_at=now)
    state = replace(_with_bucket(state, unit, bucket), unit=unit, refused_at=now)
    named = min(retry_after, LONGEST_WAIT_S) if retry_after else None
    if state.refusals and sent_at < state.held_at:  # sent before that was known
        return replace(state, held_until=max(state.held_until, now + named)) if named else state
    refusals = state.refusals + 1
    return replace(state, refusals=refusals, held_at=now, held_until=now + (named or _hold(refusals)))


def after_limit(state: PaceState, now: float, limit: Limit) -> PaceState:
    """The state after headers said that nothing is left until a limit is whole again."""
    rate = limit.most / limit.reset_s
    bucket = replace(getattr(state, limit.unit), rate=rate, ceiling=rate, lowered_at=now, next_at=now + 1 / rate)
    return replace(_with_bucket(state, limit.unit, bucket), unit=limit.unit, refused_at=now)


def with_call(burst: Burst, now: float, tokens: int) -> Burst:
    """The burst with one more call that got through; what is too long ago is left out."""
    began = burst.began_at or now
    share = min(1.0, WINDOW_S / max(now - began, 1e-9))
    return Burst(max(began, now - WINDOW_S), burst.calls * share + 1, burst.tokens * share + tokens)


def with_burst(state: PaceState, burst: Burst) -> PaceState:
    """The state with what a process had through before it kept this pace."""
    if not burst.calls:
        return state
    began = min(filter(None, (state.began_at, burst.began_at)))
    return replace(
        state,
        began_at=began,
        sent_calls=state.sent_calls + burst.calls,
        sent_tokens=state.sent_tokens + burst.tokens,
    )


def _with_bucket(state: PaceState, unit: Unit, bucket: Bucket) -> PaceState:
    return replace(state, requests=bucket) if unit == "requests" else replace(state, tokens=bucket)


def _counted(state: PaceState, now: float, tokens: int) -> PaceState:
    """The state with one more call in what the rate is measured by."""
    burst = with_call(Burst(state.began_at, state.sent_calls, state.sent_tokens), now, tokens)
    return replace(state, began_at=burst.began_at, sent_calls=burst.calls, sent_tokens=burst.tokens)


def _measured(state: PaceState, now: float) -> float:
    sent = state.sent_calls if state.unit == "requests" else state.sent_tokens
    return max(sent, 1.0) / max(now - state.began_at, 1e-3)


def _cost(unit: Unit, tokens: int) -> int:
    return 1 if unit == "requests" else tokens


def _spend(bucket: Bucket, cost: int, now: float) -> Bucket:
    if bucket.rate is None:
        return bucket
    slot = cost / bucket.rate
    return replace(bucket, next_at=max(bucket.next_at, now - CATCH_UP * slot) + slot)


def _hold(refusals: int) -> float:
    return min(FIRST_HOLD_S * GROWTH ** min(refusals - 1, 40), LONGEST_HOLD_S)
