"""The properties that an engine's answers must have, and how they are checked."""
