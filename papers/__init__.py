"""Papers: what courts, UN bodies, UNHCR, press and family are given of a case, drafted from one record of it.

Which kinds there are is data (``forms/``). What fits, what is missing and what a paper says is decided without a
database; drawing it as .docx or PDF is another matter. Nothing is sent from here: people take papers and send them.
"""
