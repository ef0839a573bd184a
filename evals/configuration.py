"""What the answers of an experiment depend on beside its examples, so that nothing else is compared or continued."""

import hashlib
import json
from pathlib import Path
from typing import Any, get_args

from bank import policy_index
from bank.routes import routes_folder
from bank.settings import bank_settings
from baton.config.settings import Role, Settings
from baton.runs.graph_shapes import Graph, fingerprint

LIMITS = {"budget_tokens", "max_attempts", "max_completion_tokens"}
PROMPTS = Path(__file__).parents[1] / "nodes" / "prompts"


def configuration(graph: Graph, context: dict[str, Any], configured: Settings) -> dict[str, Any]:
    """The graph's shape, its context with all defaults, the models, the limits, and hashes of the texts in use."""
    folders = {"policies": bank_settings().policies or policy_index.OWN, "prompts": PROMPTS, "routes": routes_folder()}
    return {
        "graph": graph.name,
        "fingerprint": fingerprint(graph),
        "context": context,
        "models": {role: configured.model_of(role) for role in get_args(Role)},
        "endpoint": hashed(configured.openai_base_url),  # it may hold a name or a key
        "limits": configured.model_dump(include=LIMITS),
        "texts": {name: _texts(folder) for name, folder in folders.items()},
    }


def hashed(value: Any) -> str:
    """A short hash of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def _texts(folder: Path) -> str:
    """The content of a folder's files, hashed."""
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.glob("*") if each.is_file()):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
