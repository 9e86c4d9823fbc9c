"""The rules of the house about who may import whom, read off the syntax trees.

A rule is a function from one source file to sentences about what breaks it, so that the
tests can also show that each of them notices a violation.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

TREES = ("mir", "indexer", "web", "migrations")

# Top-level packages that a tree never imports.
NEVER = {
    "mir": {"web", "indexer", "click", "flask", "flask_openapi3", "waitress", "rich"},
    "indexer": {"flask", "waitress", "faiss", "sqlalchemy", "torch", "torchaudio", "web"},
    "web": {"indexer", "click", "torch", "torchaudio", "faiss", "sqlalchemy", "librosa"},
    "migrations": {"web", "indexer", "click", "flask", "torch", "faiss"},
}

# The exception: the one module that starts the web app, and only inside functions.
STARTS_WEB = "indexer/commands/serve.py"

# Where a third party may be imported at all: a folder (with "/") or one file.
HOMES = {
    "faiss": ("mir/vectors/",),
    "sqlalchemy": ("mir/catalogue/", "migrations/"),
    "alembic": ("mir/catalogue/migrate.py", "migrations/"),
    "torch": ("mir/model/network.py", "mir/training/"),
    "torchaudio": ("mir/training/",),
    "onnx": ("mir/training/",),
    "implicit": ("mir/recommend/collaborative.py",),
    "optuna": ("mir/training/search.py",),
    "tensorboard": ("mir/training/logs.py",),
    "wandb": ("mir/training/logs.py",),
    "soundfile": ("mir/audio/",),
    "av": ("mir/audio/",),
    "soxr": ("mir/audio/",),
    "mutagen": ("mir/audio/",),
    "onnxruntime": ("mir/model/",),
    "matplotlib": ("mir/evaluation/plots.py",),
    "jinja2": ("mir/evaluation/page.py", "mir/rights_check/page.py"),
    "markupsafe": ("mir/evaluation/page.py", "mir/rights_check/page.py"),
    "flask": ("web/",),
    "waitress": ("web/",),
    "prometheus_client": ("web/metrics.py",),
    "click": ("indexer/",),
    "rich": ("indexer/",),
    "watchfiles": ("indexer/watch.py",),
    "argon2": ("mir/accounts/passwords.py",),
}

# Rooms of mir by layer: a module imports its own room and lower layers, nothing else.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"behind", "bounded", "durable", "errors", "recent", "run_note", "spreadsheet"}),
    frozenset({"analysis", "demo", "durations", "exclusion"}),
    frozenset(
        {
            *("settings", "audio", "features", "vectors", "catalogue"),
            *("fingerprint", "passages", "versions"),
        }
    ),
    frozenset({"accounts", "duplicates", "model", "playlist_files", "standing"}),
    frozenset({"listen", "over_time", "picture", "fingerprinting", "comparison"}),
    frozenset({"fingerprint_cache"}),
    frozenset({"engine"}),
    frozenset({"search", "evaluation", "map", "models", "portable", "rights"}),
    frozenset({"recommend", "rights_check", "training"}),
)
LAYER_OF = {room: layer for layer, rooms in enumerate(LAYERS) for room in rooms}

# Readers (and, in a fresh worker process, the writer) of the environment.
ENVIRONMENT = {"mir/settings.py", "indexer/opening.py", "mir/bounded.py"}

CLOCKS = {"time.time", "time.monotonic", "datetime.now", "datetime.utcnow", "datetime.today"}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module by its whole name; `lazy` if inside a function."""

    name: str
    line: int
    lazy: bool


def broken(path: str, source: str) -> list[str]:
    """Return what the file at `path` (relative, with slashes) breaks, as sentences."""
    tree = ast.parse(source)
    sentences = [
        *_packages(path, tree),
        *_layers(path, tree),
        *_environment(path, tree),
        *_clock_and_chance(path, tree),
    ]
    return [f"{path}:{sentence}" for sentence in sentences]


def imports(tree: ast.Module) -> Iterator[Import]:
    """Yield every import, those for type checking included."""
    lazy_lines = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, node.lineno in lazy_lines)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute in this house"
            for alias in node.names:
                # `from mir.catalogue import tracks` imports a module of that package.
                name = f"{node.module}.{alias.name}"
                yield Import(name, node.lineno, node.lineno in lazy_lines)
        elif isinstance(node, ast.Call) and _dotted(node.func) in (
            "importlib.import_module",
            "__import__",
        ):
            argument = node.args[0] if node.args else None
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Import(argument.value, node.lineno, node.lineno in lazy_lines)


