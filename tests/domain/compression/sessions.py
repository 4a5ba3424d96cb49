"""Training sessions to compress: generated ones, small ones by hand, and the six published programmes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from random import Random
from uuid import UUID

from hypothesis import strategies as st

from db.catalogue import catalogue
from db.demo.programmes import programme_documents
from domain.compression.model import CoreProtection, Options, Strategy
from domain.exercise_matching import index_of
from domain.exercises import Exercise, Intent, MovementPattern, Muscle
from domain.phases import PhaseType
from domain.plan_import import import_json
from domain.sessions import ExerciseRole, Prescription, SetKind, SetPrescription

Session = tuple[Prescription, ...]

SESSION_ID = UUID(int=1)
STATIONS = ("rack", "bench", "cable", "open_floor", "dumbbell_area")
EQUIPMENT = {"rack": "barbell", "bench": "bench", "cable": "cable", "dumbbell_area": "dumbbell"}


@cache
def programmes() -> dict[str, tuple[Session, int | None]]:
    """The six published sessions with their planned minutes, read as anybody's import is."""
    index = index_of(catalogue())
    found: dict[str, tuple[Session, int | None]] = {}
    for name, document in programme_documents().items():
        outcome = import_json(document.decode(), index)
        assert outcome.plan is not None, outcome.problems
        (week,) = outcome.plan.weeks
        (session,) = week.sessions
        prescriptions = tuple(
            Prescription(
                id=UUID(int=position),
                session_id=SESSION_ID,
                position=position,
                **{each.name: getattr(draft, each.name) for each in fields(draft)},
            )
            for position, draft in enumerate(session.prescriptions, start=1)
        )
        found[name] = prescriptions, session.planned_minutes
    return found


def sets_of(count: int, reps: int = 10) -> tuple[SetPrescription, ...]:
    return tuple(SetPrescription(n, reps_min=reps, reps_max=reps) for n in range(1, count + 1))


def prescription(
    position: int,
    *,
    name: str | None = None,
    core: bool = False,
    sets: int = 3,
    reps: int = 10,
    rest: int | None = 90,
    intent: Intent = Intent.HYPERTROPHY,
    primary: Sequence[Muscle] = (Muscle.CHEST,),
    secondary: Sequence[Muscle] = (),
    pattern: MovementPattern = MovementPattern.OTHER,
    station: str = "open_floor",
    equipment: Sequence[str] = (),
    group: str | None = None,
) -> Prescription:
    """One plain exercise; a test names what matters to it."""
    return Prescription(
        id=UUID(int=position),
        session_id=SESSION_ID,
        position=position,
        exercise=Exercise(
            id=UUID(int=1000 + position),
            name=name or f"Lift {position}",
            primary_muscles=tuple(primary),
            secondary_muscles=tuple(secondary),
            pattern=pattern,
            station=station,
            equipment=tuple(equipment),
            intent=intent,
        ),
        role=ExerciseRole.CORE if core else ExerciseRole.ACCESSORY,
        intent=intent,
        sets=sets_of(sets, reps),
        rest_seconds_min=rest,
        rest_seconds_max=rest,
        group_key=group,
    )


def realistic_session(random: Random, *, cores: int, accessories: int, most_sets: int = 6) -> Session:
    """Exercises of the catalogue: core lifts with a barbell first, then what coaches add to them."""
    lifts = [each for each in catalogue() if "barbell" in each.equipment and each.intent is Intent.STRENGTH]
    chosen = random.sample(lifts, cores) + random.sample(list(catalogue()), accessories)
    drafts = [
        _drawn(random, at, each, core=at < cores, most_sets=most_sets) for at, each in enumerate(chosen)
    ]
    return _grouped(random, drafts) if random.random() < 0.3 else tuple(drafts)


def full_session(random: Random, *, cores: int, accessories: int, sets: int = 6) -> Session:
    """The largest that the optimum answers for: every exercise has all its sets, and none is grouped."""
    session = realistic_session(random, cores=cores, accessories=accessories)
    return tuple(
        replace(each, sets=sets_of(sets, random.choice((5, 8, 12))), group_key=None) for each in session
    )


@st.composite
def sessions(
    draw: st.DrawFn, *, most_cores: int = 4, most_accessories: int = 15, most_sets: int = 6
) -> Session:
    """All that an import may hold, and more: half of them have muscles and stations of no real exercise."""
    random = Random(draw(st.integers(0, 2**32)))
    accessories = draw(st.integers(0, most_accessories))
    cores = draw(st.integers(0 if accessories else 1, most_cores))
    return generated_session(random, cores=cores, accessories=accessories, most_sets=most_sets)


