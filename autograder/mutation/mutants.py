"""Mutants: the solution with one small mistake in one of its blanks, made automatically.

A mutation edits the text of a node of the cell's syntax tree and nothing else, so all other lines
stay as they are and the difference is what a student might have written. Deterministic: the same
solution has the same mutants in the same order.
"""

import ast
import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ..compiler.tags import Block, Line, Part, Text
from .solution import AnswerCell, Blank, Solution


@dataclass(frozen=True)
class Mutant:
    """The solution but for one edit in one blank."""

    question: str
    blank: str
    cell_id: str
    source: str  # of the whole cell
    diff: str  # the lines that differ, marked - and +


class Edit(NamedTuple):
    """Text that replaces source[start:end]."""

    start: int
    end: int
    text: str


Edits = list[Edit]


def make_mutants(solution: Solution) -> list[Mutant]:
    """All mutants of all blanks, each with code of its own, in the order of the lab."""
    return [mutant for cell in solution.cells.values() for mutant in _mutants_of(cell, solution)]


def _mutants_of(cell: AnswerCell, solution: Solution) -> Iterator[Mutant]:
    try:
        code = Code(cell.source)
    except SyntaxError:  # a cell of magics or commands is not Python
        return
    seen = {ast.dump(code.tree)}
    for blank, lines in _lines_of_blanks(cell, solution):
        nodes = [node for node in ast.walk(code.tree) if getattr(node, "lineno", 0) in lines]
        inside = [node for node in nodes if getattr(node, "end_lineno", 0) in lines]
        for node in sorted(inside, key=lambda node: (code.start(node), -code.end(node))):
            for edits in _mutations(node, code):
                mutated = code.edited(edits)
                try:
                    compile(mutated, cell.cell_id, "exec")
                except (SyntaxError, ValueError):
                    continue
                tree = ast.dump(ast.parse(mutated))
                if tree not in seen:
                    seen.add(tree)
                    diff = _diff(cell.source, mutated)
                    yield Mutant(blank.question, blank.name, cell.cell_id, mutated, diff)


def _lines_of_blanks(cell: AnswerCell, solution: Solution) -> Iterator[tuple[Blank, range]]:
    """Each blank of a cell and its lines in the solution, from 1."""
    blanks = iter(blank for blank in solution.blanks.values() if blank.cell_id == cell.cell_id)
    texts = [line.text for part in cell.tagged.parts for line in _lines_of(part)]
    at = 1 - next(place for place, text in enumerate(texts) if text.strip())  # else stripped
    for part in cell.tagged.parts:
        if isinstance(part, Block):
            yield next(blanks), range(at, at + len(part.solution))
        at += len(_lines_of(part))


def _lines_of(part: Part) -> list[Line]:
    match part:
        case Text(lines=lines) | Block(solution=lines):
            return lines
    return []


