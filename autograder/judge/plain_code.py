"""Plain code works on values. It can't reach what runs it, nor change a library for others.

Some things only the worker sees: how many scores an answer looks at together, whether it sets a
seed. Code that finds the worker's own objects, or replaces functions of a library, can make it say
anything. So the text decides whether the worker's word counts, and the text lies on our side.

A cell is plain if all that it names is harmless: modules that the lab works with, a few of Python's
own, attributes without underscores. What isn't known to be harmless is not plain. That costs an
honest notebook nothing where its answer is right; see `judge.word`.
"""

import ast
import builtins
import functools
import importlib
import importlib.util
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

LONGEST = 100_000  # characters; a longer cell is not read
MOST = 200_000  # of all cells of a student
HARMLESS = {  # of Python's own modules
    *("__future__", "bisect", "cmath", "collections", "collections.abc", "contextlib", "copy"),
    *("dataclasses", "decimal", "fractions", "functools", "heapq", "itertools"),
    *(
        "json",
        "math",
        "numbers",
        "operator",
        "pprint",
        "random",
        "re",
        "statistics",
        "textwrap",
        "time",
    ),
    *("typing", "warnings"),
}
# Of modules that can do more, what is harmless.
HARMLESS_OF = {
    "abc": {"ABC", "ABCMeta", "abstractmethod"},
    "concurrent.futures": {"ThreadPoolExecutor", "Future", "as_completed", "wait"},
    "os": {"cpu_count"},
    "sys": {"getrecursionlimit", "setrecursionlimit", "getsizeof", "maxsize", "float_info"},
}
SHORT_NAMES = {"np", "pd", "plt", *sys.stdlib_module_names}  # of modules in other modules
FROM_THE_SHELL = {"In", "Out", "get_ipython"}
# What runs a text, gets an attribute by its text, tells of classes, or reads from outside.
POWERS = {
    *("eval", "exec", "compile", "getattr", "setattr", "delattr", "globals", "locals", "vars"),
    *("open", "breakpoint", "dir", "memoryview", "input", "help", "load", "attrgetter"),
    *("methodcaller", "get_type_hints", "ForwardRef", "update_wrapper", "make_dataclass"),
    *("fields", "singledispatch", "singledispatchmethod", "get_device_module", "ParameterDict"),
    *FROM_THE_SHELL,
}
# Modules right in a library through which it loads or makes other code, changes itself for others,
# or reaches memory.
DOORS = {
    *("ops", "library", "classes", "hub", "package", "overrides", "jit", "fx", "export", "onnx"),
    *("compiler", "multiprocessing", "distributed", "serialization", "storage", "utils", "testing"),
    *("test", "tests", "ctypeslib", "f2py", "distutils", "lib", "rec", "core", "externals"),
    *("cbook", "animation", "backends", "rcsetup"),
}
# Arrays that take any memory as objects: such classes may be asked for, but make nothing.
OF_MEMORY = {"ndarray", "recarray", "memmap", "chararray"}
HOOKS = "register_"  # how functions of modules begin that change all layers or optimizers
# Attributes by which Python shows frames, code and classes.
INSIDES = {
    *("gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "ag_frame", "ag_code"),
    *("tb_frame", "tb_next", "f_back", "f_globals", "f_locals", "f_builtins", "f_code"),
    *("mro", "registry", "register", "obj"),
}
# Special methods that may be defined, called and named; others change what Python or a library
# makes of an object.
SPECIAL = {
    *(*dir(float), *dir(dict), "__call__", "__enter__", "__exit__", "__next__", "__name__"),
    *("__missing__", "__getitems__", "__post_init__", "__slots__", "__main__", "__version__"),
} - {
    *("__class__", "__getattribute__", "__setattr__", "__delattr__", "__reduce__", "__new__"),
    *("__reduce_ex__", "__init_subclass__", "__subclasshook__", "__class_getitem__"),
    *("__getnewargs__", "__getformat__", "__getstate__", "__dir__"),
}
LONGEST_CHAIN = 20  # of attributes
TOO_LONG = [""]  # a chain that is longer
PATCHABLE = 1 << 9  # `Py_TPFLAGS_HEAPTYPE`: attributes of such a class can be set
DUNDER = re.compile(r"(?<!\w)__\w+")
KIND = ".__class__.__name__"
# Lines of IPython's at a cell's top that run nothing here: without braces, in which it would look
# for code. Further down they might be parts of expressions.
IDLE_LINES = re.compile(r"\A((%%(time|capture)|[ \t]*|(%matplotlib|%pip|!)[^{}$\n]*)\n)+")
READ = {  # kinds of nodes; others say nothing that matters
    *(ast.Import, ast.ImportFrom, ast.Name, ast.Attribute, ast.Constant, ast.FunctionDef, ast.arg),
    *(ast.AnnAssign, ast.Call, ast.MatchClass, ast.ClassDef, ast.ExceptHandler, ast.Compare),
    *(ast.FormattedValue, ast.Subscript),
}
OBJECT = object()  # some value
UNKNOWN = object()  # what a name stands for, if it can't be looked up here
NOT_LOADED = object()  # a module that can't


@dataclass(frozen=True)
class Surroundings:
    """What a notebook's cells find there: the libraries that they may use, and names for them.

    Attributes:
        libraries: names of packages.
        named: modules of them that the lab names.
        assigned: names that a student's cell sets.
        imported: a name in the notebook, and what any cell imports under it.
    """

    libraries: frozenset[str]
    named: frozenset[str]
    assigned: frozenset[str]
    imported: Mapping[str, list[Any]]

    def has(self, module: str) -> bool:
        """Whether a module is one that a plain cell may use."""
        library, *parts = module.split(".")
        if module in HARMLESS or any(part.startswith("_") for part in parts):
            return module in HARMLESS
        is_in_library = library in self.libraries and len(parts) == 1 and parts[0] not in DOORS
        return is_in_library or any(f"{name}.".startswith(f"{module}.") for name in self.named)

    def is_pythons(self, name: str) -> bool:
        """Whether a name of Python's own means that, as no cell gives it another meaning."""
        return name not in self.assigned and name not in self.imported


def surroundings(given: Iterable[str], own: Iterable[str], imports: Iterable[str]) -> Surroundings:
    """Those of a notebook. A plain cell may use the modules that the lab names, and those right in
    their libraries: further in lies what gets an attribute by its text, or loads code.

    Args:
        given: sources of the lab's cells, which are trusted.
        own: sources of a student's cells.
        imports: modules that the lab works with.
    """
    trusted = [tree for source in given if (tree := _parsed(source))]
    modules = {name for tree in trusted for name, _ in _imports(tree)} | set(imports)
    named = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}
    libraries = {name.partition(".")[0] for name in named}
    imported: dict[str, list[Any]] = {}
    students = [tree for source in own if (tree := _parsed(source))]
    assigned = {name for tree in students for node in ast.walk(tree) for name in _set_by(node)}
    for tree in [*trusted, *students]:
        for _, names in _imports(tree):
            for name, value in names:
                imported.setdefault(name, []).append(value)
    return Surroundings(frozenset(libraries), frozenset(named), frozenset(assigned), imported)


def _set_by(node: ast.AST) -> Iterator[str]:
    """Names that a node sets."""
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchMapping(rest=str(name)):
            yield name


def reaches_out(source: str, around: Surroundings) -> str:
    """The first thing in a cell that is not plain, as it stands there; empty if all is."""
    if len(source) > LONGEST:
        return "too much code"
    tree = _parsed(source)
    if tree is None:
        return "code that can't be read"
    found = next(_Reading(tree, around).found(), "")
    words = DUNDER.findall(unicodedata.normalize("NFKC", source).replace(KIND, ""))
    return found or next((f"`{word}`" for word in words if word not in SPECIAL | {"__dict__"}), "")


@functools.lru_cache(maxsize=1000)  # each cell is read twice, and many are everybody's
def _parsed(source: str) -> ast.Module | None:
    if len(source) > LONGEST:
        return None
    try:
        return ast.parse(IDLE_LINES.sub("", f"{source}\n"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imports(tree: ast.AST) -> Iterator[tuple[str, list[tuple[str, Any]]]]:
    """Each module that is imported, and the names that this sets, with what they stand for."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                for alias in aliases:
                    root = alias.name.partition(".")[0]
                    shown = (alias.asname, alias.name) if alias.asname else (root, root)
                    yield alias.name, [(shown[0], _module(shown[1]))]
            case ast.ImportFrom(module=str(module), names=aliases):
                names = [(alias.asname or alias.name, _of(module, alias.name)) for alias in aliases]
                yield module, names


def _module(name: str) -> Any:
    if name in HARMLESS or name in HARMLESS_OF:
        return importlib.import_module(name)
    return sys.modules.get(name, NOT_LOADED)


def _elsewhere(package: ModuleType, name: str) -> Any:
    """What a name stands for that a module doesn't have here: perhaps a module in it, elsewhere."""
    is_package = hasattr(package, "__path__")
    found = importlib.util.find_spec(f"{package.__name__}.{name}") if is_package else None
    return UNKNOWN if found is None else NOT_LOADED


def _of(module: str, name: str) -> Any:
    """What is imported from a module; a module of it, too, that nobody has asked for yet."""
    found = getattr(_module(module), name, UNKNOWN)
    return sys.modules.get(f"{module}.{name}", UNKNOWN) if found is UNKNOWN else found


@dataclass
class _Reading:
    """One cell, read."""

    tree: ast.Module
    around: Surroundings

    def __post_init__(self) -> None:
        self._nodes = [node for node in ast.walk(self.tree) if type(node) in READ]
        self._asked = {id(at) for node in self._nodes for at in self._kinds_in(node)}
        self._may_be_class = self._asked | {id(at) for n in self._nodes for at in _makers(n)}
        self._may_be_metaclass = {
            id(keyword.value)
            for node in self._nodes
            if isinstance(node, ast.ClassDef)
            for keyword in node.keywords
        }
        self._harmless = {id(at) for node in self._nodes for at in _harmless_places(node)}
        self._harmless -= {
            id(at)
            for node in self._nodes
            if isinstance(node, ast.Compare) and not self._are_types(node)
            for at in _types_asked(node)
        }
        calls = [node for node in self._nodes if isinstance(node, ast.Call)]
        if self.around.is_pythons("print"):
            printing = [call for call in calls if _is_name(call.func, "print")]
            self._harmless |= {id(at) for call in printing for at in _types_in(call.args)}
        self._of_one = {id(c.func) for c in calls if len(c.args) == 1 and not c.keywords}
        attributes = [node for node in self._nodes if isinstance(node, ast.Attribute)]
        self._is_base = {id(node.value) for node in attributes}
        self._is_dict_asked = {id(at) for node in self._nodes for at in _dict_asked(node)}
        self._kinds = {id(node.value) for node in attributes if node.attr == "__name__"}

    def found(self) -> Iterator[str]:
        """All that is not plain."""
        for node in self._nodes:
            if words := self._of_node(node):
                yield words

    def _of_node(self, node: ast.AST) -> str:
        match node:
            case ast.Import(names=aliases):
                return self._of_import([alias.name for alias in aliases])
            case ast.ImportFrom(module=module, names=aliases, level=level):
                names = [alias.name for alias in aliases]
                return self._of_import_from("." * level + (module or ""), names)
            case ast.Name():
                return self._of_name(node)
            case ast.Attribute():
                return self._of_attribute(node)
            case ast.Constant(value=str(text)) if "__" in text and text not in SPECIAL:
                return f"the text {text[:20]!r}"
            case ast.FunctionDef(name=name) if name.startswith("__") and name not in SPECIAL:
                return f"`{name}`"
            case ast.FunctionDef() | ast.arg() | ast.AnnAssign() if "(" in (said := _text_in(node)):
                return f"the type {said[:20]!r}"
            case ast.ClassDef(keywords=keywords) if not all(map(_is_abstract, keywords)):
                return f"`{keywords[0].arg}`"
            case ast.MatchClass(kwd_attrs=names):
                return next((f"`{name}`" for name in names if _is_inside(name)), "")
        return ""

    def _of_import(self, modules: list[str]) -> str:
        known = (name in HARMLESS_OF or self.around.has(name) for name in modules)
        return next((f"`{n}`" for n, ok in zip(modules, known, strict=True) if not ok), "")

    def _of_import_from(self, module: str, names: list[str]) -> str:
        if module in HARMLESS_OF:
            return next((f"`{module}.{n}`" for n in names if n not in HARMLESS_OF[module]), "")
        if not self.around.has(module):
            return f"`{module}`"
        for name in names:
            is_strange = self._is_strange(_of(module, name))
            is_power = name in POWERS or name.startswith((HOOKS, "_"))
            is_unclear = module not in sys.modules and not self._is_clear(module, name)
            if name == "*" or is_power or is_strange or is_unclear:
                return f"`{module}.{name}`"
        return ""

    def _is_clear(self, module: str, name: str) -> bool:
        """Whether what is imported from a module that can't be looked up is no other module."""
        is_other = name in self.around.libraries | SHORT_NAMES
        return self.around.has(f"{module}.{name}") or (module in self.around.named and not is_other)

    def _are_types(self, node: ast.Compare) -> bool:
        """Whether types are compared with types that nobody else has made."""
        operands = [node.left, *node.comparators]
        parts = [p for one in operands for p in (one.elts if isinstance(one, ast.Tuple) else [one])]
        is_identity = all(isinstance(one, ast.Is | ast.IsNot) for one in node.ops)
        return is_identity or all(map(self._is_type, parts))

    def _is_type(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            return _is_name(node.func, "type")
        root, *rest = _chain(node) or [""]
        if root in self.around.imported:
            return root not in self.around.assigned
        is_type = isinstance(getattr(builtins, root, None), type)
        return is_type and not rest and self.around.is_pythons(root)

    def _of_name(self, node: ast.Name) -> str:
        name, values = node.id, self.around.imported.get(node.id, [])
        is_inside = name.startswith("__") and name not in SPECIAL
        if not is_inside and (id(node) in self._harmless or not isinstance(node.ctx, ast.Load)):
            return ""
        is_power = name in POWERS and (hasattr(builtins, name) or name in FROM_THE_SHELL)
        is_bare = id(node) not in self._is_base and any(map(_is_module, values))
        is_misused = functools.wraps in values and id(node) not in self._of_one
        if is_inside or is_power or is_bare or is_misused or name == "type":
            return f"`{name}`"
        return f"`{name}`" if self._is_class_as_value(node, values) else ""

    def _of_attribute(self, node: ast.Attribute) -> str:
        name = node.attr
        if _is_inside(name):
            of_itself = _is_name(node.value, "self", "cls")
            is_own = of_itself and (not name.startswith("__") or id(node) in self._is_dict_asked)
            is_kind = id(node) in self._kinds and name == "__class__"
            if name in INSIDES or not (is_own or is_kind):
                return f"`{name}`"
        if id(node) in self._is_base and name != "load":
            return ""  # the whole chain is read once
        chain = _chain(node)
        if chain == TOO_LONG:
            return "a long chain of attributes"
        if chain is None or id(node) in self._is_base:
            return "`load`" if name == "load" and chain is None else ""
        root, *names = chain
        said = f"`{'.'.join(chain)}`"
        for value in self.around.imported.get(root, []):
            end = self._followed(value, names)
            if end is None or _is_module(end) or self._is_class_as_value(node, [end]):
                return said
            if not isinstance(node.ctx, ast.Load):
                return f"{said[:-1]} = …`"
            if end is functools.wraps and id(node) not in self._of_one:
                return said
        return ""

    def _followed(self, value: Any, names: list[str]) -> Any:
        """What a chain of names leads to from what was imported; None if it is strange."""
        for number, name in enumerate(names):
            if value is UNKNOWN and name in sys.stdlib_module_names - {"random"}:
                return None
            if value is NOT_LOADED:
                if number or name in POWERS | SHORT_NAMES or name.startswith(HOOKS):
                    return None  # what is in it may be another module
                continue
            if _is_module(value):
                only = HARMLESS_OF.get(value.__name__, {name})
                if name in POWERS or name.startswith(HOOKS) or name not in only:
                    return None
                value = getattr(value, name) if hasattr(value, name) else _elsewhere(value, name)
                if self._is_strange(value):
                    return None
            elif isinstance(value, type):
                value = getattr(value, name, UNKNOWN)
                if _is_module(value):
                    return None
            elif value is not UNKNOWN:
                return OBJECT
        return value

    def _is_strange(self, value: Any) -> bool:
        """Whether it is a module that the lab does not work with."""
        return value is NOT_LOADED or (_is_module(value) and not self.around.has(value.__name__))

    def _is_class_as_value(self, node: ast.AST, values: Iterable[Any]) -> bool:
        """Whether a library's class is handed on, where somebody may change it, or one stands there
        that makes classes."""
        if id(node) in self._may_be_metaclass:
            return False
        classes = [value for value in values if isinstance(value, type)]
        if any(issubclass(one, type) for one in classes):
            return True
        if any(one.__name__ in OF_MEMORY for one in classes):
            return id(node) not in self._asked
        return id(node) not in self._may_be_class and any(map(_is_patchable, values))

    def _kinds_in(self, node: ast.AST) -> Iterator[ast.AST]:
        """Where within a node a class says of what kind something is."""
        match node:
            case ast.Call(func=func, args=[_, place, *_]):
                if self._asks_for_class(func) or _makes_class(node):
                    yield from self._named_in(place)
            case ast.Compare(left=left, comparators=others) if any(_types_asked(node)):
                for place in (left, *others):
                    yield from place.elts if isinstance(place, ast.Tuple) else [place]
            case ast.ExceptHandler(type=ast.AST() as place):
                yield from self._named_in(place)
            case ast.MatchClass(cls=cls):
                yield cls
            case ast.FunctionDef(returns=ast.AST() as place):
                yield from self._named_in(place)
            case ast.arg(annotation=ast.AST() as place) | ast.AnnAssign(annotation=place):
                yield from self._named_in(place)

    def _asks_for_class(self, func: ast.AST) -> bool:
        names = filter(self.around.is_pythons, ("isinstance", "issubclass"))
        return _is_name(func, *names)

    def _named_in(self, place: ast.AST) -> Iterator[ast.AST]:
        """The classes in `A`, `(A, B)`, `A[B]` or `A | B`, which no student's code is given."""
        match place:
            case ast.Name() | ast.Attribute():
                yield place
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                yield from (at for part in parts for at in self._named_in(part))
            case ast.Subscript(value=value, slice=part) if self._is_type(value):
                yield value
                yield from self._named_in(part)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right) if self._is_union(place):
                yield from [*self._named_in(left), *self._named_in(right)]

    def _is_union(self, place: ast.AST) -> bool:
        """Whether nobody has defined what joining these types does."""
        match place:
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self._is_union(left) and self._is_union(right)
            case ast.Subscript(value=value):
                return self._is_type(value)
        return self._is_type(place) or isinstance(place, ast.Constant)


def _makers(node: ast.AST) -> Iterator[ast.AST]:
    """Where a class makes an object or another class, or is asked for what it has."""
    match node:
        case ast.Call(func=place) | ast.Attribute(value=place):
            yield place
        case ast.ClassDef(bases=bases, decorator_list=decorators):
            yield from [*bases, *decorators]
        case ast.FunctionDef(decorator_list=decorators):
            yield from decorators


def _makes_class(node: ast.Call) -> bool:
    """`type("Name", (Base,), {"method": …})`."""
    match node:
        case ast.Call(func=ast.Name(id="type"), args=[_, _, ast.Dict(keys=keys)], keywords=[]):
            return all(isinstance(key, ast.Constant) for key in keys)
    return False


def _dict_asked(node: ast.AST) -> Iterator[ast.AST]:
    """The `__dict__` of which one thing is asked or set by a text that stands there."""
    match node:
        case ast.Subscript(
            value=ast.Attribute(attr="__dict__") as place, slice=ast.Constant(value=str())
        ):
            yield place
        case ast.Call(
            func=ast.Attribute(
                value=ast.Attribute(attr="__dict__") as place, attr="get" | "pop" | "setdefault"
            ),
            args=[ast.Constant(value=str()), *_],
        ):
            yield place


def _harmless_places(node: ast.AST) -> Iterator[ast.AST]:
    """Names that could do harm, where they do none: the `type` of a comparison, of a text or of
    classes, and `getattr` of an attribute that stands there as a text."""
    asked: list[ast.AST] = []
    match node:
        case ast.Compare(left=left, comparators=others):
            asked = [left, *others]
        case ast.Attribute(value=value, attr="__name__") | ast.FormattedValue(value=value):
            asked = [value]
        case ast.Call() if _makes_class(node):
            yield node.func
        case ast.Call(
            func=ast.Name(id="getattr") as func, args=[_, ast.Constant(value=str(name)), *_]
        ):
            if not _is_inside(name) and name not in POWERS:
                yield func
    yield from _types_in(asked)


def _types_asked(node: ast.Compare) -> Iterator[ast.AST]:
    return _types_in([node.left, *node.comparators])


def _types_in(places: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The `type` of each `type(a)` among some nodes."""
    for one in places:
        if isinstance(one, ast.Call) and len(one.args) == 1 and _is_name(one.func, "type"):
            yield one.func


def _is_abstract(keyword: ast.keyword) -> bool:
    """`metaclass=ABCMeta`."""
    return keyword.arg == "metaclass" and _chain(keyword.value) in (["ABCMeta"], ["abc", "ABCMeta"])


def _text_in(node: ast.FunctionDef | ast.arg | ast.AnnAssign) -> str:
    """What an annotation says in texts."""
    place = node.returns if isinstance(node, ast.FunctionDef) else node.annotation
    texts = ast.walk(place) if place is not None else ()
    return "".join(n.value for n in texts if isinstance(n, ast.Constant) and type(n.value) is str)


def _chain(node: ast.AST) -> list[str] | None:
    """`a.b.c` as its names; None if it begins otherwise."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
        if len(names) > LONGEST_CHAIN:
            return TOO_LONG
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else None


def _is_name(node: ast.AST, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _is_module(value: Any) -> bool:
    return isinstance(value, ModuleType)


def _is_patchable(value: Any) -> bool:
    return isinstance(value, type) and bool(value.__flags__ & PATCHABLE)


def _is_inside(name: str) -> bool:
    return (name.startswith("_") and name not in SPECIAL) or name in INSIDES
