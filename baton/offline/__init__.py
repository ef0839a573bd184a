"""An endpoint of the OpenAI protocol inside the process: models without a network.

A project names the responders of such a model in its file, under `[responders]`: a mapping of the names of records, of
tools, or `"chat"`, to functions that take a `Request` and return the answer.
"""

from baton.offline.endpoint import Endpoint, Refusal, Request, Responder, Usage
from baton.offline.transport import app, clients, endpoint

__all__ = ["Endpoint", "Refusal", "Request", "Responder", "Usage", "app", "clients", "endpoint"]
