"""Every word a person reads: catalogues in eight languages, the language of a message, dates, text direction.

Importing this room fixes the source of time zones for the whole process (see `texts.zones`).
"""

from texts.zones import use_pinned_zones

use_pinned_zones()
