"""Reads a request body into checked files, in memory or in the job's folder."""
