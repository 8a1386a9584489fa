"""Who must know, until someone accepts: policies, escalation, pages, acknowledgements and the channels that carry them.

A duplicate beats silence; a lost page is the one unforgivable defect.
"""
