"""Blanks parse wherever a solution stood, say what is missing and fail by name when reached."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compiler.blanks import blanked, solved
from autograder.compiler.ipython_syntax import as_python
from autograder.compiler.tags import TagError, read_code


def cell(text: str) -> str:
    """A cell's text with `<<<` and `>>>` for the tags around a block, `|` for its message."""
    text = re.sub(r"^( *)<<<", r"\1#!TAG HWBEGIN", text.strip("\n"), flags=re.MULTILINE)
    text = re.sub(r"^( *)>>>", r"\1#!TAG HWEND", text, flags=re.MULTILINE)
    return re.sub(r"^( *)\|", r"\1#!MSG", text, flags=re.MULTILINE)


def reach(student: str) -> BaseException:
    """Run a student's cell, then call the `f` it may define; what it fails with."""
    names: dict[str, object] = {"__name__": "cell", "given": 1}
    try:
        exec(compile(as_python(student) or "", "<cell>", "exec"), names)
        names["f"]()  # type: ignore[operator]
    except Exception as error:
        return error
    raise AssertionError(f"silent blank:\n{student}")


def test_a_function_body() -> None:
    tagged = read_code(
        cell("""
def f():
    '''Doc.'''
    x = 1
<<<
| TODO: Add one.
| Then return it.
    # so:
    x += 1
    return x
>>>
""")
    )
    assert (
        solved(tagged) == "def f():\n    '''Doc.'''\n    x = 1\n    # so:\n    x += 1\n    return x"
    )
    assert blanked(tagged) == (
        "def f():\n    '''Doc.'''\n    x = 1\n"
        "    # TODO: Add one.\n    # Then return it.\n"
        '    raise NotImplementedError("Add one. Then return it.")'
    )


def test_a_value() -> None:
    tagged = read_code(
        cell("x = (\n    <<<\n    | The \u201cdevice\u201d to use\n    5\n    >>>\n)")
    )
    assert solved(tagged) == "x = (\n    5\n)"
    assert (
        blanked(tagged)
        == "x = (\n    # TODO: The \u201cdevice\u201d to use\n    TODO_device_use\n)"
    )


