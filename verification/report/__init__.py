"""What a run came to, as text, as JSON and as pages."""
