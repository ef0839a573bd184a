"""`baton eval sync` and `upload`: datasets and experiments on LangSmith, where its key is set."""

from typing import TYPE_CHECKING, Annotated

import typer

from baton.errors import BatonError, UsageError

if TYPE_CHECKING:
    from baton.storage.database import Database
    from evals.experiment import Bench, Plan

Upload = Annotated[bool, typer.Option("--upload", help="Then send it to LangSmith; needs LANGSMITH_API_KEY.")]


def sync(
    graph: Annotated[str | None, typer.Argument(help="One of `baton graphs`.", show_default=False)] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would change.")] = False,
) -> int:
    """Make the datasets on LangSmith equal to ours; needs LANGSMITH_API_KEY."""
    require_langsmith()
    from app.eval_datasets import read_examples
    from baton.cli.terminal.output import say
    from evals.dataset import default_dataset, own_datasets
    from evals.langsmith.client import langsmith
    from evals.langsmith.datasets import dataset_name
    from evals.langsmith.datasets import sync as sync_dataset

    files = [default_dataset(graph)] if graph else sorted(own_datasets().glob("*.jsonl"))
    with langsmith() as client:
        for name, examples in [(dataset_name(file), read_examples(file)) for file in files]:
            say(f"{name}: {sync_dataset(client, name, examples, dry_run=dry_run)}")
    return 0


def upload(experiment: Annotated[str, typer.Argument(help="Its id, from `baton eval list`.")]) -> int:
    """Send a finished experiment to LangSmith, or what it lacks of it; needs LANGSMITH_API_KEY."""
    require_langsmith()
    from baton.cli.work.session import Session, in_session
    from evals.experiment import bench as open_bench

    async def send(session: Session) -> int:
        async with open_bench(session.resources) as bench:
            await send_experiment(bench, session.resources.database, experiment)
        return 0

    return in_session(send)


def prepare_dataset(plan: "Plan") -> None:
    """Bring a plan's examples to the dataset on LangSmith, before anything is worked.

    Raises:
        BatonError: LangSmith refused or could not be reached.
    """
    from evals.langsmith.client import langsmith
    from evals.langsmith.datasets import dataset_name
    from evals.langsmith.datasets import sync as sync_dataset

    with langsmith() as client:
        sync_dataset(client, dataset_name(plan.dataset), plan.examples, delete=False)


async def send_experiment(bench: "Bench", desk: "Database", experiment: str) -> None:
    """Send an experiment, and tell how many of its runs were sent and where it stands.

    Raises:
        UsageError: it cannot be sent as it is.
        BatonError: LangSmith refused or could not be reached; the line says how to send the rest.
    """
    from baton.cli.terminal.invocation import command
    from baton.cli.terminal.output import note
    from evals.langsmith.client import langsmith
    from evals.langsmith.experiments import upload as upload_experiment

    try:
        with langsmith() as client:
            uploaded = await upload_experiment(client, bench, desk, experiment)
    except UsageError:
        raise
    except BatonError as error:
        again = command("eval", "upload", experiment)
        raise BatonError(f"{error}; its results are kept, and what was not sent yet is by: {again}") from error
    note(f"LangSmith: {uploaded}" + (f"\n{uploaded.url}" if uploaded.url else ""))


def require_langsmith() -> None:
    """Refuse to go on without LangSmith's key, before anything is read or worked."""
    from baton.config.home import load_env
    from evals.langsmith.client import require_key

    load_env()
    require_key()
