"""The value ``U`` of a session made of choices (docs/formulas.md), in one place for search and answer."""

from __future__ import annotations

from collections.abc import Sequence

from domain.compression import worth
from domain.compression.choices import Choice, Menu
from domain.compression.model import Options
from domain.exercises import Muscle


class Valuation:
    """The worth of every exercise and muscle of one session, and of any choices made for it."""

    def __init__(self, menu: Menu, options: Options) -> None:
        prescriptions = menu.prescriptions
        self.worths = [
            worth.exercise_weight(each, each.weight * options.weights.get(each.id, 1.0), options.phase)
            for each in prescriptions
        ]
        self.prescribed = [len(each.working_sets) for each in prescriptions]
        self.full_volume = worth.prescribed_volume(prescriptions)
        self.muscles: tuple[Muscle, ...] = tuple(self.full_volume)
        weights = worth.muscle_weights(self.full_volume)
        self.muscle_worth = [
            weights[muscle] / worth.volume_effect(self.full_volume[muscle]) for muscle in self.muscles
        ]
        self.full_value = sum(self.worths) + sum(weights.values())
        place = {muscle: number for number, muscle in enumerate(self.muscles)}
        self._shares = [
            [(place[muscle], share) for muscle, share in worth.muscle_shares(each).items()]
            for each in prescriptions
        ]
        self._gains = [
            [
                self.worths[i] * worth.gain(each.intent, n, self.prescribed[i])
                for n in range(self.prescribed[i] + 1)
            ]
            for i, each in enumerate(prescriptions)
        ]

    def total(self, choices: Sequence[Choice]) -> float:
        return sum(self.of_exercises(each) for each in choices) + self.of_volume(self.volume_of(choices))

    def of_exercises(self, choice: Choice) -> float:
        gains = self._gains
        return choice.quality * sum([gains[i][n] for i, n in zip(choice.members, choice.sets, strict=True)])

    def volume(self, choice: Choice) -> list[float]:
        """Sets for each muscle, in the order of ``muscles``; indirect ones count half, all by quality."""
        sets_for = [0.0] * len(self.muscles)
        for index, sets in zip(choice.members, choice.sets, strict=True):
            for muscle, share in self._shares[index]:
                sets_for[muscle] += choice.quality * share * sets
        return sets_for

    def volume_of_member(self, choice: Choice, place: int) -> list[float]:
        """The part of ``volume`` that one member brings."""
        sets_for = [0.0] * len(self.muscles)
        for muscle, share in self._shares[choice.members[place]]:
            sets_for[muscle] += choice.quality * share * choice.sets[place]
        return sets_for

    def volume_of(self, choices: Sequence[Choice]) -> list[float]:
        sets_for = [0.0] * len(self.muscles)
        for each in choices:
            for muscle, sets in enumerate(self.volume(each)):
                sets_for[muscle] += sets
        return sets_for

    def of_volume(self, sets_for: Sequence[float]) -> float:
        return sum(
            [each * worth.volume_effect(sets) for each, sets in zip(self.muscle_worth, sets_for, strict=True)]
        )
