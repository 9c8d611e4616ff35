"""What pages for people say is so: links lead somewhere, commands and keys exist, examples run."""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import click
import nbformat
import pytest
from nbgrader.preprocessors import AssignLatePenalties

from autograder import lab_file, rubric
from autograder.cli import cli
from autograder.compiler.build import build_labs
from autograder.compiler.points import read_tests
from autograder.course import dates, roster
from autograder.course.course import load_course, modules_of
from autograder.engine import Cause, limits
from autograder.gate.bench import Bench, Subject
from autograder.gate.gate import CHECKS
from autograder.gate.trials import trial_pool
from autograder.judge.content import Content
from autograder.judge.grade import Grading
from autograder.judge.pool import Pool
from autograder.judge.results import CellFailure, QuestionResult, SubmissionResult, Verdict
from autograder.lab import Lab, read_lab_folder
from autograder.platforms import decisions
from autograder.platforms.recognise import TITLES
from autograder.variants.format import USAGES

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"
PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.md"))]
CHAPTER = DOCS / "writing-hidden-tests.md"
LAB_CHAPTER = DOCS / "writing-a-lab.md"
QUICK_STARTS = ("students", "instructors", "graders")
MOST_LINES = 60
NO_MESSAGES = ("## Causes", "## Exit codes")  # sections of the page of messages

KEYS = {field.name for field in dataclasses.fields(Lab)} - {"folder", "name"}
LIMITS = {field.name for field in dataclasses.fields(limits.Limits)} - {"of_questions"}
OF_QUESTIONS = {*lab_file.NO_LIMITS, *limits.QUESTION_LIMITS}

FENCE = re.compile(
    r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^()\s]+)\)")
COMMAND = re.compile(r"(?:python -m autograder|course-lab) (?P<verb>[a-z]+)(?P<rest>[^`\n;]*)")
MAKE = re.compile(r"(?:^\$ |`(?:[A-Z]+=\S+ )?|&& )make (?P<words>[^`\n;,#)]*)", re.M)
ROW = re.compile(r"^\| `(?P<key>[a-z_.]+)` \|", re.M)


class Block(NamedTuple):
    """A fenced block; `mark` is the comment above it."""

    mark: str
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    found = FENCE.finditer(page.read_text("utf-8"))
    return [Block(one["mark"] or "", one["language"], one["text"]) for one in found]


def without_blocks(page: Path) -> str:
    return FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """What headings of a page are called in links, as GitHub has it."""
    slugs: list[str] = []
    for title in re.findall(r"^#+ (.*)$", without_blocks(page), re.M):
        kept = re.sub(r"[^\w\- ]", "", title.strip().lower().replace("`", ""))
        slug = kept.replace(" ", "-")
        slugs.append(f"{slug}-{slugs.count(slug)}" if slug in slugs else slug)
    return set(slugs)


def links(page: Path) -> list[str]:
    targets = [found["target"] for found in LINK.finditer(without_blocks(page))]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        name, _, anchor = unquote(target).partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def test_every_page_is_reached_from_the_index_and_the_index_from_the_readme() -> None:
    assert "docs/README.md" in links(PROJECT / "README.md")
    reached = {unquote(target).partition("#")[0] for target in links(DOCS / "README.md")}
    assert {page.name for page in DOCS.glob("*.md")} - {"README.md"} <= reached


@pytest.mark.parametrize("user", QUICK_STARTS)
def test_quick_starts_are_one_page(user: str) -> None:
    assert len((DOCS / f"for-{user}.md").read_text("utf-8").splitlines()) <= MOST_LINES


# -- commands --------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, str, list[str]]]:
    for page in PAGES:
        for found in COMMAND.finditer(page.read_text("utf-8")):
            yield page.name, found["verb"], re.findall(r"--[a-z][a-z-]*", found["rest"])


def test_commands_and_their_options_exist_and_every_verb_is_told() -> None:
    told = set()
    for page, verb, options in commands():
        assert verb in cli.commands, f"{page}: {verb}"
        told.add(verb)
        known = {name for one in cli.commands[verb].params for name in one.opts}
        assert set(options) <= known | {"--help"}, f"{page}: {verb} {options}"
    assert told == set(cli.commands)


