"""Programs that measure the engine in their own process; ``tools/bench.py`` starts them and shows what they found.

They import the engine and, for comparison, the libraries of ``requirements-bench.txt``; nothing imports them.
"""
