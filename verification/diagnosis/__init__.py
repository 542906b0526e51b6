"""Where a refuted engine is wrong, and what can be shown of it."""
