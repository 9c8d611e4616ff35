"""Settings come back as they were written."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from autograder.bundle.settings import FILE, Settings, Visibility, read_settings, settings_as_text

SETTINGS = st.builds(
    Settings,
    st.text(min_size=1),
    st.integers(0, 2**128),
    st.sampled_from(Visibility),
    st.integers(1, 9_999),
    st.booleans(),
)


@given(SETTINGS)
def test_settings_come_back(settings: Settings) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_text(settings_as_text(settings), "utf-8")
        assert read_settings(Path(folder)) == settings


def test_hidden_tests_are_no_oracle_unless_it_is_asked_for() -> None:
    assert Settings("lab", 1).visibility is Visibility.AFTER_PUBLISHED
