"""What is in the database when the server starts: everyone's exercises, and in development the demo."""

from __future__ import annotations

from app.bootstrap import Application
from app.progress import say, step
from db import people
from db.seed import DEMO, seed_catalogue, seed_demo


async def fill(application: Application) -> bool:
    """Returns whether the demo's people are there. A database of one's own is not filled with strangers."""
    settings, db = application.settings, application.services.db
    if settings.taper_env == "development" and settings.database_url is None:
        async with step("Filling the database with the demo"):
            today = application.services.clock().date()
            await seed_demo(db, today, lambda line: say(f"Demo data: {line}"))
        return True
    async with step("Bringing the exercises up to date"):
        await db.unit_of_work(lambda tx: seed_catalogue(tx.db_session), deadline_seconds=30)
    async with db.read() as db_session:
        return bool(await people.people_by_id(db_session, [DEMO.athlete]))
