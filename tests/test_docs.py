"""README and docs hold: commands parse and work, examples run, links lead somewhere, pictures are the code's.

What a fenced block is, its first line says: `sh` (a `baton` line in it must parse; the cheap ones are run in order),
`sh run` (a page's blocks are executed in order by one shell), `python run` (executed in a fresh interpreter),
`KIND file=PATH` (written there before the page's commands are run).
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest
import typer

from bank.settings import BankSettings
from baton.cli.doctor.checks_settings import SETTINGS_ELSEWHERE
from baton.cli.main import app
from baton.config.settings import Role, Settings
from baton.runs.registry import entries
from baton.steps.gates import GateReport
from evals.dataset import own_datasets
from state.chaining import GateFactsInput
from tests.pattern_pages import files_section, picture, render_page
from tests.ready import furnish, ready_home
from tests.test_house import LAYERS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
PATTERNS = sorted((ROOT / "docs" / "patterns").glob("*.md"))
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
NAMED_FILE = re.compile(rf"`((?:{'|'.join([*LAYERS, 'docs', 'tests'])})/[a-z_./]*)`")
"""A file or folder that a page names; with a word in capitals it is a kind of file, and none that there is."""

SETTING = re.compile(r"^# ([A-Z][A-Z_]+)=", re.MULTILINE)
ELSEWHERE = {*SETTINGS_ELSEWHERE, "LANGSMITH_API_KEY", "LANGSMITH_TRACING"}
"""Settings that are read where they are needed, not through `Settings`."""

READ = re.compile(r"environ(?:\.get\(|\[)\"(BATON_[A-Z_]+)\"")
ASKED = re.compile(r"ask\((.*?),")
DONE, WAITING = 0, 3
PYTEST, QUIETLY = "pytest", ["-q", "-p", "no:cacheprovider", "-W", "ignore:Module already imported"]
DRIVER = """
import json, sys
from baton.cli.main import main
for words in json.loads(sys.argv[1]):
    try:
        if words[0] == "pytest":
            import pytest
            sys.exit(int(pytest.main(words[1:])))
        main(words)
    except SystemExit as end:
        print("ended", json.dumps([words, end.code]), flush=True)
"""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For the router's training: it is small, and the tests run side by side."""

COPIED = ("app", "bank", "baton", "desk", "graphs", "nodes", "state")


class Block(NamedTuple):
    """One fenced block; `marks` is what follows its kind."""

    page: Path
    kind: str
    marks: str
    text: str

    @property
    def file(self) -> str | None:
        return self.marks.removeprefix("file=") if self.marks.startswith("file=") else None


def keys(schema: Any) -> str:
    """The keys of a type as the tables of the pages show them."""
    return ", ".join(f"`{key}`" if key in schema.__required_keys__ else rf"`{key}\?`" for key in get_type_hints(schema))


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    found = FENCE.findall(page.read_text("utf-8"))
    return [Block(page, kind, marks.strip(), text) for kind, marks, text in found]


def commands(block: Block) -> Iterator[list[str]]:
    """The words after `baton` of every line that calls it."""
    for line in block.text.splitlines() if block.kind == "sh" else []:
        if line.startswith("baton "):
            yield shlex.split(line, comments=True)[1:]


def parse(command: Any, words: list[str], parent: Any = None) -> dict[str, Any]:
    """What the command line understands of the words; raises what it would raise."""
    with command.make_context(command.name, list(words), parent=parent) as context:
        if not hasattr(command, "resolve_command") or not context._protected_args:  # noqa: SLF001 - no public way
            return dict(context.params)
        _, chosen, rest = command.resolve_command(context, [*context._protected_args, *context.args])  # noqa: SLF001
        return parse(chosen, rest, context)


