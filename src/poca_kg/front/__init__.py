"""One serving process: HTTP on an event loop, a byte cache, the sandbox for queries, Flask for the rest.

A front never parses or runs what a stranger sent. It knows nothing of the other processes of a service: it is
given sockets to listen on, a sandbox and a WSGI application, and can be run within a test.
"""

__all__: list[str] = []