def test_every_option_is_told_somewhere() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES)
    options = {
        name
        for command in cli.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
    }
    assert {name for name in options if f"{name}" not in text} == set()


def test_targets_of_make_exist() -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    variables = set(re.findall(r"^([A-Z]+) *\??:?=", makefile, re.M))
    for page in PAGES:
        for found in MAKE.finditer(page.read_text("utf-8")):
            for word in found["words"].split():
                if not re.fullmatch(r"[a-z-]+|[A-Z]+=\S*", word):
                    break
                known = word.partition("=")[0] in variables if "=" in word else word in targets
                assert known, f"{page.name}: make {found['words']}"


# -- lab.toml --------------------------------------------------------------------------------------


def documented(heading: str) -> set[str]:
    """The first column of the table below a heading of the chapter on labs."""
    _, _, below = LAB_CHAPTER.read_text("utf-8").partition(f"\n{heading}\n")
    section = re.split(r"^#+ ", below, maxsplit=1, flags=re.M)[0]
    return set(ROW.findall(section))


@pytest.mark.parametrize(
    ("heading", "keys"),
    [("### Keys", KEYS), ("### Limits", LIMITS), ("### Settings of one question", OF_QUESTIONS)],
)
def test_every_key_of_a_lab_is_told_and_no_other(heading: str, keys: set[str]) -> None:
    assert documented(heading) == keys


def test_defaults_of_limits_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d _]+) \|", LAB_CHAPTER.read_text("utf-8"), re.M))
    told = {name: float(number.replace(" ", "")) for name, number in rows.items()}
    assert told == {name: float(getattr(limits.Limits(), name)) for name in LIMITS}


EXAMPLES = [block for page in PAGES for block in blocks(page) if block.mark == "lab.toml"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda block: block.text.split("\n")[0])
def test_examples_of_lab_toml_are_read(example: Block, tmp_path: Path) -> None:
    (tmp_path / "lab.toml").write_text(example.text, "utf-8")
    assert read_lab_folder(tmp_path / "tour.md").title != "tour"


def test_there_are_examples_of_lab_toml() -> None:
    assert EXAMPLES and {block.language for block in EXAMPLES} == {"toml"}


def test_keys_of_dates_are_told_and_the_example_is_read(tmp_path: Path) -> None:
    rows = column(DOCS / "file-formats.md", "## dates.toml")
    told = {row.strip("`") for row in rows if row.startswith("`")}
    assert told == {*dates.OF_LAB, *dates.OF_TOKENS}
    (example,) = (
        block.text
        for block in blocks(DOCS / "running-a-course.md")
        if block.language == "toml" and "[labs." in block.text
    )
    (tmp_path / dates.FILE).write_text(example, "utf-8")
    read = dates.read_dates(tmp_path / dates.FILE)
    assert read.labs and read.extensions and read.extra_time and read.tokens_each


# -- formats and messages --------------------------------------------------------------------------


def column(page: Path, heading: str) -> list[str]:
    """What stands in backticks in the first column of the table below a heading."""
    _, found, below = without_blocks(page).partition(f"\n{heading}\n")
    assert found, heading
    section = re.split(r"^#+ ", below, maxsplit=1, flags=re.M)[0]
    return re.findall(r"^\| (.*?) \|", section, re.M)[1:]


def test_the_gates_checks_are_told_in_their_order() -> None:
    assert column(DOCS / "file-formats.md", "## The release gate") == [one.name for one in CHECKS]


def test_every_cause_is_told() -> None:
    told = re.findall(r"`(\w+)`", " ".join(column(DOCS / "messages.md", "## Causes")))
    assert sorted(told) == sorted(cause.value for cause in Cause)


def test_headers_of_variants_are_told() -> None:
    told = {row.strip("`") for row in column(DOCS / "file-formats.md", "## Variants")}
    assert told == set(USAGES.values())


