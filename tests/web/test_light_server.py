"""What a server need not carry before it hears its first clip."""

import subprocess
import sys

# Megabytes each, of the 250 that an idle server may take; decoders, transforms and the network.
HEAVY = ("av", "librosa", "numba", "onnxruntime", "scipy", "sklearn", "soundfile", "soxr", "torch")

STARTED = """
import sys
import mir.engine, web.serve
print(*sorted(name for name in sys.modules if "." not in name))
"""


def test_a_server_starts_without_what_only_hearing_needs() -> None:
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "faiss" in loaded
    assert [name for name in HEAVY if name in loaded] == []
