"""Lending: a connection whose client asks plain queries is handed to a worker, which answers on it itself.

A query otherwise takes four ways between front and worker: the job, its answer, and a change of process for
each. A worker that holds the connection reads the request, asks the engine and writes the response, so that
nothing is handed over. It answers only what is plain and goes well; a connection with anything else on it is
*given back*, with the request still unread, and the front answers as usual. A page of memory that both see
(:mod:`.ledger`) tells what the worker is at: one that takes long is ended, and its request answered as usual.

``plain`` says what is lent, ``rendering`` and ``answering`` make a response, ``borrower`` is the side of the
worker, ``lender`` that of the front, ``ledger`` and ``packets`` are what they share.
"""
