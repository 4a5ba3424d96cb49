from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.running import Server, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``./dev serve`` as it is started, with the demo in it; a test may change what is there."""
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server
