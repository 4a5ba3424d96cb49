"""The commands as a person meets them: what they are for, what they refuse, and with which exit code."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from app.commands import check_all, run_bench, run_tests
from app.commands.check_all import Check
from app.settings import ROOT
from tests import patience

COMMANDS = ["serve", "test", "check", "token", "seed", "import", "export-schema", "bench", "settings-doc"]


def dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=patience.SECONDS,
        check=False,
    )


def test_help_names_every_command_and_what_it_is_for() -> None:
    shown = CliRunner().invoke(cli, ["--help"])

    assert shown.exit_code == 0
    for name in COMMANDS:
        about = next(line for line in shown.output.splitlines() if line.strip().startswith(name))
        assert about.rstrip().endswith("."), f"cut off: {about}"
    assert "migrations-check" not in shown.output


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str) -> None:
    shown = CliRunner().invoke(cli, [name, "--help"])

    assert shown.exit_code == 0
    assert f"{name} [OPTIONS]" in shown.output


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, app.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    heavy = {"pydantic", "strawberry", "sqlalchemy", "starlette", "uvicorn", "numpy", "ldclient", "structlog"}
    assert not heavy & set(loaded)


def test_help_is_there_at_once() -> None:
    took = []
    for _ in range(3):
        began = _of_children()
        assert dev("--help").returncode == 0
        took.append(_of_children() - began)

    assert min(took) < 1.0 * patience.slowness(), took


def _of_children() -> float:
    """Seconds that they had a processor: how busy it was with others is none of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("command", [["serve"], ["seed"], ["token"]])
def test_wrong_settings_end_a_command_with_a_list_and_no_traceback(command: list[str]) -> None:
    ended = dev(*command, PORT="eighty", LOG_LEVEL="loud")

    assert ended.returncode == 2
    assert ended.stderr.startswith("2 settings are wrong")
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_production_gives_no_development_token() -> None:
    ended = dev("token", TAPER_ENV="production", JWT_SECRET="s" * 40)

    assert ended.returncode == 2
    assert "no development tokens in production" in ended.stderr
    assert ended.stdout == ""


def test_a_file_to_import_is_looked_for_where_dev_was_called(tmp_path: Path) -> None:
    ended = dev("import", "plan.csv", TAPER_CALLED_FROM=str(tmp_path))

    assert ended.returncode == 2
    assert str(tmp_path / "plan.csv") in ended.stderr


def test_a_choice_of_tests_runs_in_one_process_and_all_of_them_in_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commands: list[list[str]] = []

    def remember(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 5)

    monkeypatch.setattr(subprocess, "run", remember)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)

    assert CliRunner().invoke(cli, ["test", "tests/domain", "-k", "floor", "-x"]).exit_code == 5
    run_tests.run([])

    assert commands[0][1:] == ["-m", "pytest", "tests/domain", "-k", "floor", "-x"]
    assert commands[1][3] == f"--numprocesses={run_tests.MOST_WORKERS}"


def saying(text: str, code: int) -> tuple[str, ...]:
    return (sys.executable, "-c", f"print({text!r}); raise SystemExit({code})")


def test_a_check_that_fails_shows_what_it_said_and_the_others_still_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    checks = (
        Check("first", saying("all is well", 0)),
        Check("second", saying("[line 3] is wrong", 1), mend="./dev mend"),
        Check("third", saying("well too", 0)),
    )

    code = check_all.run(fast=False, without_tests=True, checks=checks)

    said = capsys.readouterr().out
    assert code == 1
    assert [line[:8] for line in said.splitlines() if line[:1] in "✓✗"] == [
        "✓ first ",
        "✗ second",
        "✓ third ",
    ]
    assert "[line 3] is wrong" in said
    assert "./dev mend" in said
    assert "well" not in said
    assert "1 of 3 checks failed" in said


def test_fast_leaves_out_what_starts_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    checks = (Check("quick", saying("", 0)), Check("slow", saying("", 1), slow=True))

    assert check_all.run(fast=True, without_tests=False, checks=checks) == 0
    assert "All checks hold: 1 in" in capsys.readouterr().out


def test_check_runs_all_that_the_project_promises() -> None:
    tools = {Path(check.command[0]).name for check in check_all.CHECKS}
    own = {check.command[3] for check in check_all.CHECKS if check.command[1:3] == ("-m", "app")}

    assert {"ruff", "mypy", "lint-imports"} <= tools
    assert own == {
        "settings-doc",
        "export-schema",
        "security-doc",
        "schema-changes",
        "audit",
        "migrations-check",
    }


def test_benchmarks_are_listed_with_their_first_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "solver.py").write_text('"""How long a compression takes.\n\nMore."""\ndef main(): ...\n')
    (tmp_path / "data.py").write_text('"""What it is measured on."""\n')
    (tmp_path / "__init__.py").write_text("")

    assert run_bench.run(None, tmp_path) == 0
    assert run_bench.run("nothing", tmp_path) == 2

    listed, refused = capsys.readouterr()
    assert listed.split() == ["solver", "How", "long", "a", "compression", "takes."] * 2
    assert "no benchmark 'nothing'" in refused


def test_a_benchmark_is_run_with_the_arguments_that_follow_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    called = []
    monkeypatch.setattr("sys.argv", ["app", "bench"])
    monkeypatch.setattr("benchmarks.load_limit.main", lambda: called.append(sys.argv))

    done = CliRunner().invoke(cli, ["bench", "load_limit", "3", "--peers"])

    assert done.exit_code == 0, done.output
    assert called == [["benchmarks.load_limit", "3", "--peers"]]


def test_dev_greets_a_python_that_is_too_old() -> None:
    """An old Python must be able to read the file as far as the sentence that refuses it."""
    pretend = (
        "import sys, runpy, shutil\n"
        "shutil.which = lambda name: None\n"
        "sys.version_info = (3, 9, 2, 'final', 0)\n"
        "sys.argv = ['dev', 'serve']\n"
        "runpy.run_path('dev', run_name='__main__')\n"
    )

    ended = subprocess.run(
        [sys.executable, "-c", pretend], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "needs Python 3.11 or newer" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_dev_is_written_in_words_that_an_old_python_reads() -> None:
    import ast

    ast.parse((ROOT / "dev").read_text("utf-8"), feature_version=(3, 7))
