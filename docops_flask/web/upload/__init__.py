"""From the bytes of a request body to checked files in memory or in the job's folder."""
