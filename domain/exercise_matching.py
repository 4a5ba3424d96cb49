"""Finding the catalogue's exercise for a name as a coach writes it.

"BB back squats", "Squat (Barbell)" and "sqaut" are all the Back Squat; "Squat Jump" is not. A name that could
mean two exercises means neither: the answer is then the three nearest, for a person to choose from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, product

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from domain.exercise_names import words_of
from domain.exercises import Exercise

LONGEST_NAME = 120
MOST_CANDIDATES = 3
MOST_SPELLINGS = 64
LOWEST_LIKENESS = 60.0
HITS_TO_RANK = 40


class Confidence(StrEnum):
    EXACT = "exact"  # the catalogue's own name
    ALIAS = "alias"  # another usual name for it
    CLOSE = "close"  # a misspelling that can only mean this one


@dataclass(frozen=True, slots=True)
class Match:
    """``exercise`` is None when nothing is near enough; ``candidates`` then holds the nearest, best first."""

    exercise: Exercise | None
    confidence: Confidence | None = None
    candidates: tuple[Exercise, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueIndex:
    """The catalogue, arranged for looking names up. Build it once with ``index_of``.

    ``by_words`` does not care for the order of words; ``by_letters`` not for the spaces between them.
    """

    exercises: tuple[Exercise, ...]
    names: Mapping[str, Exercise]
    by_words: Mapping[str, Exercise]
    by_letters: Mapping[str, Exercise]
    vocabulary: Mapping[int, tuple[str, ...]]
    searchable: tuple[str, ...]
    searchable_exercises: tuple[Exercise, ...]


def match_exercise(name: str, index: CatalogueIndex) -> Match:
    """The exercise that ``name`` means. A misspelling is accepted only if it can mean one exercise."""
    words = words_of(name[:LONGEST_NAME])
    if not words:
        return Match(None)
    key = _without_order(words)
    if found := index.by_words.get(key) or index.by_letters.get("".join(words)):
        exact = index.names.get(key) == found
        return Match(found, Confidence.EXACT if exact else Confidence.ALIAS)
    meant = {found.id: found for found in _respelled(words, index)}
    if len(meant) == 1:
        return Match(next(iter(meant.values())), Confidence.CLOSE)
    return Match(None, candidates=tuple(islice(meant.values(), MOST_CANDIDATES)) or _nearest(words, index))


def index_of(exercises: Iterable[Exercise]) -> CatalogueIndex:
    """Raises ValueError if two exercises could be meant by the same name."""
    catalogue = tuple(exercises)
    names: dict[str, Exercise] = {}
    by_words: dict[str, Exercise] = {}
    by_letters: dict[str, Exercise] = {}
    searchable: list[tuple[str, Exercise]] = []
    for exercise in catalogue:
        _claim(names, _without_order(words_of(exercise.name)), exercise)
        for name in (exercise.name, *exercise.aliases):
            words = words_of(name)
            _claim(by_words, _without_order(words), exercise)
            _claim(by_letters, "".join(words), exercise)
            searchable.append((" ".join(words), exercise))
    _add_names_with_equipment(by_words, catalogue)
    searchable.sort(key=lambda entry: len(entry[0]))
    vocabulary: dict[int, set[str]] = {}
    for word in {word for key in by_words for word in key.split()}:
        vocabulary.setdefault(len(word), set()).add(word)
    return CatalogueIndex(
        exercises=catalogue,
        names=names,
        by_words=by_words,
        by_letters=by_letters,
        vocabulary={length: tuple(sorted(words)) for length, words in vocabulary.items()},
        searchable=tuple(name for name, _ in searchable),
        searchable_exercises=tuple(exercise for _, exercise in searchable),
    )


def _without_order(words: Iterable[str]) -> str:
    return " ".join(sorted(words))


def _claim(keys: dict[str, Exercise], key: str, exercise: Exercise) -> None:
    holder = keys.setdefault(key, exercise)
    if holder is not exercise:
        raise ValueError(f"'{key}' is a name of both {holder.name} and {exercise.name}.")


def _add_names_with_equipment(by_words: dict[str, Exercise], catalogue: tuple[Exercise, ...]) -> None:
    """'Dumbbell Lateral Raise' and 'Leg Press (Machine)' say what the exercise needs anyway.

    A catalogued name always wins; a name that two exercises would get this way goes to neither.
    """
    derived: dict[str, set[int]] = {}
    for number, exercise in enumerate(catalogue):
        for name in (exercise.name, *exercise.aliases):
            words = words_of(name)
            for extra in _equipment_words(exercise):
                if not extra <= set(words):
                    derived.setdefault(_without_order([*words, *(extra - set(words))]), set()).add(number)
    for key, numbers in derived.items():
        if key not in by_words and len(numbers) == 1:
            by_words[key] = catalogue[next(iter(numbers))]


def _equipment_words(exercise: Exercise) -> Iterator[frozenset[str]]:
    for thing in exercise.equipment:
        words = words_of(thing)
        yield frozenset(words)
        if words[-1] == "machine":
            yield frozenset({"machine"})
    if not exercise.equipment or exercise.station in ("pullup_bar", "dip_bars"):
        yield frozenset({"bodyweight"})


def _respelled(words: tuple[str, ...], index: CatalogueIndex) -> Iterator[Exercise]:
    """Every exercise whose name the words become when each unknown word is respelled."""
    choices: list[tuple[str, ...]] = []
    for word in words:
        choices.append(_spellings(word, index))
        if not choices[-1]:
            return
    for spelling in islice(product(*choices), MOST_SPELLINGS):
        if found := index.by_words.get(_without_order(spelling)):
            yield found


def _spellings(word: str, index: CatalogueIndex) -> tuple[str, ...]:
    """The known words at the smallest distance: one slip, two in a long word, none in a short one."""
    slips = 0 if len(word) < 4 else 1 if len(word) < 7 else 2
    best: list[str] = []
    for length in range(len(word) - slips, len(word) + slips + 1):
        for known in index.vocabulary.get(length, ()):
            distance = OSA.distance(word, known, score_cutoff=slips)
            if distance < slips:
                slips, best = distance, [known]
            elif distance == slips:
                best.append(known)
    return tuple(best)


def _nearest(words: tuple[str, ...], index: CatalogueIndex) -> tuple[Exercise, ...]:
    """The exercises whose names are most like the words; none if nothing is at all like them."""
    wanted = " ".join(words)
    hits = process.extract(
        wanted, index.searchable, scorer=fuzz.token_ratio, limit=HITS_TO_RANK, score_cutoff=LOWEST_LIKENESS
    )
    # A name with all the words of another scores full marks however much more it says: the shorter one first.
    ranked = sorted(hits, key=lambda hit: hit[1] + fuzz.token_sort_ratio(wanted, hit[0]), reverse=True)
    found = {exercise.id: exercise for _, _, at in ranked for exercise in (index.searchable_exercises[at],)}
    return tuple(islice(found.values(), MOST_CANDIDATES))
