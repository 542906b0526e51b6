"""Work in processes of its own: how it is started, watched, limited, ended, and what it is sent."""
