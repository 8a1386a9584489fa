"""Needs: who is looked for, who has which seat, whom a step means now, and who must not be asked."""
