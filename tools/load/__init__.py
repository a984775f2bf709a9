"""The load test: many jobs at once, what came of them, what they left behind."""
