"""The load test: many jobs at once, their outcomes, what they left behind."""
