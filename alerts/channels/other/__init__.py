"""Other messengers, through Apprise: Signal, Matrix, ntfy, WhatsApp and more, each by an address of Apprise's.

Apprise knows 180 services; the ones a team may use are listed (``schemes``), the others are refused. It is imported
with the first message: it is heavy, and most programs run without it.
"""