# Where the naive result of stripping is a syntax error or, worse, a value.
PLACES = {
    "whole cell": "<<<\nx = 1\n>>>",
    "statement": "x = 1\n<<<\ny = 2\n>>>\nz = 3",
    "body only": "def f():\n    <<<\n    return 1\n    >>>",
    "tags at column 0": "def f():\n    if given:\n<<<\n        return 1\n>>>\n    return 2",
    "tags too deep": "def f():\n            <<<\n    return 1\n            >>>",
    "comments only": "def f():\n    <<<\n    # nothing to do\n    >>>\n    pass",
    "empty block": "x = 1\n<<<\n>>>",
    "empty block in a body": "def f():\n    x = 1\n    <<<\n    >>>\n    return x",
    "class body": "class A:\n    <<<\n    x = 1\n    >>>",
    "method": "class A:\n    def f(self):\n        <<<\n        self.x = 1\n        >>>\nf = A().f",
    "with generator": "def f():\n    <<<\n    yield 1\n    >>>",
    "loop with break": "for i in range(3):\n    <<<\n    break\n    >>>",
    "value in parentheses": "x = (\n<<<\n1\n>>>\n)",
    "attribute in parentheses": "class A: pass\nA.x = (\n<<<\n1\n>>>\n)",
    "only argument": "print(\n<<<\n1\n>>>\n)",
    "first arguments": "print(\n<<<\n1, 2,\n>>>\n3)",
    "last arguments": "print(1\n<<<\n, 2\n>>>\n)",
    "last arguments after a comma": "print(1,\n<<<\n2\n>>>\n)",
    "middle arguments": "print(1\n<<<\n, 2,\n>>>\n3)",
    "keyword arguments": "print(\n<<<\nsep='',\nend=''\n>>>\n)",
    "after a keyword argument": "print(sep='',\n<<<\nend='',\n>>>\nflush=True)",
    "after a keyword, last": "print(sep='',\n<<<\nend=''\n>>>\n)",
    "after **": "print(**{},\n<<<\nend=''\n>>>\n)",
    "after **, not last": "print(**{},\n<<<\nend='',\n>>>\nsep='')",
    "list": "x = [\n<<<\n1, 2,\n>>>\n]",
    "in a list": "x = [1,\n<<<\n2,\n>>>\n3]",
    "at the end of a list": "x = [1\n<<<\n, 2\n>>>\n]",
    "implicit concatenation": "x = ['a'\n<<<\n'b'\n>>>\n'c']",
    "list comprehension's element": "x = [\n<<<\ni\n>>>\nfor i in range(3)]",
    "list comprehension's source": "x = [i for i in\n<<<\nrange(3)\n>>>\n]",
    "list comprehension's condition": "x = [i for i in range(3)\n<<<\nif i\n>>>\n]",
    "dict": "x = {\n<<<\n'a': 1,\n>>>\n}",
    "in a dict": "x = {'a': 1,\n<<<\n'b': 2,\n>>>\n'c': 3}",
    "at the end of a dict": "x = {'a': 1,\n<<<\n'b': 2\n>>>\n}",
    "value of a dict": "x = {'a':\n<<<\n1\n>>>\n}",
    "key of a dict": "x = {\n<<<\n'a':\n>>>\n1}",
    "set": "x = {1,\n<<<\n2\n>>>\n}",
    "subscript": "x = [1][\n<<<\n0\n>>>\n]",
    "slice": "x = [1, 2][\n<<<\n0:1\n>>>\n]",
    "first operand": "x = (\n<<<\n1 +\n>>>\n2)",
    "second operand": "x = (1\n<<<\n+ 2\n>>>\n)",
    "middle operand": "x = (1 +\n<<<\n2\n>>>\n+ 3)",
    "operator": "x = (1\n<<<\n+\n>>>\n2)",
    "comparison": "x = (1\n<<<\n< 2\n>>>\n)",
    "method chain": "x = ('a'\n<<<\n.upper()\n.lower()\n>>>\n.strip())",
    "end of a method chain": "x = ('a'\n.upper()\n<<<\n.lower()\n>>>\n)",
    "conditional": "x = (1 if\n<<<\ngiven\n>>>\nelse 2)",
    "if's condition": "if (\n<<<\ngiven\n>>>\n):\n    pass",
    "if's header": "<<<\nif given:\n>>>\n    pass",
    "for's header": "<<<\nfor i in range(3):\n>>>\n    print(i)",
    "while's header": "<<<\nwhile given:\n>>>\n    break",
    "for's header with continue": "<<<\nfor i in range(3):\n>>>\n    continue",
    "with's header": "<<<\nwith open('x') as file:\n>>>\n    pass",
    "def's header": "<<<\ndef f(a=1):\n>>>\n    return a",
    "class's header": "<<<\nclass A:\n>>>\n    x = 1",
    "header and first line": "<<<\nfor i in range(3):\n    print(i)\n>>>\n    print(i)",
    "else's header": "if not given:\n    pass\n<<<\nelse:\n>>>\n    pass",
    "elif's header": "if not given:\n    pass\n<<<\nelif given:\n>>>\n    pass",
    "else": "if not given:\n    pass\n<<<\nelse:\n    x = 1\n>>>",
    "except": "try:\n    x = 1\n<<<\nexcept ValueError:\n    pass\n>>>",
    "finally": "try:\n    x = 1\n<<<\nfinally:\n    pass\n>>>",
    "except's header": "try:\n    1 / 0\n<<<\nexcept ValueError:\n>>>\n    pass",
    "case": "match given:\n    <<<\n    case 1:\n        x = 1\n    >>>",
    "first case": "match given:\n    <<<\n    case 1: pass\n    >>>\n    case _: pass",
    "pattern": "match given:\n    case (\n<<<\n1 | 2\n>>>\n    ):\n        pass",
    "decorated function": "@staticmethod\n<<<\ndef f():\n    return 1\n>>>",
    "decorator": "<<<\n@staticmethod\n>>>\ndef f():\n    return 1",
    "base class": "class A(\n<<<\nobject\n>>>\n):\n    pass",
    "default": "def f(a=(\n<<<\n1\n>>>\n)):\n    pass",
    "parameter": "def f(\n<<<\na=1\n>>>\n):\n    return a",
    "first parameter": "def f(\n<<<\na=1,\n>>>\nb=2):\n    return b",
    "last parameter": "def f(a=1,\n<<<\nb=2\n>>>\n):\n    return a",
    "parameter before one without default": "def g(\n<<<\na,\n>>>\nb):\n    return b",
    "return value": "def f():\n    return (\n        <<<\n        1\n        >>>\n    )",
    "lambda": "f = lambda: (\n<<<\n1\n>>>\n)",
    "yield": "def g():\n    yield (\n<<<\n1\n>>>\n)\nf = lambda: list(g())",
    "import": "from os import (\n<<<\npath\n>>>\n)",
    "import among others": "from os import (sep,\n<<<\npath,\n>>>\nlinesep)",
    "target": "(\n<<<\na, b\n>>>\n) = 1, 2",
    "loop variable": "for (\n<<<\ni\n>>>\n) in range(3):\n    pass",
    "with's target": "with __import__('io').StringIO() as (\n<<<\na\n>>>\n):\n    pass",
    "after a backslash": "x = 1 + \\\n<<<\n    2\n>>>",
    "value after a backslash": "x = \\\n<<<\n    2\n>>>",
    "two in one call": "print(\n<<<\n1,\n>>>\n<<<\n2\n>>>\n)",
    "two strings": "x = [\n<<<\n'a'\n>>>\n<<<\n'b'\n>>>\n]",
    "header and body": "<<<\nif given:\n>>>\n    <<<\n    x = 1\n    >>>",
    "annotated": "x: int = (\n<<<\n1\n>>>\n)",
    "assert": "assert (\n<<<\ngiven\n>>>\n), 'so'",
    "in a magic cell": "%%time\nx = (\n<<<\n1\n>>>\n)",
    "beside commands": "%matplotlib inline\n!echo it's\n<<<\nx = !ls 'a\n>>>\nprint?",
    "whole magic cell": "<<<\n%%time\nx = 1\n>>>",
    "whole shell cell": "<<<\n%%bash\nls 'a b'\n>>>",
    "a string of several lines": "<<<\ntext = '''\nthree\n  lines'''\n>>>",
    "code after a string": "def f():\n    <<<\n    '''\ndoc'''\n    return 1\n    >>>",
    "indented cell": "    x = 1\n    <<<\n    y = 2\n    >>>",
    "tabs": "def f():\n\t<<<\n\treturn 1\n\t>>>".replace("\t<<<", "<<<").replace("\t>>>", ">>>"),
    "global": "def f():\n    global x\n    <<<\n    x = 1\n    >>>",
}


