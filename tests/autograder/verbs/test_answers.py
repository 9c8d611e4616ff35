"""Right answers to a new lab, judged through the verb that the command line calls."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.verbs.answers import grade_answers
from autograder.verbs.build import build_project
from autograder.verbs.new import new_lab

WRONG = "# Half of the mean\n#!BLANK ex1-mean.1\n    return sum(numbers) / len(numbers) / 2\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = tmp_path_factory.mktemp("project")
    (project / "source").mkdir()
    new_lab("means", project / "source")
    assert build_project(project).errors == []
    return project


def test_the_bank_has_full_marks(project: Path) -> None:
    steps: list[str] = []
    graded = grade_answers(
        "means",
        project,
        on_start=lambda number: steps.append(f"{number} to do"),
        on_step=lambda: steps.append("one"),
    )
    assert steps == ["1 to do", "one"]
    assert [variant.name for variant in graded.variants] == ["statistics"]
    assert graded.failed == []
    assert graded.answered == set(graded.questions) == {"ex1-mean"}


def test_a_wrong_answer_is_told_of(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "half.txt"
    path.write_text(WRONG, "utf-8")
    (judgement,) = grade_answers("means", project, [path]).failed
    assert {test.name for _, test in judgement.failed} >= {"test_mean_of_many", "test_mean_of_one"}


def test_a_lab_without_a_bank_is_misuse(project: Path) -> None:
    new_lab("bare", project / "source")
    (project / "source" / "bare" / "variants" / "right" / "statistics.txt").unlink()
    build_project(project)
    with pytest.raises(UserError, match="no bank of right answers") as caught:
        grade_answers("bare", project)
    assert caught.value.exit_code == 2
