"""A stand-in for xllamacpp: the offline model behind the two paths that llama.cpp counts tokens with.

What a file's title says decides how it behaves: `slow` loads for a while, `corrupt` and `huge` end as llama.cpp ends,
`strict` has a template that takes no such messages.
"""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

from baton.llama.gguf import read_facts
from baton.offline.transport import endpoint

SLOW_S = 30
LAST_WORDS = {
    "corrupt": "E llama_model_load: error loading model: tensor 'output.weight' data is not within the file bounds",
    "huge": "E ggml_aligned_malloc: insufficient memory (attempted to allocate 4398.75 MB)",
}


class CommonParams(SimpleNamespace):
    """Takes any parameter."""

    def __init__(self) -> None:
        super().__init__(model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace())


class Server:
    """Serves until its process ends."""

    def __init__(self, params: CommonParams) -> None:
        title = read_facts(Path(params.model.path)).title or ""
        if title in LAST_WORDS:
            sys.stderr.write(f"0.00.001.000 I srv init\n0.00.002.000 {LAST_WORDS[title]}\n0.00.003.000 E srv exiting\n")
            raise RuntimeError("Failed to init server, please check the input params.")
        if title == "slow":
            time.sleep(SLOW_S)
        _Answers.key, _Answers.is_strict = params.api_keys[0], title == "strict"
        server = ThreadingHTTPServer((params.hostnames[0], params.port), _Answers)
        self.listening_address = f"http://{params.hostnames[0]}:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()


class _Answers(BaseHTTPRequestHandler):
    key, is_strict = "", False
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200, b'{"data": []}')

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] != f"Bearer {self.key}":
            self._answer(401, b'{"error": {"message": "Invalid API Key", "code": 401}}')
        elif self.is_strict and self.path.endswith(("/apply-template", "/chat/completions")):
            self._answer(400, b'{"error": {"message": "the template wants turns that alternate", "code": 400}}')
        elif self.path == "/apply-template":
            self._send({"prompt": "\n".join(each["content"] for each in json.loads(raw)["messages"])})
        elif self.path == "/tokenize":
            self._send({"tokens": json.loads(raw)["content"].split()})
        else:
            status, _, content = endpoint("desk").reply(self.path, raw, "POST")
            self._answer(status, content)

    def _send(self, body: dict[str, Any]) -> None:
        self._answer(200, json.dumps(body).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""
