"""The morning page: what a run found, and what changed since the one before, in one file."""
