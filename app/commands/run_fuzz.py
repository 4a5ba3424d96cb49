import importlib
import random


def run(count: int, seed: int | None, minutes: float | None, start: int) -> int:
    """The fuzzer is of the tests, which the product does not import."""
    chosen = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    found: int = importlib.import_module("tests.fuzz.long_run").main(
        count, chosen, minutes=minutes, start=start
    )
    return found