@pytest.mark.parametrize("kind", [SubmissionResult, QuestionResult, Verdict, CellFailure])
def test_fields_of_results_are_told(kind: Any) -> None:
    _, _, below = without_blocks(DOCS / "file-formats.md").partition("\n## Results\n")
    told = set(re.findall(r"`(\w+)`", below.partition("\n## ")[0]))
    assert {field.name for field in dataclasses.fields(kind)} - told == set()


def told_columns(heading: str) -> list[str]:
    rows = column(DOCS / "file-formats.md", heading)
    return [name for row in rows for name in re.findall(r"`(\w+)`", row)]


def test_columns_of_rosters_and_decisions_are_told() -> None:
    assert set(told_columns("## roster.csv")) == set(roster.COLUMNS)
    assert set(told_columns("## collect-LAB.csv")) == set(decisions.COLUMNS)
    text = without_blocks(DOCS / "file-formats.md")
    for word in [*decisions.Decision, *decisions.How]:
        assert f"`{word}`" in text or not word


def test_columns_of_sheets_and_keys_of_rubrics_are_told() -> None:
    assert set(told_columns("## sheet-LAB-QUESTION.csv")) == {*rubric.TAKEN, "ID"}
    assert documented("### Rubrics") == set(rubric.KEYS)


def test_the_example_of_a_roster_is_read(tmp_path: Path) -> None:
    (example,) = (one for one in blocks(DOCS / "file-formats.md") if one.language == "csv")
    (tmp_path / "roster.csv").write_text(example.text, "utf-8")
    read = roster.read_roster(tmp_path / "roster.csv")
    assert read.tell({"canvas_id": "91235"}).student == "00420043"
    assert read.group_of("red") == ["00420042", "00420043"] and not read.notes


def test_every_platform_is_told() -> None:
    page = (DOCS / "running-a-course.md").read_text("utf-8")
    assert {title for title in TITLES.values() if title not in page} == {"plain folders"}


def test_the_rule_for_late_work_is_one(tmp_path: Path) -> None:
    by_method, rule = (
        block.text for block in blocks(DOCS / "running-a-course.md") if block.language == "python"
    )
    (tmp_path / "late.py").write_text(rule, "utf-8")
    named = 'c.AssignLatePenalties.plugin_class = "late.Daily"'
    assert named in (DOCS / "running-a-course.md").read_text("utf-8")
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\n{by_method}{named}\n", "utf-8")
    course = load_course(tmp_path)
    assert course.config.LateSubmissionPlugin.penalty_method == "zero"
    with modules_of(tmp_path):
        rules = AssignLatePenalties(config=course.config)
        rules.init_plugin()
    penalty = rules.plugin_inst.late_submission_penalty
    assert [penalty("somebody", 20, 3_600 * hours) for hours in (1, 24, 25, 999)] == [2, 2, 4, 20]


def sources() -> str:
    """All texts of our code, what is filled in left out."""
    files = [file for name in ("autograder", "lib") for file in (PROJECT / name).rglob("*.py")]
    text = "\n".join(file.read_text("utf-8") for file in files)
    joined = re.sub(r'"\s*\n\s*f?r?"', "", text)
    return re.sub(r"\{[^{}\"\n]*\}", "…", joined)


def test_messages_are_those_of_the_code() -> None:
    text = sources()
    page = DOCS / "messages.md"
    headings = re.findall(r"^## .*", page.read_text("utf-8"), re.M)
    rows = [row for h in headings if h not in NO_MESSAGES for row in column(page, h)]
    wrong: list[str] = []
    assert len(rows) > 50
    for row in rows:
        pieces = [
            piece.strip(" `:;,()") for piece in re.split("…|: |; |the check |this cell ", row)
        ]
        assert any(len(piece) > 7 for piece in pieces), row
        wrong += [piece for piece in pieces if piece not in text]
    assert wrong == []


# -- hidden tests ----------------------------------------------------------------------------------

QUICK = "[limits]\ncall_timeout_s = 4\n"
LAB_TOML = {
    "words": f"take_values = true\n{QUICK}",
    "frames": f'take_values = true\nimports = ["numpy", "pandas", "matplotlib.pyplot"]\n{QUICK}',
}
OF_THE_GATE = ("no test believes a liar", "messages tell nothing")
DATA_FILES = {"words.txt": "red\nblue\nfish\n"}

