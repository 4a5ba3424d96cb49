"""A small writer of FIT files for tests: sessions with the fields that are read, and nothing a watch adds."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

FIT_BEGINS = int(datetime(1989, 12, 31, tzinfo=UTC).timestamp())
FILE_ID, SESSION, RECORD = 0, 18, 20
ENUM, UINT8, UINT16, UINT32, SINT32 = (0x00, "B"), (0x02, "B"), (0x84, "H"), (0x86, "I"), (0x85, "i")
# Name: number of the field in a session, its type, its scale, and what stands for "not known".
FIELDS: dict[str, tuple[int, tuple[int, str], int, int]] = {
    "timestamp": (253, UINT32, 1, 0xFFFFFFFF),
    "start_time": (2, UINT32, 1, 0xFFFFFFFF),
    "total_elapsed_time": (7, UINT32, 1000, 0xFFFFFFFF),
    "total_timer_time": (8, UINT32, 1000, 0xFFFFFFFF),
    "avg_heart_rate": (16, UINT8, 1, 0xFF),
    "max_heart_rate": (17, UINT8, 1, 0xFF),
    "training_load_peak": (168, SINT32, 65536, 0x7FFFFFFF),
    "workout_rpe": (193, UINT8, 1, 0xFF),
}


def fit_session(started_at: datetime | None, minutes: float | None = 60, **values: Any) -> dict[str, Any]:
    """What a watch says of one session; a value of None is written as "not known"."""
    started = None if started_at is None else int(started_at.timestamp()) - FIT_BEGINS
    return {"start_time": started, "total_timer_time": None if minutes is None else minutes * 60} | values


def fit_file(sessions: Sequence[dict[str, Any]], *, record_count: int = 0) -> bytes:
    """A file of an activity with these sessions, sealed by its checksums."""
    body = _message(0, FILE_ID, [(0, ENUM, 4)])
    for at in range(record_count):
        body += _message(1, RECORD, [(253, UINT32, 1_000_000_000 + at), (3, UINT8, 120)])
    for each in sessions:
        body += _message(2, SESSION, [_field(name, value) for name, value in each.items()])
    header = struct.pack("<BBHI4s", 14, 0x20, 2195, len(body), b".FIT")
    header += struct.pack("<H", _checksum(header))
    return header + body + struct.pack("<H", _checksum(header + body))


def _field(name: str, value: float | None) -> tuple[int, tuple[int, str], int]:
    number, kind, scale, unknown = FIELDS[name]
    return number, kind, unknown if value is None else round(value * scale)


def _message(local: int, kind: int, fields: Sequence[tuple[int, tuple[int, str], int]]) -> bytes:
    """Its definition, and one message of it."""
    definition = struct.pack("<BBBHB", 0x40 | local, 0, 0, kind, len(fields))
    data = struct.pack("<B", local)
    for number, (base_type, letter), value in fields:
        definition += struct.pack("<BBB", number, struct.calcsize(letter), base_type)
        data += struct.pack(f"<{letter}", value)
    return definition + data


def _checksum(data: bytes) -> int:
    """CRC-16 with the polynomial 0xA001, as the FIT protocol has it."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc
