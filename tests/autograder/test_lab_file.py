"""A lab.toml: what is read, and one line for each mistake."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine import Limits
from autograder.errors import UserError
from autograder.lab_file import FILES_LIMIT, Index, LabSettings, read_lab_file
from autograder.rubric import RubricItem


def read(folder: Path, text: str) -> LabSettings:
    path = folder / "lab.toml"
    path.write_text(text, "utf-8")
    return read_lab_file(path, "lab1")


def test_settings_of_questions(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "[limits]\ncall_timeout_s = 12\n[questions.ex1-sum]\ntest_timeout_s = 100\n"
        "call_timeout_s = 50\n[questions.ex2-more]\nextra = true\n",
    )
    assert settings.extra == {"ex2-more"}
    assert {name: one.line for name, one in settings.questions.items()} == {
        "ex1-sum": 3,
        "ex2-more": 6,
    }
    of_lab, of_sum = settings.limits, settings.limits.of("ex1-sum")
    assert (of_lab.call_timeout_s, of_sum.call_timeout_s, of_sum.test_timeout_s) == (12, 50, 100)
    assert settings.limits.of("ex2-more") == settings.limits.of(None) == of_lab
    assert of_sum.memory_bytes == Limits().memory_bytes


def test_rubrics(tmp_path: Path) -> None:
    form = "[[questions.ex1-why.rubric]]\nid = 'a'\ntext = 'has  it'\npoints = 2\n"
    settings = read(tmp_path, form + "[[questions.ex1-why.rubric]]\nid='b'\ntext='c'\npoints=-0.5")
    question = settings.questions["ex1-why"]
    wanted = (RubricItem("a", "has it", 2.0), RubricItem("b", "c", -0.5))
    assert question.rubric.items == wanted and not question.extra
    listed = "[questions.ex1-why]\nrubric = [{id = 'a', text = 'has it', points = 2}]\n"
    assert read(tmp_path, listed).questions["ex1-why"].rubric.items == wanted[:1]
    assert read(tmp_path, "[questions.ex1-why]").questions["ex1-why"].rubric.items == ()


def test_files_to_hand_in(tmp_path: Path) -> None:
    names = ["model.py", "plots/loss.png", "answers.txt", "data_1.csv", "random.csv"]
    assert read(tmp_path, f"files = {names}").files == tuple(names)


def test_what_students_install_with(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "python = '>=3.12, <3.15'\n[index]\nurl = 'https://example.org:8080/whl/~a%20b/cu+1'\n"
        "packages = ['Big_1.x', 'b']\nextra = 'gpu'\n",
    )
    url = "https://example.org:8080/whl/~a%20b/cu+1"
    assert settings.index == Index(url, ("Big_1.x", "b"), "gpu")
    assert settings.python == ">=3.12, <3.15"
    assert read(tmp_path, "").index is None
    assert read(tmp_path, "").python == ">=3.11"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title = 'a'\nx = [", 2, "not TOML"),
        ("python = 3.11", 1, "`python` is a text; write it in quotes"),
        ("\npython = '3.11'", 2, "`3.11` in `python` are no versions; write it like `>=3.11`"),
        ("python = '>=3.11\\n'", 1, "in `python` are no versions"),
        ("python = '>=3.11,!=3.12.*'", 1, "in `python` are no versions"),
        ("index = 'https://example.org'", 1, "`index` is a table `[index]`; write this line"),
        ("[index]\npackages = ['a']", 1, "`url` in `[index]` is an address; write it like"),
        ("[index]\nurl = 'file:///a'\npackages = ['a']", 2, "`url` in `[index]` is an address"),
        ("[index]\nurl = 'https://a b'\npackages = ['a']", 2, "`url` in `[index]` is an address"),
        (
            "[index]\nurl = 'https://me:pw@a'\npackages = ['a']",
            2,
            "`url` in `[index]` is an address",
        ),
        ("[index]\nurl = 'https://a'", 1, "`packages` in `[index]` are names of packages; write"),
        ("[index]\nurl = 'https://a'\npackages = []", 3, "`packages` in `[index]` are names"),
        ("[index]\nurl = 'https://a'\npackages = ['a>1']", 3, "`packages` in `[index]` are names"),
        ("[index]\nurl = 'https://a'\npackages = [['a']]", 3, "`packages` in `[index]` are names"),
        (
            "[index]\nurl = 'https://a'\npackages = ['a']\nextra = 'a b'",
            4,
            "`a b` in `[index]` is no name of an extra; write a word like `gpu`",
        ),
        ("[index]\nurls = 'https://a'", 2, "unknown key `urls`; did you mean `url`?"),
        ("title = 'a'\ntitel = 'b'", 2, "unknown key `titel`; did you mean `title`?"),
        ("qqq = 1", 1, "unknown key `qqq`; the keys are title, imports"),
        ("title = 5", 1, "`title` is a text"),
        ("\nimports = 'torch'", 2, "`imports` is a list; write it in brackets"),
        ("imports = ['a b']", 1, "`a b` in `imports` is no module"),
        ("prepare = ['load']", 1, "`load` in `prepare` is no function; write names like `a.b`"),
        ("prepare = ['a.load()']", 1, "`a.load()` in `prepare` is no function"),
        ("ships = [7]", 1, "`7` in `ships` is no module"),
        ("limits = 3", 1, "`limits` is a table `[limits]`"),
        ("[limits]\nmemory = 3", 2, "unknown limit `memory`; did you mean `memory_bytes`?"),
        ("[limits]\nof_questions = {}", 2, "unknown limit `of_questions`"),
        ("[limits]\ncell_timeout_s = true", 2, "`cell_timeout_s` is a number above 0"),
        ("[limits]\ncell_timeout_s = inf", 2, "`cell_timeout_s` is a number above 0"),
        ("[limits]\ncell_timeout_s = nan", 2, "`cell_timeout_s` is a number above 0"),
        ("[limits]\nthreads = 1.5", 2, "`threads` is a number above 0"),
        ("[limits]\nthreads = 0", 2, "`threads` is a number above 0"),
        ("[limits]\nthreads = -3", 2, "`threads` is a number above 0"),
        ("[limits]\ncall_timeout_s = 30", 2, "more than `test_timeout_s`, which is 20; raise that"),
        ("[limits]\ncell_timeout_s = 400", 2, "more than `submission_timeout_s`, which is 300"),
        ("[exercises]\nex1 = ['a']", 2, "the title of `ex1` is a text; write it in quotes"),
        ("questions = 3", 1, "`questions` is a table `[questions]`"),
        ("[questions]\nex1 = 3", 2, "`ex1` is a table; write `[questions.ex1]`"),
        ("[questions.ex1]\nextra = 1", 2, "`extra` is true or false; write one of them"),
        ("[questions.ex1]\nextr = true", 2, "unknown key `extr`; did you mean `extra`?"),
        ("[questions.ex1]\nrubric = 1", 2, "`rubric` is a list of items"),
        ("[questions.ex1]\nrubrik = []", 2, "unknown key `rubrik`; did you mean `rubric`?"),
        ("[questions.ex1.rubric]\nid = 1", 1, "`rubric` is a list of items; begin each with"),
        (
            "[[questions.ex1.rubric]]\nid = 'a'\ntext = 'b'\npoints = 1\n\n"
            "[[questions.ex1.rubric]]\nid = 'a'\ntext = 'b'\npoints = 1",
            6,
            "two items of the rubric have the id `a`; rename one",
        ),
        ("[questions.ex1]\ntimeout = 1", 2, "unknown key `timeout`; did you mean"),
        ("[questions.ex1]\nmemory_bytes = 1", 2, "`memory_bytes` holds for the whole lab; move it"),
        ("[questions.ex1]\ncall_timeout_s = 0", 2, "`call_timeout_s` is a number above 0"),
        ("[questions.ex1]\ncall_timeout_s = 21", 2, "more than `test_timeout_s`, which is 20"),
        (
            "[limits]\ncall_timeout_s = 1\n[questions.a]\ncall_timeout_s = 1\n"
            "[questions.b]\n\ncall_timeout_s = 'x'",
            7,
            "`call_timeout_s` is a number above 0",
        ),
        ("files = 'model.py'", 1, "`files` is a list"),
        ("title = 'a'\nfiles = [\n  3,\n]", 2, "`3` in `files` is no file's name"),
        ("files = ['a.py', 'A.py']", 1, "`A.py` and `a.py` in `files` are one on some disks"),
        ("files = ['lab1.ipynb']", 1, "notebooks and archives are taken by themselves"),
        ("files = ['all.zip']", 1, "notebooks and archives are taken by themselves"),
        ("files = ['my-model.py']", 1, "in the way of every `import`"),
        ("imports = ['model.nets']\nfiles = ['model.py']", 2, "way of the library `model`"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        read(tmp_path, text)
    assert f"lab.toml:{line}: " in caught.value.message
    assert "\n" not in caught.value.message and caught.value.exit_code == 2


@pytest.mark.parametrize(
    "name",
    [
        *("../model.py", "/model.py", "a/b/c.py", "a\\b.py", ".hidden.py", "a/.b.py", "-x.py", ""),
        *("mo del.py", "model.py\n", "mödel.py", "a//b.py", "model.", "x" * 82, "a/", "./a.py"),
        "*.py",
    ],
)
def test_what_no_file_is_called(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="is no file's name; write names like"):
        read(tmp_path, f"files = [{name!r}]")


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("random.py", "Python's own module `random`"),
        ("Random.py", "Python's own module `random`"),
        ("json/data.txt", "Python's own module `json`"),
        ("IPython.py", "the library `IPython`"),
        ("torch.py", "the library `torch`"),
        ("numpy/model.py", "the library `numpy`"),
        ("pytest.py", "the library `pytest`"),
        ("lib.py", "what ships with the lab"),
        ("lib/more.py", "what ships with the lab"),
        ("checks.py", "what ships with the lab"),
    ],
)
def test_no_file_is_found_instead_of_a_module(tmp_path: Path, name: str, covered: str) -> None:
    with pytest.raises(UserError, match=f"would stand in the way of {re.escape(covered)}"):
        read(tmp_path, f"files = ['{name}']")


def test_a_few_files_only(tmp_path: Path) -> None:
    names = [f"part{number}.py" for number in range(FILES_LIMIT + 1)]
    assert len(read(tmp_path, f"files = {names[1:]}").files) == FILES_LIMIT
    with pytest.raises(UserError, match="more than 20 `files`"):
        read(tmp_path, f"files = {names}")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    try:
        read(tmp_path_factory.mktemp("any"), text)
    except UserError as error:
        assert re.search(r"lab\.toml:\d+: ", error.message)


KEYS = st.sampled_from(
    [
        "files",
        "extra",
        "ex1",
        "rubric",
        "id",
        "text",
        "points",
        "call_timeout_s",
        "a\nb",
        "title",
        "threads",
        "",
    ]
)
VALUES = st.recursive(
    st.integers() | st.booleans() | st.floats() | st.text("a./\n\u2028", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
SAID = st.dictionaries(st.sampled_from(["questions", "limits", "files", "exercises"]), VALUES)


@given(SAID)
def test_anything_said_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, object]
) -> None:
    text = "".join(f"{key} = {toml(value)}\n" for key, value in said.items())
    try:
        read(tmp_path_factory.mktemp("any"), text)
    except UserError as error:
        assert re.search(r"lab\.toml:\d+: ", error.message)
        assert "\n" not in error.message


def toml(value: object) -> str:
    """A value as TOML has it."""
    match value:
        case dict():
            return "{" + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\u{ord(one):04x}" for one in value) + '"'
    return str(value)