Wrong = tuple[str, str, set[str]]
WITHOUT_COLONS: Wrong = ('".,!?;:"', '".,!?;"', {"test_marks[2]"})
SLOW: Wrong = (
    "len(set(numbers) & set(others))",
    "len([n for n in dict.fromkeys(numbers) if n in others])",
    {"test_many_numbers"},
)
# A part of the answers, what stands in their place in a wrong one, and the tests that must fail.
WRONG: dict[str, list[Wrong]] = {
    "words": [
        ("text.lower()", "text", {"test_words", "test_words_are_counted"}),
        WITHOUT_COLONS,
        ('".,!?;:"', '".!?;:"', {"test_marks[1]"}),
        ('".,!?;:"', '".,;:"', {"test_marks[3]"}),
        ("key=len)\n", "key=str)\n", {"test_longest"}),
        ("counts.get(word, 0) + 1\n    return", "1\n    return", {"test_counts"}),
        ("/ len(words)", "// len(words)", {"test_mean"}),
        ('raise ValueError("no words', 'raise KeyError("no words', {"test_no_words_raise"}),
        ('ValueError("no words have', 'ValueError("none have', {"test_no_words_raise"}),
        ("if not words:", "if True:", {"test_no_words_raise", "test_mean"}),
        ("(-counts[word], word))", "(counts[word], word))", {"test_table"}),
        ("    words.sort(key=", "    return sorted(words, key=", {"test_sorted_in_place"}),
        ("    while True:\n", "    for _ in range(1):\n", {"test_again_and_again"}),
        ("for word in sorted(counts):", "for word in counts:", {"test_saved"}),
        ("self.size += 1", "self.size = len(self._counts)", {"test_bag"}),
        ("sum(1 for line in file)", "4", {"test_lines"}),
        SLOW,
        ("sum(number * number for number in range(limit))",
         "sum([number * number for number in range(limit)])", {"test_memory"}),
        ("sum(number * number", "sum(number", {"test_memory"}),
        ("sum(number * number for", "sum(max(number * number for _ in range(99)) for",
         {"test_processor_time"}),
        ("random.Random(seed)", "random", {"test_draw"}),
        ("/ len(words)", "/ (len(words) + 1)", {"test_mean_times_count"}),
    ],
    "frames": [
        ("/ values.std()", "", {"test_standardise"}),
        ('["km"].mean()', '["km"].max()', {"test_mean_by_town"}),
        ('trips.groupby("town", as_index=False)["km"].mean()', "trips", {"test_rows"}),
        ("return set(trips[", "return list(trips[", {"test_towns"}),
        ("12, 31)", "12, 30)", {"test_last_day"}),
        ("    town: str\n    km: float", "    km: float\n    town: str", {"test_trip"}),
        ('set_xlabel("day")', 'set_xlabel("km")', {"test_plot"}),
        ("axes.plot(days, km,", "axes.plot(km, days,", {"test_plot"}),
        ("    axes.legend()\n", "", {"test_plot"}),
    ],
}  # fmt: skip


def chapter(lab: str, role: str) -> str:
    """All blocks of the chapter that are a lab's answers, or its tests, in their order."""
    texts = [block.text for block in blocks(CHAPTER) if block.mark == f"lab {lab}: {role}"]
    assert texts, f"{CHAPTER.name} has no {role} of {lab}"
    return "\n\n".join(texts)


def test_every_example_of_the_chapter_is_run() -> None:
    marks = {f"lab {lab}: {role}" for lab in LAB_TOML for role in ("answers", "tests")}
    python = [block for block in blocks(CHAPTER) if block.language == "python"]
    assert [block for block in python if block.mark not in marks] == []


