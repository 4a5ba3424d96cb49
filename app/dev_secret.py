"""The key that signs tokens outside production: random, one per checkout, never in the code."""

import os
import secrets
from pathlib import Path

from pydantic import SecretStr

from app.settings import Settings


def signing_secret(settings: Settings) -> SecretStr | None:
    """``JWT_SECRET``, else the checkout's own; None in production, where JWT_JWKS_URL then holds the keys."""
    if settings.jwt_secret is not None or settings.is_production:
        return settings.jwt_secret
    return SecretStr(_read_or_make(settings.taper_data_dir / "dev-secret"))


def _read_or_make(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".dev-secret-{os.getpid()}-{secrets.token_hex(4)}")
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(48) + "\n", "ascii")
        try:
            # A link fails where the name is taken, so of two processes that start together one key wins
            # and neither ever reads half a file.
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text("ascii").strip()
