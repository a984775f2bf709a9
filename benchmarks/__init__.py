"""The benchmarks; they are not part of the product and are started by ``tools/bench.py``.

The modules import the engine or the app and, for comparison, the libraries in ``requirements-dev.txt``.
"""
