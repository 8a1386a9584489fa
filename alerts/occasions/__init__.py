"""Occasions: what else somebody is alerted of: what is due, releases, sealed files, accounts, duty, ourselves."""
