"""Global ids: one for each thing, and nothing else is one."""

from __future__ import annotations

import base64
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotFound
from resolvers.ids import Kind, global_id, parsed, uuid_of, uuid_or_none


@given(st.sampled_from(Kind), st.uuids())
def test_an_id_leads_back_to_its_thing(kind: Kind, key: UUID) -> None:
    id = global_id(kind, key)

    assert uuid_of(kind, id) == key
    assert base64.urlsafe_b64decode(id + "=" * (-len(id) % 4)).decode() == f"{kind.value}:{key}"
    assert not set(id) & set("+/=")


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    found = parsed(text)

    assert found is None or global_id(*found) == text


@given(st.binary())
def test_nor_do_bytes_in_base64(data: bytes) -> None:
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")

    assert uuid_or_none(Kind.PLAN, text) is None


@pytest.mark.parametrize(
    "disguise",
    [
        lambda key: f"Plan:{str(key).upper()}",
        lambda key: f"Plan:{{{key}}}",
        lambda key: f"Plan:urn:uuid:{key}",
        lambda key: f"Plan:{key.hex}",
        lambda key: f"plan:{key}",
        lambda key: f"Session:{key}",
        lambda key: f"Plan:{key}:",
    ],
)
def test_a_thing_has_one_id(disguise: object) -> None:
    key = UUID("01a1fb13-532b-7247-90b9-add5493a3807")
    text = base64.urlsafe_b64encode(disguise(key).encode()).decode().rstrip("=")  # type: ignore[operator]

    with pytest.raises(NotFound) as refused:
        uuid_of(Kind.PLAN, text)
    assert refused.value.code == "plan_not_found"


def test_padding_makes_it_another_text() -> None:
    id = global_id(Kind.TEAM, uuid4())

    assert parsed(id + "=" * (-len(id) % 4 or 4)) is None
