"""``./dev seed``: the demo data, into whatever database the settings name."""

import asyncio
import sys

from app.bootstrap import utc_now
from app.database_access import bring_up_to_date, database_url
from app.logs import configure_logging
from app.progress import CannotStart, say, step
from app.settings import Settings
from db.database import Database
from db.seed import seed_demo


def run(settings: Settings) -> int:
    configure_logging(level="warning", as_json=settings.logs_as_json)
    try:
        return asyncio.run(_run(settings))
    except CannotStart as error:
        print(error, file=sys.stderr)
        return error.exit_code


async def _run(settings: Settings) -> int:
    async with database_url(settings, may_borrow=True) as url:
        await bring_up_to_date(url)
        db = Database(url, clock=utc_now)
        try:
            async with step("Filling the database with the demo"):
                is_new = await seed_demo(db, utc_now().date(), lambda line: say(f"Demo data: {line}"))
        finally:
            await db.dispose()
    print("The demo data is in." if is_new else "The demo data was there already; nothing was changed.")
    return 0
