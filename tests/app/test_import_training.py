"""``import-training`` as a person uses it, on a database that they bring themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.commands import import_training
from app.settings import ROOT, Settings
from db.database import Database
from db.seed import seed_demo
from domain.training_log import TrainingKind
from integrations.log_files import MOST_BYTES, MOST_BYTES_BY_HAND
from tests.app.api import SECRET
from tests.integrations.fit_encoding import fit_file, fit_session

TABLE = ROOT / "docs" / "examples" / "training.csv"
Run = Callable[..., int]


@pytest.fixture
async def seeded_url(fresh_url: str) -> str:
    database = Database(fresh_url, clock=lambda: datetime.now(UTC))
    await seed_demo(database, datetime.now(UTC).date())
    await database.dispose()
    return fresh_url


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, seeded_url: str) -> Iterator[Run]:
    monkeypatch.setattr(import_training, "configure_logging", lambda **_: None)
    url = make_url(seeded_url).set(drivername="postgresql").render_as_string(hide_password=False)
    settings = Settings(_env_file=None, taper_env="development", jwt_secret=SECRET, database_url=url)

    def made(path: Path, **options: Any) -> int:
        asked: dict[str, Any] = {
            "dry_run": False,
            "kind": TrainingKind.TRAINING,
            "session_rpe": None,
        } | options
        return import_training.run(settings, path, **asked)

    with structlog.testing.capture_logs():
        yield made


def entries_of(url: str, source: str) -> int:
    async def count() -> int:
        engine: AsyncEngine = create_async_engine(url)
        async with engine.connect() as connection:
            found = await connection.scalar(
                text("SELECT count(*) FROM training_entries WHERE source = :source"), {"source": source}
            )
        await engine.dispose()
        return int(found or 0)

    return asyncio.run(count())


@pytest.fixture
def past_table(tmp_path: Path) -> Path:
    """The example as it would be written today: its days are not to come, wherever the clock stands."""
    table = TABLE.read_text("utf-8")
    days = {n: datetime.now(UTC).date() - timedelta(days=20 - n) for n in (14, 16, 18)}
    for n, day in days.items():
        table = table.replace(f"2026-11-{n}", str(day)).replace(f"{n} Nov 2026", str(day))
    path = tmp_path / "training.csv"
    path.write_text(table, "utf-8")
    return path


def test_the_example_comes_in_once(
    run: Run, seeded_url: str, past_table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = run(past_table, dry_run=True)
    assert entries_of(seeded_url, "csv") == 0
    codes = [run(past_table) for _ in range(2)]

    made = capsys.readouterr()
    assert (tried, codes) == (0, [0, 0]), made.err
    assert entries_of(seeded_url, "csv") == 5
    lines = made.out.splitlines()
    assert lines[0].startswith("  Mia Halvorsen: 5 from ")
    assert lines[1] == "Would import 5 trainings."
    assert lines[3:] == ["Imported 5 trainings.", "Imported 0 trainings; 5 were in the log already."]


def test_a_file_that_no_request_could_hold(
    run: Run, seeded_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    data = fit_file([fit_session(started, 240)], record_count=12_000)
    assert MOST_BYTES < len(data) < MOST_BYTES_BY_HAND
    path = tmp_path / "long-ride.fit"
    path.write_bytes(data)

    code = run(path, session_rpe=3.0, whose="nora")

    made = capsys.readouterr()
    assert code == 0, made.err
    assert made.out.startswith("  Nora Eide: 1 from ")
    assert entries_of(seeded_url, "fit") == 1


def test_a_wrong_file_is_told_row_by_row_and_nothing_is_stored(
    run: Run, seeded_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("date,minutes,rpe\n2020-01-05,60,7\n2020-01-06,60,11\n05/06/2020,60,7\n")

    code = run(path)

    made = capsys.readouterr()
    assert code == 1
    assert "row 3.rpe" in made.err
    assert "row 4.date" in made.err
    assert "Nothing was imported: 2 things need mending." in made.err
    assert made.out == ""
    assert entries_of(seeded_url, "csv") == 0


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("training.txt", b"", 2, "none of .csv, .xlsx and .fit"),
        ("training.csv", b"x" * (MOST_BYTES_BY_HAND + 1), 2, "3,000,000 is the most"),
        ("training.fit", b"no", 1, "not a FIT file"),
    ],
)
def test_what_holds_no_training_is_refused(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes, code: int, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)

    assert run(path) == code
    assert said in capsys.readouterr().err


def test_who_is_not_there_imports_nothing(
    run: Run, past_table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(past_table, whose="Nobody") == 2
    assert "Nobody" in capsys.readouterr().err
