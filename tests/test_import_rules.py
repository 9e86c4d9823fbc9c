from pathlib import Path

import pytest

from tests.import_rules import TREES, broken, module_circles

HOUSE = Path(__file__).parent.parent


def sources() -> dict[str, str]:
    return {
        path.relative_to(HOUSE).as_posix(): path.read_text(encoding="utf-8")
        for tree in TREES
        for path in sorted((HOUSE / tree).rglob("*.py"))
    }


def test_the_house_keeps_its_rules() -> None:
    found = sources()
    assert len(found) > 50  # an empty glob must not pass
    assert [sentence for path, text in found.items() for sentence in broken(path, text)] == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert module_circles(sources()) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("web/pages.py", "import sqlalchemy"),
        ("web/pages.py", "def f():\n    from indexer.scan import scan"),
        ("web/pages.py", "import librosa.feature"),
        ("indexer/scan.py", "from flask import Flask"),
        ("indexer/scan.py", "import torch.nn"),
        ("indexer/commands/up.py", "def f():\n    from web.serve import start"),
        ("indexer/commands/serve.py", "from web.serve import start"),
        ("indexer/scan.py", "import importlib\nimportlib.import_module('faiss')"),
        ("mir/engine.py", "import click"),
        ("mir/engine.py", "from rich.table import Table"),
        ("mir/engine.py", "import faiss"),
        ("mir/search/query.py", "from sqlalchemy import select"),
        ("mir/catalogue/session.py", "import alembic"),
        ("mir/model/embedder.py", "import torch"),
        ("mir/listen.py", "import soundfile"),
        ("mir/features/mel.py", "import onnxruntime"),
        ("mir/audio/decode.py", "from mir.features.mel import FeatureSpec"),
        ("mir/audio/decode.py", "from mir import engine"),
        ("mir/model/embedder.py", "from mir.listen import listen"),
        ("mir/search/query.py", "from mir.recommend.rerank import rerank"),
        ("mir/evaluation/report.py", "from mir.training import loop"),
        ("mir/misc/things.py", "import os"),
        ("mir/engine.py", "from mir.misc import things"),
        ("mir/engine.py", "import os\nhome = os.environ['HOME']"),
        ("web/app.py", "from os import getenv"),
        ("mir/engine.py", "import time\ndef f():\n    return time.time()"),
        ("mir/catalogue/tracks.py", "from datetime import datetime\nnow = datetime.now()"),
        ("mir/training/loop.py", "import random\nrandom.shuffle([])"),
        ("mir/training/loop.py", "import numpy as np\nnp.random.normal()"),
        ("mir/training/loop.py", "import numpy as np\nrng = np.random.default_rng()"),
    ],
)
def test_a_planted_violation_is_noticed(path: str, source: str) -> None:
    assert broken(path, source)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("indexer/commands/serve.py", "def f():\n    from web.serve import start"),
        ("mir/vectors/index.py", "import faiss"),
        ("mir/training/loop.py", "from mir.evaluation import ranking"),
        ("mir/settings.py", "import os\nhome = os.environ['HOME']"),
        ("mir/recommend/next_tracks.py", "from mir.search.hits import Hit"),
        ("mir/engine.py", "import time\ndef f(clock=time.monotonic): return clock()"),
        ("mir/engine.py", "def f(now=lambda: datetime.now(UTC)): return now()"),
        ("mir/training/loop.py", "import numpy as np\nrng = np.random.default_rng(7)"),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert broken(path, source) == []


def test_a_planted_circle_is_noticed() -> None:
    circle = {
        "mir/a.py": "from mir import b",
        "mir/b.py": "from mir.c import thing",
        "mir/c.py": "import mir.a",
    }
    assert module_circles(circle) == ["mir.a imports mir.b imports mir.c imports mir.a"]
    circle["mir/c.py"] = "def f():\n    import mir.a"
    assert module_circles(circle) == []
