"""How an engine comes to be judged, one way a file. What an adapter returns is given to ``verify``."""
