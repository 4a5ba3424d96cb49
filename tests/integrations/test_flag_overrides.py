"""Flags set by environment variables."""

from __future__ import annotations

import pytest

from integrations.flag_overrides import FlagOverrideError, overrides_from, variable_names

TIME_CRUNCH = "feature.v1_planning_time_crunch_ai"
PREVIEW = "feature.stream5_time_crunch_mode"


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (TIME_CRUNCH, ("FEATURE_V1_PLANNING_TIME_CRUNCH_AI", "FEATURE_PLANNING_TIME_CRUNCH_AI")),
        (PREVIEW, ("FEATURE_STREAM5_TIME_CRUNCH_MODE", "FEATURE_TIME_CRUNCH_MODE")),
        ("feature.v12-new-charts", ("FEATURE_V12_NEW_CHARTS", "FEATURE_NEW_CHARTS")),
        ("feature.plain", ("FEATURE_PLAIN",)),
        ("feature.streaming_video", ("FEATURE_STREAMING_VIDEO",)),
    ],
)
def test_a_flag_answers_to_its_name_in_capitals_with_and_without_the_version(
    key: str, names: tuple[str, ...]
) -> None:
    assert variable_names(key) == names


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("true", True), ("1", True), ("on", True), ("yes", True), ("TRUE", True), (" On ", True),
        ("false", False), ("0", False), ("off", False), ("no", False), ("False", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", variable_names(PREVIEW))
def test_the_usual_words_for_on_and_off_are_understood(name: str, text: str, on: bool) -> None:
    assert overrides_from({name: text}, [TIME_CRUNCH, PREVIEW]) == {PREVIEW: on}


@pytest.mark.parametrize("text", ["", "enabled", "2", "tru", "null"])
def test_any_other_word_is_an_error_that_names_the_variable_and_the_words(text: str) -> None:
    with pytest.raises(FlagOverrideError, match=r"FEATURE_TIME_CRUNCH_MODE=.*true or false"):
        overrides_from({"FEATURE_TIME_CRUNCH_MODE": text}, [PREVIEW])


def test_both_names_of_a_flag_may_be_set_only_to_the_same_value() -> None:
    long, short = variable_names(PREVIEW)

    assert overrides_from({long: "on", short: "true"}, [PREVIEW]) == {PREVIEW: True}
    with pytest.raises(FlagOverrideError, match=f"{long} and {short}"):
        overrides_from({long: "on", short: "off"}, [PREVIEW])


def test_other_variables_are_nobodys_flags() -> None:
    assert overrides_from({"FEATURE_OTHER": "perhaps", "PATH": "/bin"}, [TIME_CRUNCH, PREVIEW]) == {}
