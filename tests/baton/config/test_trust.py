"""What is trusted, and what a folder's `.env` may not say."""

import os
from contextlib import nullcontext
from errno import ENOSPC
from pathlib import Path

import pytest

from baton.config import trust
from baton.config.home import load_env
from baton.errors import BadSetting, NotTrusted, StorageError

KEY = "sk-of-the-person"
ENDINGS = (trust.KEY, *trust.ADDRESS)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `.env` sets is gone after the test."""
    makers = [f"{maker}{end}" for maker in ("OPENAI", "LANGSMITH", "LANGCHAIN", "OTHER") for end in ENDINGS]
    for name in {"BATON_TRUST", "SUDO_UID", *makers, *trust.PROXIES, *map(str.lower, trust.PROXIES)}:
        monkeypatch.setenv(name, "set here, so that it is put back")
        monkeypatch.delenv(name)


def refused(text: str) -> str:
    Path(".env").write_text(text)
    with pytest.raises(BadSetting) as caught:
        load_env()
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "key,text",
    [
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=https://evil.example/v1"),
        ("OPENAI_API_KEY", "OPENAI_API_BASE=https://evil.example/v1"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=https://evil.example:443"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=http://127.0.0.1@evil.example/"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=http://127.0.0.1.evil.example/"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=http://localhost.evil.example/"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=evil.example/v1"),
        ("OPENAI_API_KEY", "OPENAI_BASE_URL=https://evil.example/v1\nOPENAI_API_KEY=sk-theirs"),
        ("OPENAI_API_KEY", "https_proxy=http://evil.example:3128"),
        ("OPENAI_API_KEY", "ALL_PROXY=socks5://evil.example"),
        ("LANGSMITH_API_KEY", "LANGSMITH_ENDPOINT=https://evil.example"),
        ("LANGCHAIN_API_KEY", "LANGCHAIN_ENDPOINT=https://evil.example"),
        ("LANGCHAIN_API_KEY", "LANGSMITH_ENDPOINT=https://evil.example"),
        ("OPENAI_API_KEY", "OPENAI_PROXY=http://evil.example:3128"),
        ("OTHER_API_KEY", "OTHER_BASE_URL=https://evil.example"),
    ],
)
def test_a_key_of_the_environment_does_not_travel(monkeypatch: pytest.MonkeyPatch, key: str, text: str) -> None:
    monkeypatch.setenv(key, KEY)
    told = refused(text)
    assert f"{key} of the environment would be sent there" in told
    trust.trust(told.partition("baton trust ")[2])
    load_env()


@pytest.mark.parametrize(
    "address", ["http://evil.example\\\\@127.0.0.1/", "http://", "http://[::1", "http://a:b:c/", "://"]
)
def test_an_address_that_can_be_read_in_two_ways_is_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert "is no address" in refused(f"OPENAI_BASE_URL={address}")


@pytest.mark.parametrize(
    "text",
    [
        f"OPENAI_BASE_URL=https://models.example\nOPENAI_API_KEY={KEY}",
        "OPENAI_BASE_URL=http://127.0.0.1:8020/v1",
        "OPENAI_BASE_URL=http://localhost:11434/v1",
        "OPENAI_BASE_URL=http://[::1]:8020/v1",
        "BATON_CONCURRENCY=3",
        "OTHER_BASE_URL=https://models.example",
        "OPENAI_BASE_URL=",
    ],
)
def test_a_key_may_stay_on_this_machine_or_with_the_file_that_holds_it(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("BATON_CONCURRENCY", "1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    Path(".env").write_text(text)
    load_env()


def test_an_address_of_the_environment_stands_whatever_the_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "https://mine.example")
    Path(".env").write_text("OPENAI_BASE_URL=https://evil.example")
    load_env()
    assert os.environ["OPENAI_BASE_URL"] == "https://mine.example"


def test_without_a_key_there_is_nothing_to_keep() -> None:
    Path(".env").write_text("OPENAI_BASE_URL=https://models.example")
    load_env()
    assert os.environ["OPENAI_BASE_URL"] == "https://models.example"


@pytest.mark.parametrize("name", trust.ENVIRONMENT_ONLY)
def test_whom_to_believe_is_not_for_a_folder_to_say(name: str) -> None:
    assert f"sets {name}; take it out" in refused(f"{name}=*")


def test_a_file_cannot_put_a_variable_of_the_environment_into_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", KEY)
    monkeypatch.setenv("BATON_BANK_URL", "set here, so that it is put back")
    monkeypatch.delenv("BATON_BANK_URL")
    Path(".env").write_text("BATON_BANK_URL=http://evil.example/${SECRET}")
    load_env()
    assert KEY not in os.environ["BATON_BANK_URL"]


def test_what_is_trusted_stands_in_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    assert trust.read_trusted() == []
    for what in ("theirs", "https://user:secret@Models.Example:8443/v1", "theirs"):
        trust.trust(what)
    assert trust.read_trusted() == [str(tmp_path / "theirs"), "https://models.example:8443"]
    assert trust.trust_file() == tmp_path / "config" / "baton" / "trusted"
    assert (trust.trust_file().stat().st_mode & 0o777, trust.trust_file().parent.stat().st_mode & 0o777) == (
        0o600,
        0o700,
    )


def test_that_file_is_in_the_home_of_the_user_where_the_environment_names_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative/to/a/strangers/folder")
    assert trust.trust_file() == tmp_path / ".config" / "baton" / "trusted"


def test_a_file_that_others_can_write_trusts_nobody() -> None:
    trust.trust(".")
    trust.trust_file().chmod(0o666)
    with pytest.raises(StorageError, match="can be written by others"):
        trust.read_trusted()


def test_a_folder_may_have_any_name_that_is_one_line(tmp_path: Path) -> None:
    odd = os.fsdecode(b"caf\xe9")
    Path(odd).mkdir()
    Path("a\rb").mkdir()
    trust.trust(odd)
    assert trust.read_trusted() == [f"{tmp_path}/{odd}"]
    with pytest.raises(BadSetting):
        trust.trust("a\rb")


def test_what_cannot_be_written_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_draft: Path, _file: Path) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StorageError, match="No space left"):
        trust.trust(".")
    assert not [*trust.trust_file().parent.iterdir()]


@pytest.mark.parametrize("what", ["gone", "http://", "a\nb", "ftp", "~no-such-user/a", "a" * 300])
def test_what_is_neither_folder_nor_address_is_refused(what: str) -> None:
    with pytest.raises(BadSetting):
        trust.trust(what)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
@pytest.mark.parametrize("said,refusals", [("..", 0), (".", 0), ("below", 1), ("elsewhere", 1)])
def test_trust_reaches_down_and_not_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, refusals: int
) -> None:
    folder = tmp_path / "theirs"
    (folder / "below").mkdir(parents=True)
    (folder / "elsewhere").mkdir()
    os.chown(folder, 4321, 4321)
    monkeypatch.setenv("BATON_TRUST", str((folder / said).resolve()))
    with pytest.raises(NotTrusted, match=f"baton trust {folder}") if refusals else nullcontext():
        trust.refuse_strangers(folder, folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_strangers_env_is_not_read() -> None:
    Path(".env").write_text("BATON_CONCURRENCY=3")
    os.chown(".env", 4321, 4321)
    with pytest.raises(NotTrusted, match=r"\.env belongs to another user \(uid 4321\)"):
        load_env()
