"""The search for a need: planned, paged step by step, accepted or declined, followed up, given to others."""
