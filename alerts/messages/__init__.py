"""Messages as rows: what is to be said to whom, with which buttons, and whether it can reach them at all."""
