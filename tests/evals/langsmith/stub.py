"""What we need of LangSmith, over HTTP, kept in memory: datasets, examples, projects, runs and feedback.

It is our guess at the server's side: it proves what is sent, not that LangSmith takes it.
"""

import json
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NOW = "2026-11-22T12:00:00+00:00"
TENANT = str(uuid4())
SESSION = {"id": str(uuid4()), "tenant_id": TENANT, "start_time": NOW, "reference_dataset_id": None}
"""Where the client learns its tenant; without one it asks again for every example."""
REFUSED, NOT_FOUND = 403, 404


class Stub:
    """The state, and every request as `POST /datasets`; after `breaks_after` ones that change something it refuses."""

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        """Forget everything, as a new workspace would."""
        self.datasets: dict[str, dict[str, Any]] = {}
        self.examples: dict[str, dict[str, Any]] = {}
        self.projects: dict[str, dict[str, Any]] = {}
        self.runs: dict[str, dict[str, Any]] = {}
        self.feedback: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.bodies: list[bytes] = []
        self.sent_again: list[str] = []
        self.status = 200
        self.breaks_after: int | None = None

    @property
    def written(self) -> list[str]:
        """The requests that change something."""
        return [request for request in self.requests if not request.startswith("GET")]

    def app(self) -> Starlette:
        """The server."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        path, body = request.url.path, await request.body()
        self.requests.append(f"{request.method} {path}")
        self.bodies.append(body)
        if self.breaks_after is not None and len(self.written) > self.breaks_after:
            self.status = REFUSED
        if self.status != 200:
            return JSONResponse({"detail": "no"}, self.status)
        if path == "/info":
            return JSONResponse({"version": "0", "instance_flags": {"dataset_examples_multipart_enabled": True}})
        if path.startswith("/examples/") and path.split("/")[-1] not in self.examples:
            return JSONResponse({"detail": "not found"}, NOT_FOUND)
        return JSONResponse(self._content(request, path, body))

    def _content(self, request: Request, path: str, body: bytes) -> Any:
        known = {
            "/datasets": self._datasets,
            "/examples": self._examples,
            "/feedback": self._feedback,
            "/runs/multipart": self._runs,
            "/sessions": self._projects,
        }
        if path in known:
            return known[path](request, body)
        if path.endswith("/examples"):
            return self._upserted(path.split("/")[-2], request, body)
        if path.startswith("/examples/"):
            return self.examples[path.rsplit("/", maxsplit=1)[-1]]
        if path.startswith("/sessions/"):
            project = self.projects[path.rsplit("/", maxsplit=1)[-1]]
            project.update({key: value for key, value in json.loads(body).items() if value is not None})
            return project
        return []

    def _datasets(self, request: Request, body: bytes) -> Any:
        if request.method == "GET":
            return [each for each in self.datasets.values() if each["name"] == request.query_params["name"]]
        made = {**json.loads(body), "id": str(uuid4()), "created_at": NOW, "modified_at": NOW}
        self.datasets[made["id"]] = made
        return made

    def _projects(self, request: Request, body: bytes) -> Any:
        if request.method == "POST":
            made = {**json.loads(body), "tenant_id": TENANT, "start_time": NOW}
            return self.projects.setdefault(made["id"], made)
        name = request.query_params.get("name")
        return [SESSION] if name is None else [each for each in self.projects.values() if each["name"] == name]

    def _feedback(self, _request: Request, body: bytes) -> Any:
        made = json.loads(body)
        self._keep(self.feedback, made["id"], made)
        return made

    def _runs(self, request: Request, body: bytes) -> Any:
        """Parts named post.ID or patch.ID, then the same with .inputs and other fields."""
        runs: dict[tuple[str, str], dict[str, Any]] = {}
        for name, content in _parts(request, body):
            verb, key, field = [*name.split("."), ""][:3]
            runs.setdefault((verb, key), {}).update({field: content} if field else content)
        for (verb, key), run in runs.items():
            if verb == "post":
                self._keep(self.runs, key, run)
            else:
                self.runs[key].update(run)
        return {}

    def _keep(self, kept: dict[str, dict[str, Any]], key: str, made: dict[str, Any]) -> None:
        if key in kept:
            self.sent_again.append(key)
        kept[key] = made

    def _examples(self, request: Request, body: bytes) -> Any:
        if request.method == "POST":
            made = {"created_at": NOW, "modified_at": NOW, **json.loads(body)}
            return self.examples.setdefault(made["id"], made)
        if request.method == "DELETE":
            return [self.examples.pop(each) for each in request.query_params.getlist("example_ids")]
        found = [each for each in self.examples.values() if each["dataset_id"] == request.query_params["dataset"]]
        offset, limit = int(request.query_params.get("offset", 0)), int(request.query_params["limit"])
        return found[offset : offset + limit]

    def _upserted(self, dataset_id: str, request: Request, body: bytes) -> Any:
        """Parts named ID, ID.inputs and ID.outputs; a part that is missing changes nothing."""
        ids = set()
        for name, content in _parts(request, body):
            key, _, field = name.partition(".")
            blank = {"id": str(UUID(key)), "dataset_id": dataset_id, "created_at": NOW, "modified_at": NOW}
            kept = self.examples.setdefault(key, blank)
            kept.update({field: content} if field else content)
            ids.add(key)
        return {"count": len(ids), "example_ids": sorted(ids)}


def _parts(request: Request, body: bytes) -> Iterator[tuple[str, Any]]:
    """The names and the JSON of a multipart body."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    for part in message_from_bytes(head + body).get_payload():
        name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
        yield name, json.loads(part.get_payload(decode=True))  # type: ignore[union-attr,arg-type]