@pytest.mark.parametrize("text", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("message", ["", '| TODO: Répare `it`: "all" of {it}!\n'])
def test_a_blank_fits_everywhere_and_is_loud(
    text: str, message: str, runs_in_ipython: Callable[[str], None]
) -> None:
    tagged = read_code(cell(text.replace("<<<\n", f"<<<\n{message}")))
    runs_in_ipython(solved(tagged))
    student = blanked(tagged)
    runs_in_ipython(student)
    assert "#!" not in student
    failure = reach(student)
    if isinstance(failure, NotImplementedError):
        assert str(failure) == (
            'Répare `it`: "all" of {it}!' if message else "Write your solution here."
        )
    else:
        assert isinstance(failure, NameError | ImportError)
        assert ("TODO_repare_it_all" if message else "TODO_write_solution_here") in str(failure)
    assert ("TODO: Répare" if message else "TODO: Write your solution here.") in student


def test_the_rest_of_the_cell_stays_as_it_is() -> None:
    text = "\n\nx = '''\n  #!TAG HWBEGIN  \n'''  # so\n<<<\ny\n>>>\n\n\nz  \n"
    student = blanked(read_code(cell(text)))
    assert student.startswith("x = '''\n  #!TAG HWBEGIN  \n'''  # so\n# TODO")
    assert student.endswith(")\n\n\nz  ")


def test_a_shell_cell_stops() -> None:
    tagged = read_code(cell("%%bash\n<<<\n| it's open\nls\n>>>"))
    assert blanked(tagged) == ("%%bash\n# TODO: it's open\necho 'it'\"'\"'s open' >&2; exit 1")


def test_a_language_that_cannot_fail_becomes_a_comment(
    runs_in_ipython: Callable[[str], None],
) -> None:
    tagged = read_code(cell("%%html\n<p>\n<<<\n| TODO: say it\n  loud\n>>>\n</p>"))
    assert solved(tagged) == "%%html\n<p>\n  loud\n</p>"
    student = '# %%html\n# <p>\n# TODO: say it\n# </p>\nraise NotImplementedError("say it")'
    assert blanked(tagged) == student
    runs_in_ipython(student)


def test_a_message_keeps_its_shape() -> None:
    tagged = read_code(cell("<<<\n|   Either\n|     - this\n|\n|     - or that\nx = 1\n>>>"))
    assert blanked(tagged) == (
        "# TODO: Either\n#   - this\n#\n#   - or that\n"
        'raise NotImplementedError("Either - this - or that")'
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("x = 1\n<<<\n| a\ny = (\n>>>", 4, "does not compile"),
        ("<<<\n| a\n| b\nx = 1\n  y = 2\n>>>", 5, "does not compile"),
        ("x = 1\nreturn x", 2, "does not compile"),
        ("<<<\ntry:\n>>>\n    x = 1\nexcept ValueError:\n    pass", 1, "no blank fits"),
        (
            "def f():\n    def g():\n        nonlocal a\n    <<<\n    a = 1\n    >>>",
            4,
            "no blank fits",
        ),
    ],
)
def test_mistakes(text: str, line: int, message: str) -> None:
    tagged = read_code(cell(text))
    with pytest.raises(TagError, match=message) as caught:
        solved(tagged)
        blanked(tagged)
    assert caught.value.line == line


