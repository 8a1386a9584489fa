"""Evidence: attesting and sealing what is kept, checking it, and handing it to a court that does not know us.

See docs/decisions/0020-evidence.md.
"""
