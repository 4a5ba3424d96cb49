"""Exercise names reduced to plain words, so that different ways of writing one name become the same."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What coaches write short. Each becomes the words on the right, which are already in their plain form.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "1": ("single",),
    "alt": ("alternating",),
    "alternate": ("alternating",),
    "armed": ("arm",),
    "bb": ("barbell",),
    "bi": ("bicep",),
    "bp": ("bench", "press"),
    "bss": ("bulgarian", "split", "squat"),
    "bw": ("bodyweight",),
    "cgbp": ("close", "grip", "bench", "press"),
    "db": ("dumbbell",),
    "dl": ("deadlift",),
    "ext": ("extension",),
    "ham": ("hamstring",),
    "hammie": ("hamstring",),
    "incl": ("incline",),
    "kb": ("kettlebell",),
    "legged": ("leg",),
    "mb": ("medball",),
    "mil": ("military",),
    "ohp": ("overhead", "press"),
    "oh": ("overhead",),
    "one": ("single",),
    "rdl": ("romanian", "deadlift"),
    "rfe": ("rear", "foot", "elevated"),
    "rfess": ("rear", "foot", "elevated", "split", "squat"),
    "sa": ("single", "arm"),
    "sb": ("stability", "ball"),
    "sl": ("single", "leg"),
    "sldl": ("stiff", "leg", "deadlift"),
    "stiffleg": ("stiff", "leg"),
    "stifflegged": ("stiff", "leg"),
    "tri": ("tricep",),
    "wtd": ("weighted",),
}

IRREGULAR: dict[str, str] = {
    "calves": "calf",
    "flies": "fly",
    "flye": "fly",
    "flyes": "fly",
    "flys": "fly",
    "carries": "carry",
    "bodies": "body",
}

# Two words that are also written as one. The pair becomes the word on the right.
PAIRS: dict[tuple[str, str], tuple[str, ...]] = {
    ("bar", "bell"): ("barbell",),
    ("battling", "rope"): ("battle", "rope"),
    ("bent", "over"): ("bentover",),
    ("body", "weight"): ("bodyweight",),
    ("chin", "up"): ("chinup",),
    ("cross", "over"): ("crossover",),
    ("dead", "bug"): ("deadbug",),
    ("dead", "lift"): ("deadlift",),
    ("dumb", "bell"): ("dumbbell",),
    ("e", "z"): ("ez",),
    ("exercise", "ball"): ("stability", "ball"),
    ("get", "up"): ("getup",),
    ("glute", "ham"): ("gluteham",),
    ("good", "morning"): ("goodmorning",),
    ("hand", "stand"): ("handstand",),
    ("hex", "bar"): ("trap", "bar"),
    ("kettle", "bell"): ("kettlebell",),
    ("kick", "back"): ("kickback",),
    ("med", "ball"): ("medball",),
    ("medicine", "ball"): ("medball",),
    ("muscle", "up"): ("muscleup",),
    ("physio", "ball"): ("stability", "ball"),
    ("press", "down"): ("pressdown",),
    ("press", "up"): ("pushup",),
    ("pull", "apart"): ("pullapart",),
    ("pull", "down"): ("pulldown",),
    ("pull", "over"): ("pullover",),
    ("pull", "through"): ("pullthrough",),
    ("pull", "thru"): ("pullthrough",),
    ("pull", "up"): ("pullup",),
    ("push", "down"): ("pushdown",),
    ("push", "up"): ("pushup",),
    ("roll", "out"): ("rollout",),
    ("sit", "up"): ("situp",),
    ("skull", "crusher"): ("skullcrusher",),
    ("step", "down"): ("stepdown",),
    ("step", "up"): ("stepup",),
    ("swiss", "ball"): ("stability", "ball"),
    ("v", "up"): ("vup",),
    ("walk", "out"): ("walkout",),
    ("wood", "chop"): ("woodchop",),
    ("wood", "chopper"): ("woodchop",),
}
JOINED: dict[str, tuple[str, ...]] = {
    "hexbar": ("trap", "bar"),
    "trapbar": ("trap", "bar"),
    "medicineball": ("medball",),
    "pressup": ("pushup",),
    "swissball": ("stability", "ball"),
    "woodchopper": ("woodchop",),
}

FILLERS = {"a", "an", "and", "at", "each", "exercise", "for", "from", "in", "n", "of", "off", "on", "per"} | {
    "the", "to", "using", "w", "with",
}  # fmt: skip
# The order of words does not matter anywhere else.
DIRECTIONS = {"high to low": "hightolow", "low to high": "lowtohigh"}


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """The plain words of a name, in its order: lower case, singular, abbreviations and pairs resolved."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(each for each in folded if not unicodedata.combining(each))
    spoken = " ".join(re.findall(r"[^\W_]+", re.sub(r"['’´`]", "", letters)))
    for phrase, word in DIRECTIONS.items():
        spoken = spoken.replace(phrase, word)
    singular = [_singular(word) for word in spoken.split()]
    return tuple(_expanded([word for word in singular if word not in FILLERS]))


def _singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith(("sses", "ches", "shes", "xes")):
        return word[:-2]
    if len(word) > 2 and word.endswith("s") and not word.endswith(("ss", "us")):
        return word[:-1]
    return word


def _expanded(words: list[str]) -> list[str]:
    plain: list[str] = []
    at = 0
    while at < len(words):
        pair = PAIRS.get((words[at], words[at + 1])) if at + 1 < len(words) else None
        if pair is not None:
            plain.extend(pair)
            at += 2
        else:
            word = words[at]
            plain.extend(ABBREVIATIONS.get(word) or JOINED.get(word) or (word,))
            at += 1
    return plain
