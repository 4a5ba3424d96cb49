"""``./dev rollout``: a feature to 10, 25, 50 and 100 % of its users, as far as its metrics allow."""

import json
import os
import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.rollout import Decision, Rollout
    from integrations.flags import Flag

HELD, ROLLED_BACK = 3, 4

cli = typer.Typer(
    help="Roll a feature out in phases, as far as its metrics allow.",
    no_args_is_help=True,
    epilog="Exit codes: 0 advance or complete, 3 hold, 4 roll back, 1 something does not answer, 2 misuse.",
)

FlagKey = Annotated[str, typer.Option("--flag", help="The flag's key.", show_default=False)]
Project = Annotated[str, typer.Option(help="LaunchDarkly project.")]
EnvironmentKey = Annotated[str, typer.Option("--environment", help="LaunchDarkly environment.")]
TokenEnv = Annotated[
    str,
    typer.Option("--token-env", help="Environment variable with a LaunchDarkly API token (not an SDK key)."),
]
LaunchDarklyUrl = Annotated[str, typer.Option(help="LaunchDarkly's address.")]
PrometheusUrl = Annotated[str, typer.Option(help="Address of the Prometheus that scrapes this environment.")]
PrometheusTokenEnv = Annotated[
    str | None, typer.Option(help="Environment variable with a token for it, if it wants one.")
]
WindowMinutes = Annotated[int, typer.Option(min=5, max=1440, help="How far back to look, in minutes.")]
LeastRequests = Annotated[int, typer.Option(min=1, help="Requests in that time that it takes to advance.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without, it is only said what would be done.")]

PROJECT, ENVIRONMENT, TOKEN_ENV = "default", "production", "LAUNCHDARKLY_API_TOKEN"
LAUNCHDARKLY_URL, PROMETHEUS_URL = "https://app.launchdarkly.com", "http://127.0.0.1:9090"
WINDOW_MINUTES, LEAST_REQUESTS = 30, 200


@cli.command()
def plan(flag: FlagKey, window_minutes: WindowMinutes = WINDOW_MINUTES) -> None:
    """Say what a rollout of this flag goes by.

    The phases, the guard rails and the queries. Asks nobody.
    """
    from domain.rollout import ENOUGH, GUARD_RAILS, PHASES_PERCENT
    from integrations.promql import SIGNALS

    signals, window = SIGNALS[_flag(flag)], f"{window_minutes}m"
    print(f"{flag}: {' → '.join(f'{phase} %' for phase in PHASES_PERCENT)}")
    print(f"Each phase lasts at least {window_minutes} min, the time that is looked back on.")
    print(f"\n  requests      {ENOUGH.to_advance} to advance, {ENOUGH.to_roll_back} to roll back, else hold")
    for rail in GUARD_RAILS:
        print(f"  {rail.name:<12}  {rail.promise}, else hold")
    print("\nAsked of Prometheus:")
    queries = (
        signals.requests(window),
        signals.success_share(window),
        signals.error_share(window),
        signals.quantile_seconds(0.95, window),
    )
    for query in queries:
        print(f"  {query}")


@cli.command()
def status(
    flag: FlagKey,
    project: Project = PROJECT,
    environment: EnvironmentKey = ENVIRONMENT,
    token_env: TokenEnv = TOKEN_ENV,
    launchdarkly_url: LaunchDarklyUrl = LAUNCHDARKLY_URL,
    prometheus_url: PrometheusUrl = PROMETHEUS_URL,
    prometheus_token_env: PrometheusTokenEnv = None,
    window_minutes: WindowMinutes = WINDOW_MINUTES,
    least_requests: LeastRequests = LEAST_REQUESTS,
) -> None:
    """Show how far the flag is, its metrics and the verdict.

    Changes nothing.
    """
    rollout = _rollout(
        _flag(flag), project, environment, token_env, launchdarkly_url, prometheus_url, prometheus_token_env,
        window_minutes, least_requests,
    )  # fmt: skip
    _end_with(_done(rollout, lambda: rollout.step(act=False)), act=None)


@cli.command()
def advance(
    flag: FlagKey,
    yes: Yes = False,
    begin: Annotated[
        bool, typer.Option("--begin", help="Give it to the first 10 %, where nobody has it.")
    ] = False,
    project: Project = PROJECT,
    environment: EnvironmentKey = ENVIRONMENT,
    token_env: TokenEnv = TOKEN_ENV,
    launchdarkly_url: LaunchDarklyUrl = LAUNCHDARKLY_URL,
    prometheus_url: PrometheusUrl = PROMETHEUS_URL,
    prometheus_token_env: PrometheusTokenEnv = None,
    window_minutes: WindowMinutes = WINDOW_MINUTES,
    least_requests: LeastRequests = LEAST_REQUESTS,
) -> None:
    """Take the step that the metrics call for.

    To the next phase, nowhere, or off. Meant to be run every few minutes by a scheduler, with --yes: it
    advances by one phase at most, holds where there is any doubt, and turns the flag off where a guard rail
    is broken. What is off stays off until a person says --begin.
    """
    rollout = _rollout(
        _flag(flag), project, environment, token_env, launchdarkly_url, prometheus_url, prometheus_token_env,
        window_minutes, least_requests,
    )  # fmt: skip
    _end_with(_done(rollout, lambda: rollout.step(act=yes, may_begin=begin)), act=yes)


