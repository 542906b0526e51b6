"""Work in separate processes: how they are started, watched, limited, ended, and what they are sent."""
