"""What is checked: the scope that an engine claims, the designed sample of it, and what is drawn."""
