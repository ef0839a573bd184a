"""A parcel-delivery desk as a business of its own."""

import asyncio
from collections.abc import Iterable

from baton import Check
from baton.runtime.resources import Resources
from desk.business import DeskBusiness, FraudVote
from desk.knowledge.folder import FolderKnowledge, folder_knowledge
from desk.records import Wording
from desk.tables import read_criteria, read_views
from tests.parcels.actions import ACTION_NAMES, ACTIONS
from tests.parcels.looking import WORKERS, ListParcels, long_path, protect
from tests.parcels.service import FOLDER, READER, ParcelService, rules

SERVICE = ParcelService()


def knowledge() -> FolderKnowledge:
    """Return the desk's routes and policies of today."""
    return folder_knowledge(FOLDER, ACTION_NAMES, (("package", "parcel"), ("money", "compensation"), ("scam", "fraud")))


def check() -> str:
    """Read every file of the folder; raises BadSetting naming the one that cannot be used."""
    rules()
    knowledge().check()
    return f"{len(knowledge().routes)} routes, {len(knowledge().in_force())} policies"


async def unknown_customers(_resources: Resources, customers: Iterable[str | None]) -> dict[str, str]:
    """Return the customers that the depot does not know, each with what to tell."""
    asked = sorted({each for each in customers if each})
    found = await asyncio.gather(*map(SERVICE.customer, asked))
    return {each: f"the depot knows no customer {each!r}" for each, row in zip(asked, found, strict=True) if not row}


BUSINESS = DeskBusiness(
    about="a parcel-delivery company",
    folder=FOLDER,
    actions=ACTIONS,
    tools=(ListParcels,),
    knowledge=knowledge,
    service=SERVICE,
    reader=READER,
    criteria=read_criteria(FOLDER / "criteria.toml"),
    workers=WORKERS,
    fraud=FraudVote(views=read_views(FOLDER / "views.toml"), route="safety", protect=protect),
    long_path=long_path,
    wording=Wording(thing="a parcel", passed_on="Thank you for writing. A colleague at the depot will see to it."),
    unknown_customers=unknown_customers,
    checks=(Check("parcels", check, "correct the file that is named"),),
    ready=check,
)
