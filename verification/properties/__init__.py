"""What must hold of an engine's answers, and how one is asked."""
