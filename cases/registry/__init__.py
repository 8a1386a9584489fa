"""The registry of documented people: lists that others have published or kept, taken in with where each word is from.

It stands beside the cases and touches none of them: nobody is paged for an entry, nothing of it is on the board, and no
reply to a reporter depends on it. A coordinator may see that somebody of a case *may be* in it, with reasons.
"""