def module_circles(sources: dict[str, str]) -> list[str]:
    """Return circles of imports at module level among the files, each as one sentence."""
    names = {path.removesuffix(".py").replace("/", "."): path for path in sources}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    graph: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.parse(sources[path])
        checked_only = _lines_for_type_checking(tree)
        graph[name] = set()
        for each in imports(tree):
            if each.lazy or each.line in checked_only:
                continue
            target = each.name if each.name in names else each.name.rpartition(".")[0]
            if target in names and target != name:
                graph[name].add(target)
    return list(_circles(graph))


def _packages(path: str, tree: ast.Module) -> Iterator[str]:
    top = path.partition("/")[0]
    for each in imports(tree):
        package = each.name.partition(".")[0]
        if package in NEVER[top] and not (path == STARTS_WEB and package == "web" and each.lazy):
            yield f"{each.line} imports {package}, which {top} never does"
        homes = HOMES.get(package)
        if homes and not any(_lies_in(path, home) for home in homes):
            yield f"{each.line} imports {package}, which only {' and '.join(homes)} may"


def _layers(path: str, tree: ast.Module) -> Iterator[str]:
    parts = PurePosixPath(path).with_suffix("").parts
    if parts[0] != "mir" or parts == ("mir", "__init__"):
        return
    room = parts[1]
    if room not in LAYER_OF:
        yield f"1 is in the room {room}, which has no layer; give it one in tests/import_rules.py"
        return
    for each in imports(tree):
        names = each.name.split(".")
        if names[0] != "mir" or len(names) < 2 or names[1] == room:
            continue
        other = names[1]
        if other not in LAYER_OF:
            yield f"{each.line} imports mir.{other}, which has no layer"
        elif LAYER_OF[other] >= LAYER_OF[room]:
            yield f"{each.line} imports mir.{other}, which is not below mir.{room}"


def _environment(path: str, tree: ast.Module) -> Iterator[str]:
    if path in ENVIRONMENT:
        return
    for node in ast.walk(tree):
        if _dotted(node) in ("os.environ", "os.getenv", "os.putenv"):
            yield f"{getattr(node, 'lineno', 0)} looks at the environment, which settings do"
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            for alias in node.names:
                if alias.name in ("environ", "getenv"):
                    yield f"{node.lineno} looks at the environment, which settings do"


def _clock_and_chance(path: str, tree: ast.Module) -> Iterator[str]:
    """In the core, clock and randomness are arguments; a default may name them."""
    if not path.startswith("mir/"):
        return
    defaults = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.arguments)
        for default in (*node.defaults, *node.kw_defaults)
        if default is not None
        for inner in ast.walk(default)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in defaults:
            continue
        name = _dotted(node.func)
        if name in CLOCKS or name.removeprefix("datetime.") in CLOCKS:
            yield f"{node.lineno} calls {name}; take the clock as an argument"
        elif name.startswith("random.") and name != "random.seed":
            yield f"{node.lineno} calls {name}; take a generator as an argument"
        elif name.startswith(("np.random.", "numpy.random.")) and not (
            # A generator from a given seed is what such an argument is made of.
            name.endswith(("default_rng", "SeedSequence")) and (node.args or node.keywords)
        ):
            yield f"{node.lineno} calls {name}; take a generator or a seed as an argument"


def _lies_in(path: str, home: str) -> bool:
    return path.startswith(home) if home.endswith("/") else path == home


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _lines_for_type_checking(tree: ast.Module) -> set[int]:
    return {
        line
        for node in tree.body
        if isinstance(node, ast.If) and _dotted(node.test).endswith("TYPE_CHECKING")
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def _circles(graph: dict[str, set[str]]) -> Iterator[str]:
    done: set[str] = set()
    for start in sorted(graph):
        stack: list[tuple[str, list[str]]] = [(start, [start])]
        while stack:
            name, way = stack.pop()
            for target in sorted(graph[name]):
                if target == start:
                    yield " imports ".join([*way, start])
                    return
                if target not in way and target not in done:
                    stack.append((target, [*way, target]))
        done.add(start)
