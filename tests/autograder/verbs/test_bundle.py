"""The bundle as a command makes it: the same bytes each time, one secret a course."""

import json
import zipfile
from pathlib import Path

import pytest

from autograder.bundle.settings import Visibility
from autograder.errors import UserError
from autograder.verbs import bundle as verb
from autograder.verbs.bundle import bundle_for_gradescope
from autograder.verbs.grade import grade_class

from .conftest import LAB, hand_in, solved, typed


def settings(zip_file: Path) -> dict[str, object]:
    with zipfile.ZipFile(zip_file) as archive:
        return dict(json.loads(archive.read("bundle.json")))


def readme(zip_file: Path) -> str:
    with zipfile.ZipFile(zip_file) as archive:
        return archive.read("README.md").decode()


def test_the_same_lab_makes_the_same_bytes(project: Path) -> None:
    said, _ = typed(project, "bundle", LAB, "--gradescope", "--out", "a.zip")
    assert "a.zip" in said and "keep it secret" in said and "note:" not in said
    typed(project, "bundle", LAB, "--gradescope", "--out", "b.zip")
    assert (project / "a.zip").read_bytes() == (project / "b.zip").read_bytes()
    assert settings(project / "a.zip")["visibility"] == "after_published"


def test_a_course_has_one_secret_for_its_bundle_and_its_grading(project: Path) -> None:
    course = project / "course" / "mine"
    course.mkdir(parents=True)
    made = bundle_for_gradescope(LAB, course_dir=course)
    assert made.zip_file == course / f"gradescope-{LAB}.zip"
    seed = settings(made.zip_file)["seed"]
    assert type(seed) is int and seed.bit_length() > 64
    hand_in(course, "ann", solved(project))
    (result,) = grade_class(course, LAB).results
    assert result.seed == seed
    assert settings(bundle_for_gradescope(LAB, course_dir=course).zip_file)["seed"] == seed
    other = bundle_for_gradescope(LAB)  # with a course of the project's
    assert settings(other.zip_file)["seed"] != seed


def test_options_stand_in_the_settings_and_the_readme_says_what_they_mean(project: Path) -> None:
    options = ["--visibility", "visible", "--minutes", "5", "--allow-unconfined", "--out", "a.zip"]
    said, _ = typed(project, "bundle", LAB, "--gradescope", *options)
    found = settings(project / "a.zip")
    assert (found["visibility"], found["limit_s"], found["allow_unconfined"]) == (
        "visible",
        300,
        True,
    )
    for note in ("after each upload", "write their own points", "--minutes 9"):
        assert note in said
    text = readme(project / "a.zip")
    assert "Limit the" in text and "5 minutes" in text and "**5 points**" in text
    assert "--allow-unconfined" in text


@pytest.mark.parametrize("visibility", Visibility)
def test_every_visibility_is_explained(project: Path, visibility: Visibility) -> None:
    text = readme(bundle_for_gradescope(LAB, visibility=visibility).zip_file)
    assert "$" not in text
    for word in ("acceptable", "each upload", "secret"):
        assert word in text


def test_what_is_wrong_is_one_line(project: Path) -> None:
    _, complaint = typed(project, "bundle", LAB, exit_code=2)
    assert complaint == "error: say for which platform the bundle is: --gradescope\n"
    _, complaint = typed(project, "bundle", "no-lab", "--gradescope", exit_code=2)
    assert "no such released lab" in complaint and complaint.count("\n") == 1
    _, complaint = typed(project, "bundle", LAB, "--gradescope", "--course", "course", exit_code=2)
    assert complaint == "error: course: no such course folder; make it, or name another\n"
    assert not (project / "course").exists()


def test_a_lab_without_its_hidden_tests_is_refused(project: Path) -> None:
    for test in (project / "source" / LAB / "hidden").glob("test_*.py"):
        test.unlink()
    with pytest.raises(UserError, match="the tests found give"):
        bundle_for_gradescope(LAB)


def test_a_bundle_that_gradescope_would_not_take_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verb, "SIZE_LIMIT_BYTES", 1 << 10)
    with pytest.raises(UserError, match="have large files downloaded"):
        bundle_for_gradescope(LAB)
