"""A local Bot API that behaves as Telegram's does, its limits and its bad days included.

`state` is the world, `people` is what persons do to it, `methods` what bots may do; `routes` puts it on HTTP.
"""
