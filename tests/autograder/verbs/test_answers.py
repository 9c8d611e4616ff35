"""Answers, right and wrong, graded through the verb and as the command is typed."""

import json
import shutil
from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.verbs.answers import GradedAnswers, files_of, grade_answers
from autograder.verbs.build import build_project
from autograder.verbs.new import new_lab

from ..variants.counting import write_lab
from .conftest import typed

LAB = "lab"
SUM = "#!BLANK ex2-share.1\n    return sum(n < limit for n in numbers) / len(numbers)\n"
LIMIT_TOO = "#!GIVEN ex1-count\n-        if number < limit:\n+        if number <= limit:\n"
COUNTS_NONE = "#!BLANK ex1-count.1\n        found += 0\n"
SMALL = "#!BLANK ex1-count.2\n    9\n"
BANK = {
    "right/sum.txt": f"# By a generator\n{SUM}",
    "wrong/limit-too.txt": f"# Counts the limit\n#!LOSS 2\n{LIMIT_TOO}",
}


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the counting lab (4 and 1 points) and a bank of two answers."""
    project = tmp_path_factory.mktemp("project")
    (project / "source").mkdir()
    variants = write_lab(project / "source" / LAB).variants_dir
    for name, text in BANK.items():
        write(variants / name, text)
    assert build_project(project).errors == []
    return project


@pytest.fixture
def project(released: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project, and the current folder."""
    shutil.copytree(released, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def scores(graded: GradedAnswers) -> dict[str, list[float | None]]:
    return {one.file: [question.score for question in one.questions] for one in graded.answers}


def test_the_bank_is_right_and_wrong(project: Path) -> None:
    steps: list[str] = []
    graded = grade_answers(
        LAB,
        project,
        on_start=lambda number: steps.append(f"{number} to do"),
        on_step=lambda: steps.append("one"),
    )
    assert steps == ["2 to do", "one", "one"]
    assert scores(graded) == {
        f"source/{LAB}/variants/right/sum.txt": [4, 1],
        f"source/{LAB}/variants/wrong/limit-too.txt": [2, 1],
    }
    assert (graded.failed, graded.notes) == ([], [])


def test_a_bank_of_right_answers_alone(project: Path) -> None:
    shutil.rmtree(project / "source" / LAB / "variants" / "wrong")
    assert [one.variant.name for one in grade_answers(LAB, project).answers] == ["sum"]


def test_an_early_mistake_costs_once_and_every_test_is_told(project: Path) -> None:
    path = write(Path("none.txt"), f"# Counts nothing, shares it rightly\n#!LOSS 3\n{COUNTS_NONE}")
    (one,) = grade_answers(LAB, project, [path], jobs=2).answers
    count, share = one.questions
    outcomes = {test.name: test.outcome for test in count.tests}
    assert outcomes == {
        "test_counts_something": "failed",
        "test_the_limit_itself_is_not_below": "failed",
        "test_limit_has_two_digits": "passed",
    }
    assert (share.own_score, share.score, share.builds_on) == (0, 1, ("ex1-count",))
    assert (one.lost, one.passes, one.is_fair) == (3, True, True)


def test_an_answer_that_ends_its_worker(project: Path) -> None:
    path = write(
        Path("gone.txt"), "# Ends it all\n#!BLANK ex1-count.2\n    __import__('os')._exit(1)\n"
    )
    graded = grade_answers(LAB, project, [path])
    assert scores(graded) == {"gone.txt": [3, 1]}
    assert graded.failed == graded.answers


def test_folders_bom_and_the_same_name_twice(project: Path) -> None:
    write(Path("mine/b/sum.txt"), f"\ufeff# By a generator\n{SUM}")
    write(Path("mine/a/sum.txt"), f"# Too small, by the same name\n#!LOSS 1\n{SMALL}")
    write(Path("mine/notes.md"), "not an answer")
    write(Path("solution.txt"), "# Word for word\n")
    graded = grade_answers(LAB, project, [Path("solution.txt"), Path("mine"), Path("mine/b")])
    assert [one["file"] for one in graded.as_json()] == [
        "solution.txt",
        "mine/a/sum.txt",
        "mine/b/sum.txt",
    ]
    assert [one["name"] for one in graded.as_json()] == ["solution", "sum", "sum"]
    assert list(scores(graded).values()) == [[4, 1], [3, 1], [4, 1]]
    assert graded.failed == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.txt", "missing.txt: no such file"),
        ("missing", "missing: no such file or folder"),
        ("notes.md", "notes.md: no answer is in such a file; name files `*.txt`"),
        ("empty", "empty: no file `*.txt` in it"),
        ("latin.txt", "latin.txt:2: not UTF-8"),
        ("links", "links/missing.txt: no such file"),
        ("long" * 100, "can't be read"),
    ],
)
def test_what_is_no_answer_is_misuse(project: Path, name: str, words: str) -> None:
    write(Path("notes.md"), f"# A\n{SUM}")
    write(Path("empty/below/notes.md"), "")
    Path("latin.txt").write_bytes(b"# A\n#!SAYS caf\xe9\n")
    Path("links").mkdir()
    Path("links/nowhere.txt").symlink_to("missing.txt")
    with pytest.raises(UserError) as caught:
        grade_answers(LAB, project, [Path(name)])
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 2


