"""The smoke run of a build: server, load, thresholds, verdict."""
