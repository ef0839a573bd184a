"""The configuration of an experiment: everything that its answers depend on, beside its examples."""

import hashlib
import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from baton.config.settings import Role, Settings
from baton.runs.graph_shapes import Graph, fingerprint
from desk.business import business
from desk.knowledge.folder import folders

LIMITS = {"budget_tokens", "max_attempts", "max_completion_tokens"}
NODES = Path(__file__).parents[1] / "nodes"


def configuration(graph: Graph, context: dict[str, Any], configured: Settings) -> dict[str, Any]:
    """Return the graph's shape, its context with all defaults, the models, the limits, and hashes of the texts in use.

    An experiment continues only while this is unchanged.
    """
    folder = business().folder
    texts: dict[str, Iterable[Path]] = {
        name: each.rglob("*") if each else () for name, each in folders(folder)._asdict().items()
    }
    texts["prompts"] = chain(NODES.rglob("prompts/*.md"), folder.glob("prompts/*.md"))
    return {
        "graph": graph.name,
        "fingerprint": fingerprint(graph),
        "context": context,
        "models": configured_models(configured),
        "endpoint": short_hash(configured.openai_base_url),  # it may hold a name or a key
        "limits": configured.model_dump(include=LIMITS),
        "texts": {name: hash_files(files) for name, files in texts.items()},
    }


def configured_models(configured: Settings) -> dict[str, str]:
    """Return the model of each role."""
    return {role: configured.model_of(role) for role in get_args(Role)}


def short_hash(value: Any) -> str:
    """Return the first 16 hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def hash_files(files: Iterable[Path]) -> str:
    """Return a hash of the names and contents of some files."""
    digest = hashlib.sha256()
    for file in sorted(each for each in files if each.is_file()):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
