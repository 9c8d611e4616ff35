"""A frame says whose words stand in it, and what stands in it can be told from it."""

import pytest

from autograder.course.frames import END, OURS, OWN, inside, ours, own
from autograder.course.sanitise import clean_text


@pytest.mark.parametrize("block", ["", "<p>a</p>", END, "a</div>"])
def test_what_stands_in_a_frame(block: str) -> None:
    assert inside(ours(block)) == inside(own(block)) == inside(block) == block


def test_frames_differ_and_are_whole() -> None:
    assert OURS != OWN
    for frame in (OURS, OWN):
        assert frame.count("<div") - frame.count("</div>") == END.count("</div>")


@pytest.mark.parametrize("frame", [OURS, OWN])
def test_a_student_can_make_none(frame: str) -> None:
    assert "border" not in clean_text(f"{END}{END}{frame}a{END}")
    assert clean_text(f"{END}{END}{frame}a{END}").count("style=") == 1  # what keeps it in its place
