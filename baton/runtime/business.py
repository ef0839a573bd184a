"""What the command line asks of the business that a project's file names; a project without one is asked nothing."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from baton.config.project import Project, project, project_of
from baton.errors import BadSetting

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from baton.runtime.plumbing import Plumbing

Customers = Iterable[str | None]


class Check(NamedTuple):
    """A check of `baton doctor`: `look` returns what it found, or raises with what is wrong; then `advice` helps."""

    name: str
    look: Callable[[], str]
    advice: str


@dataclass(frozen=True, slots=True)
class Business:
    """What a business adds to the commands; each part may be left out.

    `unknown_customers` gives those that the business does not know, each with what to tell; with it, `baton run` takes
    `--customer`. `checks` and `settings` are shown by `baton doctor`, and settings that do not parse are refused before
    a run begins; `ready` raises a BadSetting where no message could be worked for another reason. `preparing` says what
    takes long before the first message is worked, or None.
    """

    unknown_customers: "Callable[[Plumbing, Customers], Awaitable[dict[str, str]]] | None" = None
    checks: tuple[Check, ...] = ()
    settings: "type[BaseSettings] | None" = None
    ready: Callable[[], object] | None = None
    preparing: Callable[[], str | None] | None = None


NOTHING = Business()


def has_business() -> bool:
    """Whether the project names a business; not where its file cannot be used, which is told where it matters."""
    try:
        return project().business is not None
    except BadSetting:
        return False


def load_business() -> Business:
    """The business of the project.

    Raises:
        BadSetting: the project's file cannot be used, or names something else.
    """
    return _business_of(project())


def load_business_of(folder: Path) -> Business:
    """The business of the project in a folder, wherever it is called from.

    Raises:
        BadSetting: as for `load_business`.
    """
    return _business_of(project_of(folder))


def _business_of(ours: Project) -> Business:
    if ours.business is None:
        return NOTHING
    found = ours.load("business", ours.business)
    if not isinstance(found, Business):
        raise BadSetting(f"{ours.file}: business names {ours.business}, which is no baton.Business")
    return found


async def unknown_customers(plumbing: "Plumbing", customers: Customers) -> dict[str, str]:
    """The customers that the business does not know, each with what to tell; asked before anything is queued."""
    ask = load_business().unknown_customers
    return {} if ask is None else await ask(plumbing, {each for each in customers if each})


def preparing() -> str | None:
    """What takes long before the first message is worked."""
    told = load_business().preparing
    return told and told()
