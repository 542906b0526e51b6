"""The diagnosis of a refuted engine: where it is wrong, and a picture of it."""