def _diff(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
    return "\n".join(line for line in list(lines)[2:] if not line.startswith("@@"))


class Code:
    """A cell's text and its tree; nodes know their place in the text."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tree = ast.parse(source)
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def start(self, node: ast.AST) -> int:
        """Where the node's text begins."""
        return self._place(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Where it has ended."""
        return self._place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        """What is written there."""
        return self.source[self.start(node) : self.end(node)]

    def between(self, left: ast.AST, right: ast.AST, pattern: str, text: str) -> Edit:
        """Replace what matches between two nodes."""
        start = self.end(left)
        found = re.compile(pattern).search(self.source, start, self.start(right))
        assert found is not None, self.source[start : self.start(right)]
        return Edit(found.start(), found.end(), text)

    def replaced(self, node: ast.AST, text: str) -> Edit:
        """Write something else in the node's place."""
        return Edit(self.start(node), self.end(node), text)

    def edited(self, edits: Edits) -> str:
        """The source with all edits made."""
        source = self.source
        for start, end, text in sorted(edits, reverse=True):
            source = source[:start] + text + source[end:]
        return source

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The function that the node stands in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef):
                return node
        return None

    def _place(self, line: int, byte: int) -> int:
        """Python counts columns in bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:byte].decode())


def _mutations(node: ast.AST, code: Code) -> Iterator[Edits]:
    for mutate in MUTATIONS:
        yield from mutate(node, code)


# -- operators ----------------------------------------------------------------------------------

OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: (r"-", "+"),
    ast.Mult: (r"\*", "/"),
    ast.Div: (r"/", "*"),
    ast.Pow: (r"\*\*", "*"),
    ast.FloorDiv: (r"//", "%"),
    ast.Mod: (r"%", "//"),
    ast.MatMult: (r"@", "*"),
}
COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: (r"<", ("<=", ">")),
    ast.LtE: (r"<=", ("<", ">=")),
    ast.Gt: (r">", (">=", "<")),
    ast.GtE: (r">=", (">", "<=")),
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==", ">")),
    ast.Is: (r"is\b", ("is not",)),
    ast.IsNot: (r"is\s+not\b", ("is",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
}


def other_operator(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Another operator, the operands the other way round, one operand missing."""
    if not isinstance(node, ast.BinOp) or type(node.op) not in OPERATORS:
        return
    pattern, text = OPERATORS[type(node.op)]
    yield [code.between(node.left, node.right, pattern, text), *_parenthesised(node, code)]
    if not isinstance(node.op, ast.Add | ast.Mult):
        yield _swapped(node.left, node.right, code)
    yield [code.replaced(node, code.text(node.left))]  # a missing sqrt(d_k), a missing offset
    if isinstance(node.op, ast.Add | ast.Mult):
        yield [code.replaced(node, code.text(node.right))]


def other_comparison(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A bound that is in instead of out, a comparison turned round or negated."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        pattern, texts = COMPARISONS[type(node.ops[0])]
        for text in texts:
            yield [code.between(node.left, node.comparators[0], pattern, text)]


def other_logic(node: ast.AST, code: Code) -> Iterator[Edits]:
    """`or` for `and`, a condition or a negation missing, the other way of an if-expression."""
    match node:
        case ast.BoolOp(op=op, values=[first, second]):
            joint, other = ("and", "or") if isinstance(op, ast.And) else ("or", "and")
            yield [code.between(first, second, rf"\b{joint}\b", other)]
            yield [code.replaced(node, code.text(first))]
            yield [code.replaced(node, code.text(second))]
        case ast.UnaryOp(op=ast.Invert() | ast.Not(), operand=operand):
            yield [code.replaced(node, code.text(operand))]
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield [code.replaced(node, code.text(operand))]
        case ast.IfExp(body=body, orelse=orelse):
            yield _swapped(body, orelse, code)
            yield [code.replaced(node, code.text(orelse))]


# -- values -------------------------------------------------------------------------------------


def other_constant(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Numbers one off or of another sign, flipped truth values, empty strings.

    Of a literal list of numbers, only the first of each row.
    """
    if not isinstance(node, ast.Constant) or _is_docstring(node, code) or _is_later(node, code):
        return
    parent = code.parents.get(node)
    match node.value:
        case bool(value):
            yield [code.replaced(node, str(not value))]
        case int(value) if isinstance(parent, ast.UnaryOp):  # -1: the last, or the one before
            yield [code.replaced(parent, "0")]
            yield [code.replaced(parent, str(-value - 1))]
            yield [code.replaced(parent, str(value))]
        case int(value):
            yield [code.replaced(node, str(value + 1))]
            yield [code.replaced(node, str(value - 1))]
            if value > 9:
                yield [code.replaced(node, str(value * 10))]
        case float(value):
            yield [code.replaced(node, "0.0")]
            yield [code.replaced(node, repr(value * 2))]
            if value < 1:
                yield [code.replaced(node, repr(value * 200))]
        case str(value) if value:
            yield [code.replaced(node, '""')]


def other_number_list(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Two neighbours of a literal list the other way round: rows, or columns."""
    if isinstance(node, ast.List) and _is_literal(node):
        for first, second in zip(node.elts, node.elts[1:], strict=False):
            yield _swapped(first, second, code)


def other_name(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A sibling's name or key: num_1 for num_2, w_k for w_q, val_x for train_x, key for query."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for sibling in _siblings(node.id, _names(code), node, code):
            yield [code.replaced(node, sibling)]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        attributes = {n.attr for n in ast.walk(code.tree) if isinstance(n, ast.Attribute)}
        for sibling in sorted(attributes - {node.attr}):
            if _alike(node.attr, sibling):
                yield [Edit(code.end(node) - len(node.attr), code.end(node), sibling)]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        strings = {n.value for n in ast.walk(code.tree) if isinstance(n, ast.Constant)}
        for sibling in sorted(s for s in strings if isinstance(s, str) and s != node.value):
            if _alike(node.value, sibling):
                yield [code.replaced(node, f'"{sibling}"')]


# -- calls --------------------------------------------------------------------------------------

# What is easily taken for something else; each in both directions.
CONFUSED = (
    ("eval", "train"),
    ("no_grad", "enable_grad"),
    ("sum", "mean"),
    ("max", "min"),
    ("amax", "amin"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("sin", "cos"),
    ("exp", "log"),
    ("softmax", "log_softmax"),
    ("softmax", "sigmoid"),
    ("cat", "stack"),
    ("zfill", "ljust"),
    ("masked_fill", "masked_fill_"),
    ("new_zeros", "new_ones"),
    ("flatten", "squeeze"),
    ("BCEWithLogitsLoss", "BCELoss"),
    ("BCEWithLogitsLoss", "MSELoss"),
    ("CrossEntropyLoss", "NLLLoss"),
    ("CrossEntropyLoss", "MultiMarginLoss"),
    ("ReLU", "Sigmoid"),
    ("ReLU", "Identity"),
    ("MaxPool2d", "AvgPool2d"),
    ("Dropout", "Dropout2d"),
    ("Dropout", "Identity"),
    ("LSTM", "GRU"),
    ("LSTM", "RNN"),
    ("AttentionModel", "LSTMModel"),
    ("LSTMModel", "BagOfWords"),
    ("AdditionModel", "LSTMModel"),
    ("zero_grad", "step"),
    ("split", "chunk"),
    ("unsqueeze", "squeeze"),
    ("get", "setdefault"),
    ("int64", "float32"),
    ("int64", "int32"),
)
# Keyword arguments that a student may add where they don't belong, or leave out elsewhere.
ADDED = {
    "BCEWithLogitsLoss": ('reduction="sum"', 'reduction="none"'),
    "CrossEntropyLoss": ('reduction="sum"', 'reduction="none"', "ignore_index=0"),
    "Adam": ("maximize=True",),
    "pad_sequence": ("padding_value=1", 'padding_side="left"'),
    "LSTM": ("num_layers=2", "bias=False"),
    "Linear": ("bias=False",),
    "MultiheadAttention": ("bias=False", "add_zero_attn=True", "dropout=0.5"),
    "Conv2d": ("padding=1",),
    "attn": ("is_causal=True", "average_attn_weights=False"),
}


def other_call(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Arguments missing, swapped or added, a step of a chain left out, another function."""
    if not isinstance(node, ast.Call):
        return
    arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    for index in range(len(node.args), len(arguments)):
        yield [_without(arguments, index, code)]
    for first, second in zip(node.args, node.args[1:], strict=False):
        yield _swapped(first, second, code)
    if isinstance(node.func, ast.Attribute):  # x.squeeze(0) is x
        if not _is_module(node.func.value):
            yield [code.replaced(node, code.text(node.func.value))]
    elif len(node.args) == 1 and not node.keywords and isinstance(node.func, ast.Name):
        yield [code.replaced(node, code.text(node.args[0]))]
    name = _last_name(node.func)
    of_module = isinstance(node.func, ast.Attribute) and _is_module(node.func.value)
    if of_module and name.islower() and node.args:
        yield [code.replaced(node, code.text(node.args[0]))]  # torch.exp(x) is x
    for keyword in ADDED.get(name, ()):
        comma = ", " if arguments else ""
        end = max(map(code.end, arguments), default=code.end(node) - 1)
        yield [Edit(end, end, comma + keyword)]


def confused_name(node: ast.AST, code: Code) -> Iterator[Edits]:
    """What is easily taken for something else."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = _last_name(node)
        for pair in CONFUSED:
            if name in pair:
                other = pair[1 - pair.index(name)]
                yield [Edit(code.end(node) - len(name), code.end(node), other)]


# -- subscripts, loops, statements ----------------------------------------------------------------


def other_subscript(node: ast.AST, code: Code) -> Iterator[Edits]:
    """Slices one off, or of the other end; the whole instead of a part of it."""
    if not isinstance(node, ast.Subscript):
        return
    match node.slice:
        case ast.Slice(lower=None, upper=ast.expr() as upper, step=None):
            text = code.text(upper)
            if not isinstance(upper, ast.Constant):
                yield [code.replaced(upper, f"{text} - 1")]
                yield [code.replaced(upper, f"{text} + 1")]
            yield [code.replaced(node.slice, f"-{text}:")]
            yield [code.replaced(node.slice, f"{text}:")]
        case ast.Name(id=index):
            yield [code.replaced(node.slice, f"{index} - 1")]
            yield [code.replaced(node.slice, "0")]
    yield [code.replaced(node, code.text(node.value))]


def other_iteration(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A loop or comprehension that runs backwards, or misses the first or the last round."""
    if isinstance(node, ast.For | ast.comprehension):
        return  # a comprehension has no place of its own: its iterable says it all
    parent = code.parents.get(node)
    if isinstance(parent, ast.For | ast.comprehension) and parent.iter is node:
        for part in ("[::-1]", "[1:]", "[:-1]"):
            yield [code.replaced(node, f"list({code.text(node)}){part}")]
    if isinstance(parent, ast.comprehension) and node in parent.ifs:
        yield [code.replaced(node, "True")]


def swapped_tuple(node: ast.AST, code: Code) -> Iterator[Edits]:
    """The elements of a pair the other way round; one of them for both."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1 and not _is_literal(node):
        for first, second in zip(node.elts, node.elts[1:], strict=False):
            yield _swapped(first, second, code)
    if isinstance(node, ast.Dict) and all(node.keys):
        for first, second in zip(node.values, node.values[1:], strict=False):
            yield _swapped(first, second, code)


def missing_statement(node: ast.AST, code: Code) -> Iterator[Edits]:
    """A statement left out, or after the next one; a block without its `with` or `for`."""
    if not isinstance(node, ast.stmt) or isinstance(node, ast.FunctionDef):
        return
    if isinstance(node, ast.With | ast.For) and len(node.body) >= 1:
        yield [code.replaced(node, _dedented(node, code))]
        return
    yield [code.replaced(node, "pass")]
    if isinstance(node, ast.Assign) and _is_learnt(node, code):
        yield [code.replaced(node.value, f"({code.text(node.value)}).detach()")]
    siblings = _siblings_of_statement(node, code)
    at = siblings.index(node)
    following = siblings[at + 1] if at + 1 < len(siblings) else None
    if isinstance(node, ast.Expr) and isinstance(following, ast.Expr):  # effects, out of order
        yield _swapped(node, following, code)


MUTATIONS: tuple[Callable[[ast.AST, Code], Iterator[Edits]], ...] = (
    missing_statement,
    other_operator,
    other_comparison,
    other_logic,
    other_constant,
    other_number_list,
    other_name,
    other_call,
    confused_name,
    other_subscript,
    other_iteration,
    swapped_tuple,
)


# -- small questions about nodes ------------------------------------------------------------------


def _swapped(first: ast.AST, second: ast.AST, code: Code) -> Edits:
    return [code.replaced(first, code.text(second)), code.replaced(second, code.text(first))]


def _without(arguments: list[ast.expr | ast.keyword], index: int, code: Code) -> Edit:
    """An argument goes together with the comma after it, or else the one before it."""
    if index + 1 < len(arguments):
        return Edit(code.start(arguments[index]), code.start(arguments[index + 1]), "")
    start = code.end(arguments[index - 1]) if index else code.start(arguments[0])
    return Edit(start, code.end(arguments[index]), "")


def _parenthesised(node: ast.expr, code: Code) -> Edits:
    """Brackets that keep the operands together, where another operator could take one."""
    start, end = code.start(node), code.end(node)
    if not isinstance(code.parents.get(node), ast.BinOp | ast.UnaryOp | ast.Compare):
        return []
    if code.source[start - 1] == "(" and code.source[end : end + 1] == ")":
        return []
    return [Edit(start, start, "("), Edit(end, end, ")")]


def _is_docstring(node: ast.Constant, code: Code) -> bool:
    return isinstance(code.parents.get(node), ast.Expr)


def _is_later(node: ast.Constant, code: Code) -> bool:
    """Whether it is one of a literal list's numbers, but not its first."""
    parent = code.parents.get(node)
    return isinstance(parent, ast.List) and _is_literal(parent) and parent.elts[0] is not node


def _is_literal(node: ast.AST) -> bool:
    return all(
        isinstance(child, ast.Constant | ast.List | ast.Tuple | ast.expr_context)
        for child in ast.walk(node)
    )


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("torch", "nn", "self")


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _names(code: Code) -> set[str]:
    return {node.id for node in ast.walk(code.tree) if isinstance(node, ast.Name)} | {
        node.arg for node in ast.walk(code.tree) if isinstance(node, ast.arg)
    }


def _siblings(name: str, names: set[str], node: ast.AST, code: Code) -> list[str]:
    """Names that differ in a number or one word, and arguments of the same type."""
    alike = {other for other in names if other != name and _alike(name, other)}
    function = code.function_of(node)
    if function is not None:
        types = {a.arg: ast.dump(a.annotation) for a in function.args.args if a.annotation}
        if name in types:
            alike |= {o for o, kind in types.items() if o != name and kind == types[name]}
    return sorted(alike)


def _alike(name: str, other: str) -> bool:
    """Words joined by _, of which exactly one differs: num_1 and num_2, train_x and val_x."""
    words, others = name.split("_"), other.split("_")
    if len(words) != len(others) or len(words) < 2:
        return False
    return sum(a != b for a, b in zip(words, others, strict=True)) == 1


def _is_learnt(node: ast.Assign, code: Code) -> bool:
    """Whether a model's `forward` names a tensor there that gradients go through."""
    function = code.function_of(node)
    in_forward = function is not None and function.name == "forward"
    counts = any(isinstance(child, ast.Compare | ast.Invert) for child in ast.walk(node.value))
    return in_forward and isinstance(node.targets[0], ast.Name) and not counts


def _siblings_of_statement(node: ast.stmt, code: Code) -> list[ast.stmt]:
    parent = code.parents[node]
    for name in ("body", "orelse"):
        statements = getattr(parent, name, [])
        if isinstance(statements, list) and node in statements:
            return list(statements)
    return [node]


def _dedented(node: ast.With | ast.For, code: Code) -> str:
    """The body alone, where the statement stood."""
    text = code.source[code.start(node.body[0]) : code.end(node)]
    deeper = node.body[0].col_offset - node.col_offset
    return text.replace("\n" + " " * deeper, "\n")
