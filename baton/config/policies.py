"""The policies that graphs set as defaults: values of LangGraph's own types.

`set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT, error_handler=dead_letter)`
"""

from langgraph.errors import NodeTimeoutError
from langgraph.types import RetryPolicy, TimeoutPolicy

from baton.errors import Transient

retries_enabled = True
"""False only in a test (`baton.testing.retries_off`)."""


def transient(error: Exception) -> bool:
    """Whether another attempt may help. Our own list: LangGraph's default retries 400 and 401, and not 429."""
    return retries_enabled and isinstance(error, Transient | NodeTimeoutError)


MODEL_RETRY = RetryPolicy(
    initial_interval=0.5, backoff_factor=2.0, max_interval=20.0, max_attempts=3, retry_on=transient
)
STEP_TIMEOUT = TimeoutPolicy(run_timeout=120.0)
"""The time of a step beside the answers of its models, each of which `BATON_MODEL_TIMEOUT_S` limits."""