def generated_session(random: Random, *, cores: int, accessories: int, most_sets: int = 6) -> Session:
    real = random.random() < 0.5
    roles = [True] * cores + [False] * accessories
    if random.random() < 0.3:
        random.shuffle(roles)
    exercises = [random.choice(catalogue()) if real else _invented(random, at) for at in range(len(roles))]
    drafts = [
        _drawn(random, at, each, core=core, most_sets=most_sets, odd=True)
        for at, (each, core) in enumerate(zip(exercises, roles, strict=True))
    ]
    if len(drafts) > 1 and random.random() < 0.3:
        twice = random.randrange(1, len(drafts))
        drafts[twice] = replace(drafts[twice], exercise=drafts[0].exercise)
    return _grouped(random, drafts) if random.random() < 0.35 else tuple(drafts)


@st.composite
def options(draw: st.DrawFn, session: Session) -> Options:
    """What a caller may ask for; most ask for nothing."""
    equipment = sorted({each for one in session for each in (one.exercise.station, *one.exercise.equipment)})
    ids = [each.id for each in session]
    return Options(
        core_protection=draw(st.sampled_from(CoreProtection)),
        strategy=draw(st.none() | st.sampled_from(Strategy)),
        unavailable=draw(st.just(frozenset()) | st.frozensets(st.sampled_from(equipment), max_size=2)),
        weights=draw(
            st.just({}) | st.dictionaries(st.sampled_from(ids), st.sampled_from((0.1, 0.5, 2.0, 10.0)))
        ),
        phase=draw(st.none() | st.sampled_from(PhaseType)),
    )


def _drawn(
    random: Random, at: int, exercise: Exercise, *, core: bool, most_sets: int, odd: bool = False
) -> Prescription:
    intent = random.choice(list(Intent)) if odd else exercise.intent
    low, high = random.choice(((None, None), (0, 0), (45, 45), (60, 90), (90, 120), (120, 180), (180, 300)))
    warm_ups, ramps = (random.choice((0, 0, 0, 1, 3)), random.choice((0, 0, 0, 1, 2))) if odd else (0, 0)
    return Prescription(
        id=UUID(int=random.getrandbits(128)),
        session_id=SESSION_ID,
        position=at + 1,
        exercise=exercise,
        role=ExerciseRole.CORE if core else ExerciseRole.ACCESSORY,
        intent=intent,
        sets=_drawn_sets(random, warm_ups, ramps, random.randint(1 if odd else 2, most_sets)),
        unilateral=exercise.unilateral,
        tempo=random.choice((None, None, "3-1-1-0", "4-0-X-1")) if odd else None,
        rest_seconds_min=low,
        rest_seconds_max=high,
        weight=random.choice((0.5, 1.0, 1.0, 3.0)) if odd else 1.0,
    )


def _drawn_sets(random: Random, warm_ups: int, ramps: int, count: int) -> tuple[SetPrescription, ...]:
    """Warm-up sets, then ``count`` that are volume; the first ``ramps`` of these are ramp sets."""
    kinds = [SetKind.WARM_UP] * warm_ups + [SetKind.RAMP] * min(ramps, count)
    kinds += [SetKind.WORKING] * (count - min(ramps, count))
    if random.random() < 0.15:
        hold = random.choice((20, 45, 60))
        return tuple(SetPrescription(n, kind, hold_seconds=hold) for n, kind in enumerate(kinds, start=1))
    low = random.randint(3, 15)
    falling = random.random() < 0.3  # 12, 10, 8 …
    wide = random.choice((0, 0, 2, 5))
    return tuple(
        SetPrescription(n, kind, reps_min=reps, reps_max=reps + wide)
        for n, kind in enumerate(kinds, start=1)
        for reps in [max(1, low - n) if falling else low]
    )


def _grouped(random: Random, drafts: Sequence[Prescription]) -> Session:
    """Neighbours in the coach's groups of two to five, core lifts among them."""
    grouped: list[Prescription] = []
    at = 0
    while at < len(drafts):
        size = random.choice((1, 1, 2, 2, 3, 4, 5))
        members = drafts[at : at + size]
        key = None if size == 1 else f"group {at}"
        grouped += [replace(each, group_key=key) for each in members]
        at += size
    return tuple(grouped)


def _invented(random: Random, at: int) -> Exercise:
    """Few muscles and stations, so that nearly every rule of pairing comes up in a small session."""
    muscles = random.sample(list(Muscle)[:12], random.randint(1, 4))
    station = random.choice(STATIONS)
    return Exercise(
        id=UUID(int=random.getrandbits(128)),
        name=f"Invented {at}",
        primary_muscles=tuple(muscles[:1] if random.random() < 0.7 else muscles[:2]),
        secondary_muscles=tuple(muscles[2:]),
        pattern=random.choice(
            list(MovementPattern)[3:11] if random.random() < 0.6 else list(MovementPattern)
        ),
        station=station,
        equipment=tuple(each for each in (EQUIPMENT.get(station),) if each),
        intent=random.choice(list(Intent)),
        unilateral=random.random() < 0.2,
    )
