"""The docket of a case: what happened in law and custody, and every clock, hearing and watch that follows from it."""
