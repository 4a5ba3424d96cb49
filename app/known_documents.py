"""Documents that are asked for by a name instead of their text: trusted ones, and those sent once before.

Trusted documents are in a manifest that is written from the clients' sources (``./dev trusted-documents``).
Automatic persisted queries are Apollo's protocol: a client sends a hash, and the text only where we do not
have it yet.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog
from graphql import GraphQLError

from app.documents import RequestError
from app.graphql_request import GraphQLRequest
from integrations.edge_metrics import EdgeMetrics

MOST_BYTES_KEPT = 8 * 1024 * 1024
_OVERHEAD_BYTES = 200  # of one entry, so that small ones do not count as nothing

TrustMode = Literal["off", "log", "enforce"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """``is_named``: asked for by its hash or id, so that every answer to it is one to the same text."""

    text: str
    is_named: bool
    new_hash: str | None = None  # to be kept under, if the document turns out to be good


class UnknownHash(RequestError):
    """A part of the protocol, and nothing that the client did wrong."""


class KnownDocuments:
    def __init__(self, manifest: Mapping[str, str], mode: TrustMode, metrics: EdgeMetrics) -> None:
        self._trusted = {_bare(name): text for name, text in manifest.items()}
        self._trusted_hashes = {hash_of(text): text for text in manifest.values()}
        self._mode = mode
        self._metrics = metrics
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._bytes_kept = 0

    def resolve(self, asked: GraphQLRequest) -> Known:
        """Raises ``RequestError`` for an unknown name, a wrong hash, and what must be trusted but is not."""
        if asked.document_id is not None:
            text = self._named(asked.document_id)
            if text is None:
                raise _error("unknown_document", "There is no trusted document with this id.")
            return Known(text, True)
        if asked.sha256_hash is None:
            self._judge(asked.query)
            return Known(asked.query, False)
        return self._persisted(asked.query, asked.sha256_hash.lower())

    def at_hand(self, asked: GraphQLRequest) -> str | None:
        """The text, where there is nothing to be said against it, to be logged or to be kept."""
        if asked.document_id is not None:
            return self._named(asked.document_id)
        is_free = self._mode == "off" and asked.sha256_hash is None
        return asked.query if is_free else None

    def keep(self, known: Known) -> None:
        """A good document, so that next time its hash is enough."""
        if known.new_hash is None or known.new_hash in self._kept:
            return
        self._kept[known.new_hash] = known.text
        self._bytes_kept += _weight(known.text)
        while self._bytes_kept > MOST_BYTES_KEPT:
            _, oldest = self._kept.popitem(last=False)
            self._bytes_kept -= _weight(oldest)

    def _persisted(self, query: str, sha256_hash: str) -> Known:
        if not query:
            text = self._named(sha256_hash) or self._kept.get(sha256_hash)
            if text is None:
                if self._mode == "enforce":
                    raise self._untrusted()
                # What it says, and its code, are Apollo's: its clients then send the text, too.
                raise UnknownHash(_graphql_error("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
            if sha256_hash in self._kept:
                self._kept.move_to_end(sha256_hash)
            return Known(text, True)
        if hash_of(query) != sha256_hash:
            raise _error("persisted_query_mismatch", "The sha256Hash is not that of the query.")
        self._judge(query)
        return Known(query, True, new_hash=sha256_hash)

    def _named(self, name: str) -> str | None:
        bare = _bare(name)
        return self._trusted.get(bare) or self._trusted_hashes.get(bare)

    def _judge(self, query: str) -> None:
        if self._mode == "off" or hash_of(query) in self._trusted_hashes:
            return
        if self._mode == "enforce":
            raise self._untrusted()
        self._metrics.untrusted(was_run=True)
        _log.warning("untrusted_document", sha256=hash_of(query))

    def _untrusted(self) -> RequestError:
        self._metrics.untrusted(was_run=False)
        return _error(
            "document_not_trusted", "Only the documents of known clients are run here: send the id of one."
        )


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(name: str) -> str:
    """An id may say how it was made."""
    return name.removeprefix("sha256:")


def _weight(text: str) -> int:
    return len(text.encode()) + _OVERHEAD_BYTES


def _error(code: str, message: str) -> RequestError:
    return RequestError(_graphql_error(code, message))


def _graphql_error(code: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code})