@cli.command()
def rollback(
    flag: FlagKey,
    why: Annotated[str, typer.Option(help="For LaunchDarkly's audit log.")] = "rolled back by hand",
    yes: Yes = False,
    project: Project = PROJECT,
    environment: EnvironmentKey = ENVIRONMENT,
    token_env: TokenEnv = TOKEN_ENV,
    launchdarkly_url: LaunchDarklyUrl = LAUNCHDARKLY_URL,
) -> None:
    """Turn the flag off for everybody, whatever the metrics say."""
    rollout = _rollout(_flag(flag), project, environment, token_env, launchdarkly_url)
    _end_with(_done(rollout, lambda: rollout.back(why, act=yes)), act=yes)


def _flag(key: str) -> "Flag":
    from integrations.flags import Flag

    try:
        return Flag(key)
    except ValueError:
        known = "\n".join(f"  {flag}" for flag in Flag)
        _end(f"There is no flag {key}. There are:\n{known}", code=2)


def _rollout(
    flag: "Flag",
    project: str,
    environment: str,
    token_env: str,
    launchdarkly_url: str,
    prometheus_url: str = PROMETHEUS_URL,
    prometheus_token_env: str | None = None,
    window_minutes: int = WINDOW_MINUTES,
    least_requests: int = LEAST_REQUESTS,
) -> "Rollout":
    import logging
    from datetime import UTC, datetime

    import structlog

    from app.logs import configure_logging
    from app.rollout import Rollout
    from domain.rollout import ENOUGH, Evidence
    from integrations.launchdarkly_api import LaunchDarklyApi
    from integrations.operator_http import OperatorApiError
    from integrations.prometheus_api import PrometheusApi

    configure_logging(level="info", as_json=True)  # to stderr: the record of what was decided and why
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # a line a request would bury it
    try:
        return Rollout(
            flag,
            LaunchDarklyApi(
                launchdarkly_url, token=_token(token_env), project=project, environment=environment
            ),
            PrometheusApi(
                prometheus_url, token=_token(prometheus_token_env) if prometheus_token_env else None
            ),
            window_minutes=window_minutes,
            evidence=Evidence(
                to_advance=least_requests, to_roll_back=min(least_requests, ENOUGH.to_roll_back)
            ),
            clock=lambda: datetime.now(UTC),
            log=structlog.get_logger("app.rollout"),
        )
    except OperatorApiError as error:
        _end(str(error), code=2)


def _done(rollout: "Rollout", work: "Callable[[], Decision]") -> "Decision":
    from integrations.operator_http import OperatorApiError

    try:
        return work()
    except OperatorApiError as error:
        _end(str(error))
    finally:
        rollout.close()


def _end_with(decision: "Decision", *, act: bool | None) -> NoReturn:
    """``act`` None: nobody asked for more than to be shown."""
    from domain.rollout import Verdict

    _show(decision)
    if decision.after is not None:
        print(f"Done: {decision.after.exposure.percent:g} % now.")
    elif decision.instructions and act is not None:
        print(f"\nWould tell LaunchDarkly: {json.dumps(decision.instructions)}")
        print("Nothing was changed. Add --yes to do it.")
    judgement = decision.judgement
    if judgement.verdict is Verdict.HOLD and not judgement.is_complete:
        raise typer.Exit(HELD)
    # A person who rolls back by hand got what they asked for; a schedule wants to know that it happened.
    raise typer.Exit(ROLLED_BACK if judgement.verdict is Verdict.ROLL_BACK and decision.seen else 0)


def _show(decision: "Decision") -> None:
    from domain.rollout import GUARD_RAILS

    flag, seen, judgement = decision.before, decision.seen, decision.judgement
    state = f"{flag.percent:g} % by {flag.context_kind}" if flag.is_on else "off"
    since = f", changed {flag.changed_at:%Y-%m-%d %H:%M} UTC" if flag.changed_at else ""
    print(f"{flag.key}: {state}{since}")
    if flag.exceptions and flag.is_on:
        print(f"  beside that, {flag.exceptions} rules or targets serve others; they are left alone")
    if seen is not None:
        print(f"\nLast {seen.window_minutes} min")
        print(f"  {'requests':<12}  {'?' if seen.requests is None else f'{seen.requests:.0f}'}")
        for rail in GUARD_RAILS:
            value = rail.measured(seen)
            print(f"  {rail.name:<12}  {'?' if value is None else rail.show(value):<8}  {rail.promise}")
    to = "" if judgement.next_percent is None else f" to {judgement.next_percent} %"
    print(f"\n{judgement.verdict.value.replace('_', ' ')}{to}: {'; '.join(judgement.reasons)}")


def _token(variable: str) -> str:
    token = os.environ.get(variable, "").strip()
    if not token:
        _end(f"{variable} is not set: put the token there, or name another variable.", code=2)
    return token


def _end(message: str, code: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)
