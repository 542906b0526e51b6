"""Training programs that the engine is compared with: the article's structure, and plain per-step loops."""
