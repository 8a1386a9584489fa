"""What screens show of it: the board, a case, an incident, contacts, numbers; read in a few statements."""
