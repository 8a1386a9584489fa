"""Releases: what is told outside the team, approved by two people, to named recipients; and how it is called back."""
