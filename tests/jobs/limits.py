"""Limits for renderers that do what a cell forbids, to be observed."""

from docops_flask.engine.opc.limits import MIB
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits

LIMITS = ProcessLimits(memory_bytes=512 * MIB, cpu_seconds=60, file_bytes=256 * MIB, sandbox=SandboxMode.OFF)