def cheap(words: list[str]) -> bool:
    """Whether a command ends by itself, soon, on what stands on its page."""
    return not {"serve", "-", "--file", "ID", "THREAD", "--reject", "--edit", "--respond"} & set(words)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Settings that the tests share: a home with the router that all test processes share."""
    home = tmp_path_factory.mktemp("desk") / "home"
    furnish(home, ready_home(tmp_path_factory))
    return {"BATON_HOME": home}


def fresh(arguments: list[str], folder: Path, **settings: Path | str) -> str:
    """What a new interpreter prints, in a folder and with settings of its own; it must end well."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("BATON_", "PYTEST_", "COV_"))}
    environment = inherited | ONE_THREAD | {key: str(value) for key, value in settings.items()}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def ends(lines: list[list[str]], folder: Path, **settings: Path | str) -> list[tuple[list[str], int]]:
    """The commands with their exit codes, run one after the other in one fresh interpreter."""
    output = fresh(["-c", DRIVER, json.dumps(lines)], folder, **settings)
    text = [json.loads(line.removeprefix("ended ")) for line in output.splitlines() if line.startswith("ended ")]
    return [(words, int(code)) for words, code in text]


def write_files(page: Path, folder: Path) -> None:
    for block in blocks(page):
        if block.file:
            target = folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text)


ALL = [block for page in PAGES for block in blocks(page)]
SCRIPTED = sorted({block.page for block in ALL if (block.kind, block.marks) == ("sh", "run")})
EXAMPLES = [block for block in ALL if (block.kind, block.marks) == ("python", "run")]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_is_one(page: Path) -> None:
    known = {*entries(), *(Path(block.file).stem for block in blocks(page) if block.file)}
    for words in (words for block in blocks(page) for words in commands(block)):
        understood = parse(typer.main.get_command(app), words)
        if words[0] in {"run", "graph"}:
            assert understood.get("graph", understood.get("name")) in known, words


def test_a_wrong_command_would_be_noticed() -> None:
    for words in (["fly"], ["run", "routing", "--fast", "x"], ["show"]):
        with pytest.raises(Exception, match=r"(?i)no such|missing"):
            parse(typer.main.get_command(app), words)


@pytest.mark.slow
def test_the_cheap_commands_work(tmp_path: Path, desk: dict[str, Path]) -> None:
    pages = [ROOT / "README.md", *PATTERNS]
    plain = [block for page in pages for block in blocks(page) if "export" not in block.text]
    lines = [words for block in plain for words in commands(block) if cheap(words)]
    ended = ends(lines, tmp_path, **desk)
    expected = [WAITING if "hotel" in words and words[0] == "run" else DONE for words in lines]
    assert [code for _, code in ended] == expected, ended


@pytest.mark.slow
@pytest.mark.parametrize("page", SCRIPTED, ids=name)
def test_what_a_shell_is_told_works(page: Path, tmp_path: Path) -> None:
    script = "\n".join(block.text for block in blocks(page) if (block.kind, block.marks) == ("sh", "run"))
    (tmp_path / "baton").write_text(f'#!/bin/sh\nexec {sys.executable} -m baton "$@"\n')
    (tmp_path / "baton").chmod(0o700)
    path = f"{tmp_path}:{os.environ['PATH']}"
    settings = {"PATH": path, "PYTHONPATH": str(ROOT), "BATON_HOME": str(tmp_path / "home")}
    text = subprocess.run(
        ["/bin/sh", "-eu"], input=script, env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert text.returncode == 0, text.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: name(block.page))
def test_every_python_example_runs(example: Block, tmp_path: Path, desk: dict[str, Path]) -> None:
    assert fresh(["-c", example.text], tmp_path, **desk)


