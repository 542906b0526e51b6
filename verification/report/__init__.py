"""The results of a run, as text, as JSON and as pages."""
