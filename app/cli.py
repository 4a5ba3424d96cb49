"""The commands of ``./dev``. Each imports what it needs when it runs, so that help is instant."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands import dashboards, events, rollout

if TYPE_CHECKING:
    from app.settings import Settings

CALLED_FROM = "TAPER_CALLED_FROM"  # the folder in which ./dev was called; it starts us in the project's root

cli = typer.Typer(
    help="Taper, a GraphQL API server for training plans. Start with: ./dev serve",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, and those hold secrets
)

cli.add_typer(dashboards.cli, name="dashboards")
cli.add_typer(rollout.cli, name="rollout")
cli.add_typer(events.cli, name="events")

InStep = Annotated[bool, typer.Option("--check", help="Write nothing; fail if the file is out of step.")]


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on, instead of HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port, instead of PORT; 0 takes a free one.")
    ] = None,
) -> None:
    """Start the server and print the address to open.

    It brings its own PostgreSQL unless DATABASE_URL names another. Ctrl-C stops it in order: what has begun
    is finished first. Everything that can be set is in docs/settings.md.
    """
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = _settings().model_copy(update=given)
    from app import server

    server.serve(settings)


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests.

    What follows goes to pytest, as in ./dev test tests/domain -k floor -x; with nothing, all of them run,
    spread over the processors. They need no network and no running server.
    """
    from app.commands import run_tests

    raise typer.Exit(run_tests.run(context.args))


@cli.command()
def check(
    fast: Annotated[
        bool, typer.Option("--fast", help="Only what needs no database: seconds, not minutes.")
    ] = False,
    without_tests: Annotated[bool, typer.Option("--without-tests", help="Everything but the tests.")] = False,
) -> None:
    """Run everything that CI runs.

    Style, types, the import contract, and that migrations, schema.graphql and the settings page are in step
    with the code; then the tests. One line each, and all run even if one fails; what it said is shown then.
    """
    from app.commands import check_all

    raise typer.Exit(check_all.run(fast=fast, without_tests=without_tests))


@cli.command()
def token(
    name: Annotated[
        str | None,
        typer.Option(
            "--as", help="Whose: mia (an athlete, the default), coach, admin, another first name, or an id."
        ),
    ] = None,
) -> None:
    """Print a token to try the API with.

    Send it as the header "Authorization: Bearer …". Only this checkout's server accepts it, and not for long.
    In production there is none.
    """
    settings = _settings()
    if settings.is_production:
        _refuse("There are no development tokens in production; ask the token issuer for one.")
    from app.commands import token as command

    raise typer.Exit(command.run(settings, name))


@cli.command()
def seed() -> None:
    """Put the demo data into the database.

    A club, a team, its season and published programmes. May be run again: what is there is left as it is.
    """
    settings = _settings()
    from app.commands import seed as command

    raise typer.Exit(command.run(settings))


@cli.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A plan as .json, .csv or .xlsx.", show_default=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be made and which rows are wrong.")
    ] = False,
    owner: Annotated[
        str | None,
        typer.Option("--for", help="Whose plan it is to be: as for ./dev token. Default: mia, of the demo."),
    ] = None,
) -> None:
    """Import a training plan, whole or not at all.

    Says row by row what is wrong and how to mend it. Try --dry-run first.
    """
    path = Path(os.environ.get(CALLED_FROM, "."), file).resolve()
    if not path.is_file():
        _refuse(f"There is no file {path}")
    settings = _settings()
    from app.commands import import_plan

    raise typer.Exit(import_plan.run(settings, path, dry_run=dry_run, owner=owner))


@cli.command("import-training")
def import_training(
    file: Annotated[Path, typer.Argument(help="Training as .csv, .xlsx or .fit.", show_default=False)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be stored and which rows are wrong.")
    ] = False,
    whose: Annotated[
        str | None,
        typer.Option("--as", help="Who imports it: as for ./dev token. Default: mia, of the demo."),
    ] = None,
    game: Annotated[bool, typer.Option("--game", help="A game, where the file does not say.")] = False,
    rpe: Annotated[
        float | None, typer.Option(min=0, max=10, help="How hard it was, where the file does not say.")
    ] = None,
) -> None:
    """Bring training into the log, whole or not at all; the same file twice changes nothing.

    Says row by row what is wrong and how to mend it. Files of up to 3 MB; the columns are in
    docs/training-log.md.
    """
    path = Path(os.environ.get(CALLED_FROM, "."), file).resolve()
    if not path.is_file():
        _refuse(f"There is no file {path}")
    settings = _settings()
    from app.commands import import_training as command
    from domain.training_log import TrainingKind

    kind = TrainingKind.GAME if game else TrainingKind.TRAINING
    raise typer.Exit(command.run(settings, path, dry_run=dry_run, kind=kind, session_rpe=rpe, whose=whose))


