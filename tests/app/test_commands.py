"""``token``, ``seed`` and ``import`` as a person uses them, on a database that they bring themselves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.commands import import_plan, seed, token
from app.settings import ROOT, Settings
from db.seed import DEMO
from tests.app.api import SECRET

PLAN = ROOT / "docs" / "examples" / "plan.csv"
MakeSettings = Callable[..., Settings]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSettings]:
    """Of a checkout whose secret is the tests'; the commands leave the tests' logging as it is."""
    for command in (seed, import_plan):
        monkeypatch.setattr(command, "configure_logging", lambda **_: None)

    def make(**changes: Any) -> Settings:
        return Settings(_env_file=None, **{"taper_env": "development", "jwt_secret": SECRET, **changes})

    with structlog.testing.capture_logs():
        yield make


def as_setting(url: str) -> str:
    """The tests' address as DATABASE_URL: the socket's folder is a parameter in both."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("name", "subject", "described"),
    [
        (None, DEMO.athlete, "Mia Halvorsen, athlete"),
        ("coach", DEMO.coach, "Dana Reyes, coach"),
        ("Admin", DEMO.admin, "Robin Aas, admin"),
        ("leo", DEMO.other_athlete, "Leo Marchetti, athlete"),
        (str(DEMO.team), DEMO.team, str(DEMO.team)),
    ],
)
def test_a_token_goes_to_stdout_alone_and_what_it_is_to_stderr(
    settings: MakeSettings,
    capsys: pytest.CaptureFixture[str],
    name: str | None,
    subject: object,
    described: str,
) -> None:
    code = token.run(settings(), name)

    made = capsys.readouterr()
    claims = jwt.decode(made.out.strip(), SECRET, algorithms=["HS256"], audience="taper-api")
    assert (code, claims["sub"], claims["iss"]) == (0, str(subject), "taper")
    assert 11 < (claims["exp"] - datetime.now(UTC).timestamp()) / 3600 <= 12
    assert described in made.err


@pytest.mark.parametrize(
    ("changes", "name", "said"),
    [
        ({}, "zinedine", "There is no 'zinedine' in the demo. There are: mia"),
        ({"jwt_secret": None, "jwt_jwks_url": "https://id.example.com/k"}, None, "JWT_JWKS_URL is set"),
        ({"taper_env": "production"}, None, "no development tokens in production"),
    ],
)
def test_who_cannot_have_a_token_is_told_why(
    settings: MakeSettings,
    capsys: pytest.CaptureFixture[str],
    changes: dict[str, Any],
    name: str | None,
    said: str,
) -> None:
    code = token.run(settings(**changes), name)

    made = capsys.readouterr()
    assert (code, made.out) == (2, "")
    assert said in made.err


def test_seed_fills_a_database_once(
    settings: MakeSettings, fresh_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [seed.run(settings(database_url=as_setting(fresh_url))) for _ in range(2)]

    made = capsys.readouterr()
    assert codes == [0, 0]
    assert made.err.count("Demo data: 31 plans") == 1
    assert made.out.splitlines() == [
        "The demo data is in.",
        "The demo data was there already; nothing was changed.",
    ]


class TestImport:
    def test_a_dry_run_says_what_would_be_made_and_makes_nothing(
        self, settings: MakeSettings, demo_url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = plans_of(demo_url)

        code = import_plan.run(settings(database_url=as_setting(demo_url)), PLAN, dry_run=True)

        made = capsys.readouterr()
        assert code == 0, made.err
        assert made.out.startswith("  Week 1, Mon: Lower Strength, ")
        assert "Would import “plan”, 2 sessions" in made.out
        assert plans_of(demo_url) == before

    def test_an_import_makes_the_plan_for_whom_it_is_said(
        self, settings: MakeSettings, demo_url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = plans_of(demo_url, "Nora Eide")

        code = import_plan.run(settings(database_url=as_setting(demo_url)), PLAN, dry_run=False, owner="nora")

        made = capsys.readouterr()
        assert code == 0, made.err
        assert "Imported" in made.out
        assert plans_of(demo_url, "Nora Eide") == before + 1

    def test_a_wrong_file_is_told_row_by_row_and_nothing_is_made(
        self, settings: MakeSettings, demo_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        wrong = tmp_path / "wrong.csv"
        wrong.write_text(
            PLAN.read_text().replace("Back Squat", "Zzyzx of doom", 1).replace("10-12", "lots", 1)
        )
        before = plans_of(demo_url)

        code = import_plan.run(settings(database_url=as_setting(demo_url)), wrong, dry_run=False)

        made = capsys.readouterr()
        assert code == 1
        assert "row 2" in made.err
        assert "row 4" in made.err
        assert "Nothing was imported: 2 things need mending." in made.err
        assert made.out == ""
        assert plans_of(demo_url) == before

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("plan.txt", b"x", "none of .json, .csv and .xlsx"),
            ("plan.csv", b"\xff\xfa", "not UTF-8"),
            ("plan.json", b"x" * 200_001, "more than 200,000 bytes"),
        ],
    )
    def test_what_is_no_plan_is_refused_before_anything_is_started(
        self,
        settings: MakeSettings,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        name: str,
        content: bytes,
        said: str,
    ) -> None:
        (tmp_path / name).write_bytes(content)

        code = import_plan.run(settings(taper_data_dir=tmp_path / "data"), tmp_path / name, dry_run=True)

        assert code == 2
        assert said in capsys.readouterr().err
        assert not (tmp_path / "data").exists()

    def test_without_its_owner_there_is_no_plan(
        self, settings: MakeSettings, fresh_url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code = import_plan.run(settings(database_url=as_setting(fresh_url)), PLAN, dry_run=False)

        assert code == 2
        assert "run ./dev seed" in capsys.readouterr().err


def plans_of(url: str, owner: str = "%") -> int:
    async def count() -> int:
        engine: AsyncEngine = create_async_engine(url)
        async with engine.connect() as connection:
            found: int = (
                await connection.execute(
                    text(
                        "SELECT count(*) FROM plans JOIN people ON people.id = plans.owner_id "
                        "WHERE display_name LIKE :owner"
                    ),
                    {"owner": owner},
                )
            ).scalar_one()
        await engine.dispose()
        return found

    return asyncio.run(count())
