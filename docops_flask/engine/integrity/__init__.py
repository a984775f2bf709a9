"""The proof: what was written is the template with the logged changes, and nothing else."""
