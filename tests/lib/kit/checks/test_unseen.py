"""What a check runs leaves no trace in the notebook, and costs no drawing."""

import sys
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from lib.kit.checks import unseen_output


class Picture:
    """Counts how often it is drawn."""

    drawn = 0

    def _repr_html_(self) -> str:
        type(self).drawn += 1
        return "<b>picture</b>"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    Picture.drawn = 0
    yield shell
    InteractiveShell.clear_instance()


def test_nothing_is_shown_or_drawn(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    with unseen_output():
        print("printed")
        print("warned", file=sys.stderr)
        display(Picture())
    assert capsys.readouterr() == ("", "")
    assert Picture.drawn == 0


def test_afterwards_all_is_as_before(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    formatter, publisher = shell.display_formatter, shell.display_pub
    with pytest.raises(ValueError, match="inside"), unseen_output():
        raise ValueError("inside")
    assert (shell.display_formatter, shell.display_pub) == (formatter, publisher)
    display(Picture())
    assert Picture.drawn == 1
    assert "Picture" in capsys.readouterr().out


def test_without_a_notebook_it_hides_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with unseen_output():
        print("printed")
    assert capsys.readouterr().out == ""
