"""``./dev dashboards``: the dashboard and the alerts, from files to where they run."""

import os
import sys
from contextlib import closing
from typing import Annotated, NoReturn

import typer

cli = typer.Typer(
    help="Deploy and verify the Grafana dashboard and the alerts.",
    no_args_is_help=True,
)

GrafanaUrl = Annotated[str, typer.Option("--url", help="Grafana's address.", show_default=False)]
TokenEnv = Annotated[
    str, typer.Option("--token-env", help="Environment variable with a Grafana service account's token.")
]


@cli.command()
def write(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if the file is out of step.")
    ] = False,
) -> None:
    """Write the dashboard's JSON from app/dashboard.py."""
    from app import dashboards

    text = dashboards.text()
    path = dashboards.DASHBOARD
    if check:
        if not path.is_file() or path.read_text("utf-8") != text:
            _end("The dashboard is not in step with app/dashboard.py: run ./dev dashboards write")
        return
    path.write_text(text, "utf-8")
    print(f"wrote {path.name}")


@cli.command()
def deploy(
    url: GrafanaUrl,
    token_env: TokenEnv = "GRAFANA_TOKEN",  # noqa: S107  the variable's name
    message: Annotated[
        str, typer.Option(help="What Grafana's history of versions says.")
    ] = "./dev dashboards",
) -> None:
    """Put the dashboard into a Grafana, replacing what is there under its uid.

    The Grafana of docker-compose.yml needs none of this: it reads the file itself, and refuses to have it
    replaced. Nothing is deployed that names a metric which the server does not export.
    """
    from app import dashboards
    from integrations.grafana_api import GrafanaApi
    from integrations.operator_http import OperatorApiError

    _report("the files", dashboards.problems_of_files())
    try:
        with closing(GrafanaApi(url, token=_token(token_env))) as grafana:
            where = dashboards.deploy(grafana, message)
            _report("Grafana", dashboards.problems_of_grafana(grafana))
    except OperatorApiError as error:
        _end(str(error))
    print(f"deployed, and it reads back the same: {url.rstrip('/')}{where}")


@cli.command()
def verify(
    url: Annotated[
        str | None, typer.Option("--url", help="Grafana's address; without it only files are verified.")
    ] = None,
    token_env: TokenEnv = "GRAFANA_TOKEN",  # noqa: S107
    prometheus_url: Annotated[
        str | None, typer.Option(help="Prometheus' address, to verify the alerts that it has loaded.")
    ] = None,
    prometheus_token_env: Annotated[
        str | None, typer.Option(help="Environment variable with a token for it, if it wants one.")
    ] = None,
) -> None:
    """Fail where anything is not as the files say.

    Every metric, label and label value that a panel or an alert names must be one that the server exports;
    with --url Grafana must have the dashboard of the file, with --prometheus-url Prometheus its alerts.
    """
    from app import dashboards
    from integrations.grafana_api import GrafanaApi
    from integrations.operator_http import OperatorApiError
    from integrations.prometheus_api import PrometheusApi

    _report("the files", dashboards.problems_of_files())
    try:
        if url is not None:
            with closing(GrafanaApi(url, token=_token(token_env))) as grafana:
                _report("Grafana", dashboards.problems_of_grafana(grafana))
        if prometheus_url is not None:
            token = _token(prometheus_token_env) if prometheus_token_env else None
            with closing(PrometheusApi(prometheus_url, token=token)) as prometheus:
                _report("Prometheus", dashboards.problems_of_prometheus(prometheus))
    except OperatorApiError as error:
        _end(str(error))


def _report(what: str, problems: list[str]) -> None:
    if problems:
        _end("\n".join([f"✗ {what}", *(f"  {problem}" for problem in problems)]))
    print(f"✓ {what}")


def _token(variable: str) -> str:
    token = os.environ.get(variable, "").strip()
    if not token:
        _end(f"{variable} is not set: put the token there, or name another variable.", code=2)
    return token


def _end(message: str, code: int = 1) -> NoReturn:
    print(message, file=sys.stderr)
    raise typer.Exit(code)