@cli.command("export-schema")
def export_schema(check: InStep = False) -> None:
    """Write schema.graphql and the schemas of events from the code.

    They are the contracts that others build on, so a change of them is seen in review. The events' are in
    events/contracts.
    """
    from app.commands import event_contracts, schema_file

    raise typer.Exit(max(schema_file.run(check=check), event_contracts.run(check=check)))


@cli.command("schema-changes")
def schema_changes(
    release: Annotated[
        bool, typer.Option("--release", help="Make the schema of now the one that clients build on.")
    ] = False,
) -> None:
    """Say what in the schema breaks clients of the last release.

    Also what was deprecated without a replacement and a day. docs/released-schema.graphql is the last one.
    """
    from app.commands import schema_changes as command

    raise typer.Exit(command.run(release=release))


@cli.command("trusted-documents")
def trusted_documents(
    action: Annotated[str, typer.Argument(help="build.", metavar="build")],
    sources: Annotated[
        list[Path], typer.Argument(help="Clients' files or folders: .graphql, .ts, .tsx.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="The manifest.")] = Path("trusted-documents.json"),
    typenames: Annotated[
        bool, typer.Option("--typenames", help="With __typename in every selection, as Apollo Client asks.")
    ] = False,
    check: InStep = False,
) -> None:
    """Write the manifest of documents that clients may run.

    Each operation with the fragments that it uses, by the SHA-256 of its text. See TRUSTED_DOCUMENTS.
    """
    if action != "build":
        _refuse(f"There is no {action}: it is ./dev trusted-documents build <files or folders>")
    from app.commands import trusted_documents as command

    came_from = os.environ.get(CALLED_FROM, ".")
    paths = [Path(came_from, each).resolve() for each in sources]
    raise typer.Exit(command.run(paths, Path(came_from, out).resolve(), check=check, typenames=typenames))


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def bench(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Which one; none lists them.", show_default=False)
    ] = None,
) -> None:
    """Measure how fast something is.

    As in ./dev bench reads 5 2.0 --peers; without a name, the benchmarks are listed.
    """
    from app.commands import run_bench

    raise typer.Exit(run_bench.run(name, arguments=context.args))


@cli.command()
def fuzz(
    count: Annotated[int, typer.Argument(min=1, help="Requests.")] = 100_000,
    seed: Annotated[
        int | None, typer.Option(help="Of an earlier run, to send the same again; another one each time.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.0, help="End after so long, done or not.")] = None,
    start: Annotated[int, typer.Option(min=0, help="Number of the first request.")] = 0,
) -> None:
    """Send a server of its own all kinds of requests, good and broken.

    Operations made from the schema, spoilt documents, any variables, bodies and headers. Fails if one is
    answered by a fault, without a code, or with a word of the insides, and keeps each in .taper/fuzz.
    """
    from app.commands import run_fuzz

    raise typer.Exit(run_fuzz.run(count, seed, minutes, start))


@cli.command("settings-doc")
def settings_doc(check: InStep = False) -> None:
    """Write the page of settings from the code.

    It is docs/settings.md, and .env.example with it.
    """
    from app.commands import settings_doc as command

    raise typer.Exit(command.run(check=check))


@cli.command("security-doc")
def security_doc(check: InStep = False) -> None:
    """Write who may do what, from the guards, into docs/security.md."""
    from app.commands import security_doc as command

    raise typer.Exit(command.run(check=check))


@cli.command()
def audit() -> None:
    """Ask whether a package that uv.lock names has a known weakness.

    Without a network nothing is known, and the exit code says so: 75.
    """
    from app.commands import audit as command

    raise typer.Exit(command.run())


@cli.command("migrations-check", hidden=True)
def migrations_check() -> None:
    """Fail where the migrations and the tables in the code make different databases."""
    import asyncio

    from app import checks

    problems = asyncio.run(checks.migrations_in_step())
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(1 if problems else 0)


def _settings() -> "Settings":
    from app.settings import Settings
    from app.settings_problems import SettingsError

    try:
        return Settings.load()
    except SettingsError as error:
        _refuse(str(error))
        raise


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
