"""What a job tells: the replace log, the missing fields, an inspection, the report's page."""
