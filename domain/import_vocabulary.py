"""The names that fields go by in a document: one canonical name each, and what people also call it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

Vocabulary = Mapping[str, str]


def vocabulary(fields: Mapping[str, str]) -> Vocabulary:
    """Squashed name to canonical name."""
    return {
        squashed(name): canonical
        for canonical, others in fields.items()
        for name in (canonical, *others.split(","))
        if name
    }


def squashed(name: str) -> str:
    """Lower case without spaces and signs: "Rest (s)", "rest_s" and "restS" are one name."""
    return re.sub(r"[^a-z0-9%#]", "", name.casefold())


def nearest_name(name: str, vocabulary: Vocabulary) -> str | None:
    """The field that a misspelled name probably means."""
    hit = process.extractOne(squashed(name), list(vocabulary), scorer=OSA.distance, score_cutoff=2)
    return vocabulary[hit[0]] if hit and hit[1] < len(hit[0]) - 1 else None


_EXERCISE_FIELDS = {
    "exercise": "exercise name,movement,lift",
    "order": "position,pos,no,nr,#",
    "role": "core or accessory,category",
    "sets": "set,sets x reps,sets and reps,prescription",
    "reps": "rep,repetitions,rep range",
    "hold_s": "hold,hold seconds,hold sec,seconds",
    "rest_s": "rest,rest seconds,rest sec,rest secs,rest period",
    "load_kg": "load,weight,weight kg,kg",
    "percent_1rm": "percent,percent one rep max,percentage,pct 1rm,%1rm,% of 1rm,%rm,%",
    "rpe": "target rpe",
    "rir": "reps in reserve,repetitions in reserve",
    "tempo": "",
    "group": "superset,circuit,group key",
    "intent": "purpose",
    "unilateral": "per side,each side",
    "importance": "",
    "notes": "note,comments,comment,cues,remarks",
    "warm_up_sets": "warm up,warmups,warm ups",
}
_SESSION_FIELDS = {
    "title": "name,session,workout",
    "day": "weekday,day of week",
    "date": "scheduled on,session date",
    "planned_minutes": "minutes,min,duration,duration min,planned duration,length",
    "notes": "note,comments,description",
    "source": "",
    "exercises": "",
}
_PLAN_FIELDS = {
    "title": "name,plan,plan title,programme,program",
    "goal": "aim,objective",
    "starts_on": "start,start date",
    "notes": "note,comments,description",
    "source": "",
    "weeks": "microcycles",
    "sessions": "workouts",
}

PLAN = vocabulary(_PLAN_FIELDS)
WEEK = vocabulary(
    {"week": "ordinal,number,week number", "title": "name", "sessions": "workouts", "notes": "note"}
)
SESSION = vocabulary(_SESSION_FIELDS)
EXERCISE = vocabulary({**_EXERCISE_FIELDS, "exercise": _EXERCISE_FIELDS["exercise"] + ",name"})
SET = vocabulary(
    {
        **{
            each: _EXERCISE_FIELDS[each]
            for each in ("reps", "hold_s", "load_kg", "percent_1rm", "rpe", "rir")
        },
        "kind": "type",
        "count": "times",
    }
)
# A table has one row an exercise: the columns of all levels side by side.
TABLE = vocabulary(
    {
        "plan": "plan title,programme,program",
        "goal": "",
        "starts_on": "start,start date",
        "week": "week number,wk,microcycle",
        "day": "weekday,day of week",
        "date": "scheduled on,session date",
        "session": "session title,session name,workout",
        "planned_minutes": "minutes,min,duration,duration min,planned duration,length",
        "session_notes": "",
        **_EXERCISE_FIELDS,
    }
)
SESSION_COLUMNS = {"session": "title", "session_notes": "notes"} | {
    each: each for each in ("week", "day", "date", "planned_minutes")
}
PLAN_COLUMNS = {"plan": "title", "goal": "goal", "starts_on": "starts_on"}
