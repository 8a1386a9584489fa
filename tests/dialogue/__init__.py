"""The conversation: what is kept, what is asked, and that it ends."""
