"""Who must know, until someone accepts: policies, escalation, pages, acknowledgements and the channels that carry them.

To be told twice is a nuisance; never to be told is what must not happen.
"""
