"""Benchmarks of the service and the engine."""