@pytest.mark.slow
def test_another_business_runs_as_described(tmp_path: Path) -> None:
    """The folder is made as a shell is told, the files are written into it, the commands run in one process."""
    page, house = ROOT / "docs" / "your-business.md", tmp_path / "house"
    copy_packages(house)
    shutil.copytree(ROOT / "tests" / "parcels", house / "tests" / "parcels")
    marked = [block for block in blocks(page) if block.marks == "shop"]
    text = "".join(block.text for block in marked)
    plain = [line for line in text.splitlines() if not line.startswith(("baton ", "export "))]
    subprocess.run(["/bin/sh", "-eu"], input="\n".join(plain), cwd=house, text=True, check=True)
    write_files(page, house)
    lines = [words for block in marked for words in commands(block) if cheap(words)]
    ended = ends(lines, house, **dict(re.findall(r"(BATON_\w+)=(\S+)", text)))
    assert [(words[0], code) for words, code in ended] == [
        *(("run", DONE), ("doctor", DONE), ("run", DONE), ("run", WAITING))
    ]


@pytest.mark.slow
def test_the_graph_of_the_ten_steps_works(tmp_path: Path, desk: dict[str, Path]) -> None:
    page, house = ROOT / "docs" / "add-a-graph.md", tmp_path / "house"
    copy_packages(house)
    assert not [block.file for block in blocks(page) if block.file and (house / block.file).exists()]
    write_files(page, house)
    offer_responder(house)
    register(page, house)
    lines = [words for block in blocks(page) for words in commands(block)]
    ended = ends([*lines, [PYTEST, *QUIETLY, "tests/graphs"]], house, **desk)
    assert [code for _, code in ended] == [DONE] * (len(lines) + 1), ended


def copy_packages(house: Path) -> None:
    """The rooms that a graph needs."""
    house.mkdir()
    for room in COPIED:
        shutil.copytree(ROOT / room, house / room)
    (house / "tests" / "graphs").mkdir(parents=True)
    for file in ("langgraph.json", "pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, house / file)


def offer_responder(house: Path) -> None:
    """As the page says; what else is offered there may have grown."""
    file = house / "bank" / "responders" / "__init__.py"
    text = file.read_text("utf-8").replace("= {", '= {"Urgency": urgency, ', 1)
    file.write_text(f"from bank.responders.urgency import urgency\n{text}")


def register(page: Path, house: Path) -> None:
    [entry] = [json.loads(block.text) for block in blocks(page) if block.marks == "graphs"]
    known = json.loads((house / "langgraph.json").read_text("utf-8"))
    known["graphs"] |= entry
    (house / "langgraph.json").write_text(json.dumps(known))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    made = {Path(block.file).stem for block in blocks(page) if block.file}
    prose = FENCE.sub("", page.read_text("utf-8"))
    assert [
        file for file in NAMED_FILE.findall(prose) if not (ROOT / file).exists() and Path(file).stem not in made
    ] == []


def anchors(page: Path) -> set[str]:
    """The names that a page's headings get."""
    return {anchor_of(heading) for heading in re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)}


