"""Statistics of a batch."""
