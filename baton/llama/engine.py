"""The engine: llama.cpp's server in this process, `python -m baton.llama.engine FOLDER KEEPER`.

It ends with its keeper, whose process id it is given, whatever ended that one.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from baton.llama.files import Address, Files, Order

HOST = "127.0.0.1"
POLL_S = 0.5
ERRORS_ONLY = 1


def serve(files: Files, order: Order, keeper: int) -> Any:
    """Load the model, write the address, serve until the keeper is gone, and return the server.

    Its end would wait for the answers that are being written, and with them for ever: the process ends first.

    Raises:
        RuntimeError: llama.cpp cannot serve it; why stands in the log.
    """
    import xllamacpp  # noqa: PLC0415 - an extra

    server = xllamacpp.Server(_parameters(xllamacpp.CommonParams(), order))
    files.write_address(Address(server.listening_address, order.key))
    while os.getppid() == keeper:
        time.sleep(POLL_S)
    return server


def _parameters(parameters: Any, order: Order) -> Any:
    """The order in llama.cpp's words; what a page in a browser could reach is shut."""
    parameters.model.path, parameters.model_alias = order.path, {order.name}
    parameters.n_ctx, parameters.n_parallel = order.context * order.slots, order.slots
    parameters.hostnames, parameters.port, parameters.api_keys = [HOST], order.port, [order.key]
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = order.threads
    parameters.ui = parameters.endpoint_slots = False
    parameters.cache_ram_mib = 0  # no store of past prompts: they are customers' words
    parameters.verbosity = ERRORS_ONLY
    return parameters


def main() -> None:
    """Serve, and leave at once: whoever asks now starts another."""
    files, keeper = Files(Path(sys.argv[1])), int(sys.argv[2])
    try:
        _server = serve(files, files.read_order(), keeper)
    except Exception as error:  # noqa: BLE001 - the process ends here, and its log keeps why
        sys.stderr.write(f"{error}\n")
    finally:
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    main()
