"""What the benchmarks compare the service with; no part of the product."""
