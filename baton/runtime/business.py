"""The additions of a project's business to the commands; a project that names no business has none."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from baton.config.project import Project, project
from baton.errors import BadSetting

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from baton.runtime.resources import Resources

Customers = Iterable[str | None]


class Check(NamedTuple):
    """A check of `baton doctor`: `look` returns its finding, or raises with the fault; `advice` says what helps."""

    name: str
    look: Callable[[], str]
    advice: str


@dataclass(frozen=True, slots=True)
class Business:
    """The parts that a business adds to the commands; each may be left out.

    `unknown_customers` returns the customers that the business does not know, each with a message for the caller; with
    it, `baton run` takes `--customer`. `checks` and `settings` are shown by `baton doctor`, and settings that do not
    parse are refused before a run begins; `ready` raises a BadSetting where no message could be worked for another
    reason. `preparation` returns a line about slow work before the first message, or None.
    """

    unknown_customers: "Callable[[Resources, Customers], Awaitable[dict[str, str]]] | None" = None
    checks: tuple[Check, ...] = ()
    settings: "type[BaseSettings] | None" = None
    ready: Callable[[], object] | None = None
    preparation: Callable[[], str | None] | None = None


NOTHING = Business()


def has_business() -> bool:
    """Whether the project names a business; False where its file cannot be used, as a command that needs it says."""
    try:
        return project().business is not None
    except BadSetting:
        return False


def load_business() -> Business:
    """Import the business of the project and return it; one without parts where the project names none.

    Raises:
        BadSetting: the project's file cannot be used, or names something else.
    """
    return load_business_of(project())


def load_business_of(ours: Project) -> Business:
    """Import the business of some project and return it.

    Raises:
        BadSetting: as for `load_business`.
    """
    if ours.business is None:
        return NOTHING
    business = ours.load("business", ours.business)
    if not isinstance(business, Business):
        raise BadSetting(f"{ours.file}: business names {ours.business}, which is no baton.Business")
    return business


async def unknown_customers(resources: "Resources", customers: Customers) -> dict[str, str]:
    """Ask the business about customers before anything is queued; returns the unknown ones, each with a message."""
    ask = load_business().unknown_customers
    return {} if ask is None else await ask(resources, {each for each in customers if each})


def preparation() -> str | None:
    """The business's line about slow work before the first message, or None."""
    line = load_business().preparation
    return line and line()
