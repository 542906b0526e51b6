"""Right layers of linear recurrences, all steps at once: by associative scans, forward and back."""
