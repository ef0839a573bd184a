"""What a sync needs of LangSmith, over HTTP: datasets and examples, kept in memory. Our guess at the server's side."""

import json
from email import message_from_bytes
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NOW = "2026-11-22T12:00:00+00:00"
SESSION = {"id": str(uuid4()), "tenant_id": str(uuid4()), "start_time": NOW, "reference_dataset_id": None}
"""Where the client learns its tenant; without one it asks again for every example."""


class Stub:
    """The state, and every request as `POST /datasets`."""

    def __init__(self) -> None:
        self.datasets: dict[str, dict[str, Any]] = {}
        self.examples: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.status = 200

    @property
    def written(self) -> list[str]:
        """The requests that change something."""
        return [request for request in self.requests if not request.startswith("GET")]

    def app(self) -> Starlette:
        """The server."""
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH", "DELETE"])])

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.requests.append(f"{request.method} {path}")
        if self.status != 200:
            return JSONResponse({"detail": "no"}, self.status)
        if path == "/info":
            return JSONResponse({"version": "0", "instance_flags": {"dataset_examples_multipart_enabled": True}})
        if path == "/datasets":
            return JSONResponse(await self._datasets(request))
        if path == "/examples":
            return JSONResponse(self._examples(request))
        if path.endswith("/examples"):
            return JSONResponse(self._upserted(path.split("/")[-2], request, await request.body()))
        return JSONResponse([SESSION] if path == "/sessions" else [])

    async def _datasets(self, request: Request) -> Any:
        if request.method == "GET":
            return [each for each in self.datasets.values() if each["name"] == request.query_params["name"]]
        made = {**await request.json(), "id": str(uuid4()), "created_at": NOW, "modified_at": NOW}
        self.datasets[made["id"]] = made
        return made

    def _examples(self, request: Request) -> Any:
        if request.method == "DELETE":
            return [self.examples.pop(each) for each in request.query_params.getlist("example_ids")]
        found = [each for each in self.examples.values() if each["dataset_id"] == request.query_params["dataset"]]
        offset, limit = int(request.query_params.get("offset", 0)), int(request.query_params["limit"])
        return found[offset : offset + limit]

    def _upserted(self, dataset_id: str, request: Request, body: bytes) -> Any:
        """Parts named ID, ID.inputs and ID.outputs; a part that is missing changes nothing."""
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        ids = set()
        for part in message_from_bytes(head + body).get_payload():
            name = str(part.get_param("name", header="content-disposition"))  # type: ignore[union-attr]
            key, _, field = name.partition(".")
            content = json.loads(part.get_payload(decode=True))  # type: ignore[union-attr,arg-type]
            blank = {"id": str(UUID(key)), "dataset_id": dataset_id, "created_at": NOW, "modified_at": NOW}
            kept = self.examples.setdefault(key, blank)
            kept.update({field: content} if field else content)
            ids.add(key)
        return {"count": len(ids), "example_ids": sorted(ids)}
