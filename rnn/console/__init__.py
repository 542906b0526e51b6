"""What every command of this project shares, whichever package it belongs to.

Exit codes and complaints (``command_line``), places and files (``places``, ``files``), texts that
carry a checksum (``sealed``), standard streams (``streams``), requests to end (``signals``), and how much is
left (``progress``).
"""