@dataclass
class Example:
    """A lab made of the chapter's blocks: its answers are judged as a class is."""

    lab: str
    subject: Subject
    pool: Pool
    judged: dict[tuple[str, str], dict[str, Verdict]] = dataclasses.field(default_factory=dict)

    @property
    def solution(self) -> Path:
        return self.subject.project / "solution" / self.lab / f"{self.lab}.ipynb"

    def judge(self, part: str, instead: str) -> dict[str, Verdict]:
        """What tests say of the answers with something else in place of a part of them."""
        assert part in chapter(self.lab, "answers")
        if (part, instead) not in self.judged:
            notebook = nbformat.read(self.solution, as_version=4)
            for cell in notebook.cells:
                cell.source = cell.source.replace(part, instead)
            self.judged[part, instead] = self.verdicts(nbformat.writes(notebook).encode())
        return self.judged[part, instead]

    def verdicts(self, notebook: bytes) -> dict[str, Verdict]:
        answer = self.pool.judge(Grading(Content("somebody", f"{self.lab}.ipynb", notebook)))
        result = SubmissionResult.from_json(answer)
        return {test.name: test for question in result.questions for test in question.tests}


def made(lab: str, project: Path) -> Iterator[Example]:
    source = project / "source" / lab
    for name in ("hidden", "student"):
        (source / name).mkdir(parents=True)
    for name, text in DATA_FILES.items():
        (source / "student" / name).write_text(text, "utf-8")
    (source / "lab.toml").write_text(LAB_TOML[lab], "utf-8")
    tests = source / "hidden" / "test_chapter.py"
    tests.write_text(chapter(lab, "tests"), "utf-8")
    questions = dict.fromkeys(test.question_id for test in read_tests(tests))
    cells = [
        f"#!TAG HWBEGIN\n#!MSG TODO: answer all.\n{chapter(lab, 'answers')}#!TAG HWEND",
        *(f"#!TAG QUESTION {question}" for question in questions),
    ]
    text = "\n\n".join(f"```python\n{cell}\n```" for cell in cells)
    (source / f"{lab}.md").write_text(f"# A lab\n\n{text}\n", "utf-8")
    build_labs([source / f"{lab}.md"], project / "release", project / "solution")
    subject = Subject(lab, project)
    with trial_pool(subject.assignment) as pool:
        yield Example(lab, subject, pool)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    yield from made("words", tmp_path_factory.mktemp("words"))


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    yield from made("frames", tmp_path_factory.mktemp("frames"))


def failed(verdicts: dict[str, Verdict]) -> dict[str, str]:
    return {name: verdict.message for name, verdict in verdicts.items() if not verdict.passed}


def assert_examples_hold(example: Example) -> None:
    """They pass on the answers shown, fail on blanks and on wrong answers, and believe no liar."""
    verdicts = example.judge("import", "import")
    assert failed(verdicts) == {}
    caught = set()
    for part, instead, must_fail in WRONG[example.lab]:
        found = failed(example.judge(part, instead))
        assert must_fail <= set(found), f"{instead!r}: {found}"
        caught |= must_fail
    assert caught == set(verdicts)
    blank = failed(example.verdicts(example.subject.notebook_path.read_bytes()))
    assert set(blank) == set(verdicts)
    bench = Bench(example.subject, example.subject.project, example.pool, example.solution)
    looks = [one.look for one in CHECKS if one.name in OF_THE_GATE]
    assert looks and [finding.what for look in looks for finding in look(bench).findings] == []


def test_examples_of_hidden_tests_run(words: Example) -> None:
    assert_examples_hold(words)


def test_examples_with_libraries_run(frames: Example) -> None:
    assert_examples_hold(frames)


def test_what_the_chapter_says_students_read(words: Example) -> None:
    message = failed(words.judge(*SLOW[:2]))["test_many_numbers"]
    assert message == "the check exceeded the time limit of 4 s"
    without_colons = words.judge(*WITHOUT_COLONS[:2])
    marks = [one for name, one in without_colons.items() if name.startswith("test_marks")]
    assert [(one.checked, one.points, one.passed) for one in marks] == [
        ("Marks are gone (commas)", 0.5, True),
        ("Marks are gone (colons)", 0.5, False),
        ("Marks are gone (case 3 of 3)", 0.5, True),
    ]