# Programs made at random: statements, some of them solutions, each with an answer of its own.
# `ANSWER` marks what must never reach a student, `GIVEN` what must stay.

INDENTED = st.integers(0, 12).map(lambda width: " " * width)


@st.composite
def statements(draw: st.DrawFn, depth: int = 0, solution: bool = False) -> str:
    """Some statements at column 0."""
    kind = draw(st.sampled_from(KINDS if depth < 2 else KINDS[:6]))
    word = "ANSWER" if solution else "GIVEN"
    number = draw(st.integers(0, 9))
    body = statements(depth=depth + 1, solution=solution)
    match kind:
        case "assignment":
            return f"{word}_{number} = '{word}'  # {word}"
        case "string":
            return f"{word} = '''\n#!TAG HWEND {word}\n#!TAG HWBEGIN\n  x'''"
        case "comment":
            return f"# {word} it's (\npass"
        case "command":
            return f"!echo {word} it's ("
        case "value" if not solution:
            return f"{word} = f(\n{draw(block(expression()))}\n)"
        case "list" if not solution:
            parts = [f"'{word}'", draw(block(expression(comma=True)))]
            return f"{word} = [\n{parts[0]},\n{parts[1]}\n]"
        case "block" if not solution:
            return draw(block(statements(depth=depth + 1, solution=True)))
        case "def":
            return f"def {word}_{number}(a):\n    '''{word} (' '''\n{indent(draw(body))}"
        case "if":
            return f"if {word}:\n{indent(draw(body))}\nelse:\n{indent(draw(body))}"
        case "two":
            return f"{draw(body)}\n\n{draw(body)}"
    return f"print('{word}')"


KINDS = ["assignment", "string", "comment", "command", "value", "list", "block", "def", "if", "two"]


@st.composite
def expression(draw: st.DrawFn, comma: bool = False) -> str:
    """A solution inside brackets."""
    part = draw(st.sampled_from(["'ANSWER'", "ANSWER", "g('ANSWER',\n  ANSWER)", "# ANSWER\n1"]))
    return part + ("," if comma and draw(st.booleans()) else "")


@st.composite
def block(draw: st.DrawFn, solution: st.SearchStrategy[str]) -> str:
    """A solution between its tags, each at a column of its own."""
    message = draw(st.sampled_from(["", "#!MSG TODO: find it's\n", "#!MSG Größe\n#!MSG (\n"]))
    begin, end = draw(INDENTED), draw(INDENTED)
    return f"{begin}#!TAG HWBEGIN\n{message}{draw(solution)}\n{end}#!TAG HWEND"


def indent(text: str) -> str:
    """Four columns to the right, but neither the inside of strings nor the tags."""
    lines = read_code_lines(text)
    return "\n".join(line if keeps else "    " + line for line, keeps in lines)


def read_code_lines(text: str) -> list[tuple[str, bool]]:
    from autograder.compiler.ipython_syntax import Scanner

    scanner = Scanner()
    return [(line, scanner.read(line).inside_string) for line in text.split("\n")]


@settings(deadline=None, max_examples=200)
@given(text=statements())
def test_for_any_program(text: str, runs_in_ipython: Callable[[str], None]) -> None:
    """The student's cell parses, keeps what was given and holds nothing of an answer."""
    tagged = read_code(text)
    solution = solved(tagged)
    runs_in_ipython(solution)
    student = blanked(tagged)
    runs_in_ipython(student)
    assert "ANSWER" not in student
    assert student.count("GIVEN") == solution.count("GIVEN")
    assert student.count("\n#!TAG HWBEGIN\n  x'''") == solution.count("GIVEN = '''")
    loud = student.count("raise NotImplementedError(") + len(re.findall(r"\bTODO_\w+", student))
    assert loud >= len(tagged.blocks)
    if not tagged.blocks:
        assert student == solution
