"""The knowledge of the bank's desk: `routes/` and `policies/` of this folder."""

from pathlib import Path

from bank.ledger.actions import ACTION_NAMES
from desk.knowledge.folder import FolderKnowledge, folder_knowledge

FOLDER = Path(__file__).parent
SYNONYMS = {
    "atm": "machine",
    "block": "freeze",
    "cash": "withdrawal",
    "cashpoint": "machine",
    "charge": "fee",
    "foreign": "abroad",
    "lock": "freeze",
    "nicked": "stolen",
    "price": "fee",
    "purse": "card",
    "recognise": "recognised",
    "replacement": "replace",
    "robbed": "stolen",
    "stole": "stolen",
    "suspend": "freeze",
    "swiped": "stolen",
    "twice": "double",
    "unfamiliar": "recognised",
    "wallet": "card",
}
"""Customers' words, each with the policies' word for it."""
_PAIRS = tuple(SYNONYMS.items())


def knowledge() -> FolderKnowledge:
    """Return the desk's routes, specialists, router and policies, read once a day.

    Raises:
        BadSetting: the routes or the policies cannot be used.
    """
    return folder_knowledge(FOLDER, ACTION_NAMES, _PAIRS)