def anchor_of(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def section(page: Path, name: str) -> str:
    """The text under the heading of that anchor, up to the next one."""
    _, *parts = re.split(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {anchor_of(heading): text for heading, text in zip(parts[::2], parts[1::2], strict=True)}[name]


class Question(NamedTuple):
    """What somebody asks, the links that lead from the README to the answer, and a part of it."""

    asked: str
    links: list[str]
    answer: str


QUESTIONS = [
    Question(
        "which file decides that a refund waits for a person?",
        ["docs/patterns/support_desk.md#what-it-does", "../../bank/approval_rules.toml"],
        r"refund = \{ above = \"\d+\.\d\d\" \}",
    ),
    Question(
        "what does the step gate_facts read and write?",
        ["docs/patterns/chaining.md#where-it-is"],
        rf"\| \[`gate_facts`\]\S+ \| [^|]+: {keys(GateFactsInput)} \| [^|]+: {keys(GateReport)} \|",
    ),
    Question(
        "what does a retry cost the budget?",
        ["docs/architecture.md#what-a-retry-costs-the-budget"],
        r"\| no whole answer came: .* \| all that was reserved",
    ),
]
MOST_STEPS = 3


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.asked)
def test_the_readme_leads_to_the_answer(question: Question) -> None:
    page, text = ROOT / "README.md", (ROOT / "README.md").read_text("utf-8")
    assert len(question.links) <= MOST_STEPS
    for link in question.links:
        assert link in LINK.findall(text), f"{name(page)} does not lead on"
        path, _, heading = link.partition("#")
        page = (page.parent / path).resolve()
        text = section(page, heading) if heading else page.read_text("utf-8")
    assert re.search(question.answer, text)


@pytest.mark.parametrize("page", PATTERNS, ids=name)
def test_the_readme_leads_to_the_page_of_every_pattern(page: Path) -> None:
    assert name(page) in LINK.findall((ROOT / "README.md").read_text("utf-8"))


@pytest.mark.parametrize("page", PATTERNS, ids=name)
def test_a_patterns_picture_and_files_are_those_of_the_graph(page: Path) -> None:
    assert page.read_text("utf-8") == render_page(page), "python -m tests.pattern_pages writes them anew"
    assert [block.text.strip() for block in blocks(page) if block.kind == "mermaid"] == [picture(page.stem)]
    assert files_section(page.stem) in section(page, "where-it-is")


def test_every_module_of_the_plumbing_is_explained() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    files = [file for file in (ROOT / "baton").rglob("*.py") if "cli" not in file.parts]
    modules = {file.stem for file in files} - {"__init__", "__main__"}
    assert {module for module in modules if f"`{module}`" not in text} == set()


def test_the_table_of_graphs_is_the_registry() -> None:
    table = re.findall(r"^\| `(\w+)` \|.*\]\((graphs/\w+\.py)\)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert dict(table) == {each.name: each.path.removeprefix("./").partition(":")[0] for each in entries().values()}


def test_every_setting_that_the_code_reads_is_known_to_the_doctor() -> None:
    files = [file for room in ("baton", "bank", "app", "evals") for file in (ROOT / room).rglob("*.py")]
    read = {found for file in files for found in READ.findall(file.read_text("utf-8"))}
    fields = [*Settings.model_fields, *BankSettings.model_fields]
    assert read - {*SETTINGS_ELSEWHERE, *(f"BATON_{each.upper()}" for each in fields)} == set()
    assert read >= {"BATON_HOME", "BATON_USER", "BATON_DEBUG"}


def test_every_step_that_asks_a_model_stands_with_its_role() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.*) \|$", (ROOT / "docs" / "models.md").read_text("utf-8"), re.MULTILINE)
    documented = {role: set(re.findall(r"`(\w+)`", steps)) for role, steps in rows}
    asked = [(ASKED.search(file.read_text("utf-8")), file.stem) for file in (ROOT / "nodes").rglob("*.py")]
    for role in get_args(Role):
        mine = {step for found, step in asked if found and found[1] == f'"{role}"'}
        by_route = {step for found, step in asked if found and found[1] == "specialist.model"}
        assert documented[role] - {"classify"} == mine | (by_route if role in {"cheap", "strong"} else set())


def test_a_files_and_a_datasets_name_is_one_that_there_is() -> None:
    own = {file.stem for file in own_datasets().glob("*.jsonl")}
    for page in PAGES:
        for words in (words for block in blocks(page) for words in commands(block)):
            given = dict(pairwise(words))
            for option in {"--file", "--dataset"} & given.keys():
                assert (ROOT / given[option]).is_file(), words
            if words[:2] == ["eval", "run"] and not {"--dataset", "--resume"} & given.keys():
                assert words[2] in own, words


def test_every_setting_is_explained() -> None:
    fields = [*Settings.model_fields.items(), *BankSettings.model_fields.items()]
    known = {str(field.validation_alias or f"BATON_{name.upper()}") for name, field in fields}
    explained = set(SETTING.findall((ROOT / ".env.example").read_text("utf-8")))
    assert known - explained == set()
    assert explained - known == ELSEWHERE
