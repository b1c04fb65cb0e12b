"""Untrusted jobs in processes that can be killed: a query ends in time, and takes nothing with it.

The serving process (the *front*) never parses or runs what a stranger sent. A parent process of its own
kind has loaded the graph once and forks workers that share its memory; a worker runs one job at a time, with
little memory to add, no network and no secrets, and the front kills it at its deadline. The package knows no
HTTP and no command line; what a job answers is bytes, and how it failed is an error of ours.

``sandbox``
    The face: start, run, switch to another snapshot, statistics, stop.
``limits``, ``jobs``
    What may be used; what can be asked.
``execution``, ``exchange``, ``outcome``, ``spool``
    One job on its way, what passes between front and worker, and the answer: whole, or while it arrives.
``admission``, ``fairness``, ``tally``
    Who may run now, how much one client may use, what has been counted.
``pool``, ``nursery``, ``forked``, ``spawned``
    Workers kept warm and replaced; where they come from: a parent that forks (Linux), or plain processes.
``looped``
    The face for an event loop: jobs that take no thread.
``parent``, ``allocator``
    A parent as whoever starts it sees it, for one front or for several; the allocator that it uses.
``forkserver``, ``worker``, ``confinement``, ``seccomp``
    The parent; the loop of a worker; what a worker gives up before its first job.
``store``, ``reading``
    The sandbox as a store, and the kinds of jobs that it is read with.
``frames``, ``reports``
    What goes through the socket between front and worker; errors as data.
"""

__all__: list[str] = []
