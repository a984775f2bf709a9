"""What the benchmarks measure and compare with, no part of the product; ``tools/bench.py`` starts it.

The modules import the engine or the app and, for comparison, the libraries of ``requirements-bench.txt``.
"""
