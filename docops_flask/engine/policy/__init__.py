"""House styles as data: the frozen ``Policy`` and what its keys accept."""