def test_each_file_once_in_the_order_named(tmp_path: Path) -> None:
    a, b = write(tmp_path / "a.txt", ""), write(tmp_path / "b.txt", "")
    assert files_of([b, tmp_path]) == [b, a]


def test_a_wrong_answer_of_the_bank_has_to_say_what_it_loses(project: Path) -> None:
    path = Path(f"source/{LAB}/variants/wrong/small.txt")
    write(path, f"# Too small\n{SMALL}")
    for named in ([], [path], [path.parent]):
        with pytest.raises(UserError, match=r"small\.txt:1: .*write `#!LOSS points`"):
            grade_answers(LAB, project, named)


def test_a_lab_without_a_bank_is_misuse(project: Path) -> None:
    new_lab("bare", project / "source")
    shutil.rmtree(project / "source" / "bare" / "variants")
    build_project(project)
    with pytest.raises(UserError, match="no bank of answers") as caught:
        grade_answers("bare", project)
    assert caught.value.exit_code == 2


def test_a_release_that_counts_on_other_tests_is_refused(project: Path) -> None:
    checks = Path(f"source/{LAB}/hidden/test_lab.py")
    checks.write_text(checks.read_text("utf-8").replace("points=2", "points=3"), "utf-8")
    with pytest.raises(UserError, match="build the release again"):
        grade_answers(LAB, project)


# -- as it is typed --------------------------------------------------------------------------------


def test_the_bank_as_typed(project: Path) -> None:
    said, complaint = typed(project, "answers", LAB, "--jobs", 1)
    assert complaint == ""
    bank = f"source/{LAB}/variants"
    named = "An answer gives this if it counts the limit"
    missed = f"test_the_limit_itself_is_not_below: the result has the wrong value. {named}"
    assert said.splitlines()[-7:] == [
        f"{bank}/right/sum.txt: 5 of 5, ex2-share 1 of 1",
        f"{bank}/wrong/limit-too.txt: 3 of 5 (loses 2, fair is 2), ex1-count 2 of 4",
        f"  ex1-count: {missed}",
        "2 of 2 questions are answered",
        "1 of 1 right answers have full marks",
        "1 of 1 wrong answers are caught: they lose points",
        "1 of 1 wrong answers lose from half to twice the fair loss",
    ]


def test_unfair_losses_are_named_and_fail_nothing(project: Path) -> None:
    write(Path("mine/none.txt"), f"# Counts nothing\n#!LOSS 1\n{COUNTS_NONE}")
    write(Path("mine/small.txt"), f"# Too small\n#!LOSS 2.5\n{SMALL}")
    said, _ = typed(project, "answers", LAB, "mine")
    assert said.splitlines()[-4:] == [
        "2 of 2 wrong answers are caught: they lose points",
        "0 of 2 wrong answers lose from half to twice the fair loss",
        "  over-punished: mine/none.txt loses 3, fair is 1",
        "  under-punished: mine/small.txt loses 1, fair is 2.5",
    ]


@pytest.mark.parametrize("text", [f"# Too small\n{SMALL}", f"# No mistake\n#!LOSS 1\n{SUM}"])
def test_a_right_one_refused_or_a_wrong_one_missed_fails(project: Path, text: str) -> None:
    write(Path("one.txt"), text)
    report = write(project / "report.json", "an earlier one")
    with report.open(encoding="utf-8") as earlier:
        typed(project, "answers", LAB, "one.txt", "--json", report, exit_code=1)
        assert earlier.read() == "an earlier one"  # replaced, never half of it
    (one,) = json.loads(report.read_text("utf-8"))
    assert (one["file"], one["name"], one["max_score"]) == ("one.txt", "one", 5)
    assert [question["id"] for question in one["questions"]] == ["ex1-count", "ex2-share"]
    assert [len(question["tests"]) for question in one["questions"]] == [3, 1]
    assert sorted(path.name for path in project.glob(".draft*")) == []


def test_misuse_leaves_an_earlier_report(project: Path) -> None:
    report = write(project / "report.json", "an earlier one")
    _, complaint = typed(project, "answers", LAB, "missing.txt", "--json", report, exit_code=2)
    assert complaint == "error: missing.txt: no such file or folder; check its name\n"
    assert report.read_text("utf-8") == "an earlier one"


def test_a_report_into_a_pipe(project: Path) -> None:
    said, _ = typed(project, "answers", LAB, "--json", "/dev/stdout")
    _, _, rest = said.partition("[\n")
    report, _ = json.JSONDecoder().raw_decode(f"[\n{rest}")
    assert [one["name"] for one in report] == ["sum", "limit-too"]
    assert [test["message"] for test in report[0]["questions"][0]["tests"]] == ["", "", ""]
