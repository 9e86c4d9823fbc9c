"""What ONNX Runtime can run networks on here."""

import onnxruntime


def providers() -> tuple[str, ...]:
    """Return the execution providers of this installation, the preferred first."""
    return tuple(onnxruntime.get_available_providers())
