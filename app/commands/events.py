"""``./dev events``: the events that could not be handled, for whoever has to see to them."""

from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.commands.event_letters import Letters

T = TypeVar("T")

cli = typer.Typer(
    help="See to events that could not be handled: dead letters.", no_args_is_help=True, rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(help="The dead letter's id; its first characters do.", show_default=False)]


@cli.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Also those that were seen to.")] = False,
    at_most: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 100,
) -> None:
    """List dead letters, the latest first."""
    found = _run(lambda letters: letters.listed(include_resolved=all_, at_most=at_most))
    for letter in found:
        state = "" if letter.status == "open" else f"  ({letter.status})"
        typer.echo(
            f"{letter.id}  {letter.dead_at:%Y-%m-%d %H:%M:%S}  {letter.consumer}  {letter.event_type}"
            f"  {letter.reason}{state}\n    {_line(letter.detail)}"
        )
    if not found:
        typer.echo("There are no dead letters.")


@cli.command()
def show(id: Id) -> None:
    """Print one with all that is known of it, as JSON."""
    import dataclasses

    import orjson

    letter = _run(lambda letters: letters.one(id))
    typer.echo(orjson.dumps(dataclasses.asdict(letter), default=str, option=orjson.OPT_INDENT_2).decode())


@cli.command()
def replay(
    id: Annotated[str | None, typer.Argument(help="The dead letter's id; its first characters do.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that are open.")] = False,
) -> None:
    """Deliver it again.

    The running server tries it within a second or two, with all its attempts; what was handled already is
    not handled twice. An event that its successors have overtaken is ignored where order matters.
    """
    if (id is None) is not all_:
        typer.echo("Say which dead letter, or --all.", err=True)
        raise typer.Exit(2)
    replayed = _run(lambda letters: letters.replay(id))
    typer.echo(f"Replayed: {len(replayed)}. ./dev events list shows what dies again.")


@cli.command()
def discard(id: Id) -> None:
    """Never deliver it. It stays readable for 30 days, by list --all."""
    discarded = _run(lambda letters: letters.discard(id))
    typer.echo(f"Discarded {discarded}.")


def _run(work: "Callable[[Letters], Awaitable[T]]") -> T:
    """Imports what it needs when it runs, so that help is instant."""
    from app.commands import event_letters
    from app.progress import CannotStart
    from app.settings import Settings
    from app.settings_problems import SettingsError

    try:
        return event_letters.run(Settings.load(), work)
    except (SettingsError, event_letters.NoSuchLetter) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except CannotStart as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_code) from None


def _line(detail: str) -> str:
    first = detail.partition("\n")[0]
    return first if len(first) <= 160 else f"{first[:159]}…"
