"""The settings of which documents are run, and how answers to them are told."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from app.settings_fields import setting

TrustMode = Annotated[Literal["off", "log", "enforce"], BeforeValidator(str.lower)]
Edition = Literal["earlier", "2026-09"]


class DocumentSettings(BaseSettings):
    trusted_documents_file: Path | None = setting(
        "Documents",
        None,
        "The manifest: a JSON object of documents by their ids, as ./dev trusted-documents writes it.",
        "a file, or nothing",
        "/etc/taper/trusted-documents.json",
    )
    trusted_documents: TrustMode = setting(
        "Documents",
        "off",
        "Whether only documents in TRUSTED_DOCUMENTS_FILE are run: off, log (others are run and logged) or "
        "enforce.",
        "off, log or enforce",
        "log",
    )
    graphql_http_edition: Edition = setting(
        "Documents",
        "earlier",
        "Status codes of GraphQL over HTTP for clients of application/graphql-response+json: with 2026-09, "
        "422 for a request that is well-formed but cannot be run, and 294 for data that comes with errors; "
        "earlier, 400 and 200.",
        "earlier or 2026-09",
        "2026-09",
    )

    @field_validator("trusted_documents")
    @classmethod
    def _trust_needs_a_manifest(cls, mode: str, info: ValidationInfo) -> str:
        if mode == "enforce" and info.data.get("trusted_documents_file") is None:
            raise ValueError("there is no manifest: set TRUSTED_DOCUMENTS_FILE")
        return mode
