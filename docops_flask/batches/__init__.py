"""Batches: merges that take longer than an answer; their state is a folder that all servers share."""
