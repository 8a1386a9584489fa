"""A local mail server: takes what the program sends over SMTP and keeps it, readable, for whoever has the address."""
