"""The web process: gunicorn keeps it running, waitress reads requests and sends answers.

A thread is given a request only when all of it has arrived, and is free again as soon as its
answer is made: whoever sends or reads slowly, or says nothing at all, holds a socket and no thread.
"""

import os
import time
from typing import Any

from gunicorn.workers.base import Worker
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

SILENCE = 30  # seconds after which a client that sends nothing more is let go
CONNECTIONS = 1000  # of one process; each is a socket and a few kilobytes
LARGEST_HEAD = 64 * 1024  # bytes
LARGEST_BODY = 25 * 1024 * 1024  # bytes: above what any form takes, which then says so itself


class BufferingWorker(Worker):
    """A process of gunicorn in which waitress serves, with as many threads as ``--threads``.

    gunicorn's own workers give a thread to whoever connects: two hundred half requests stop
    them. It still starts, watches, replaces and ends the processes. What it would write of each
    request (``--access-logfile``), and ``--max-requests``, this worker does not know.
    """

    def run(self) -> None:
        """Serve until told to stop, then finish what is begun, as long as gunicorn lets it."""
        connections: dict[int, Any] = {}
        server = create_server(
            self.wsgi,
            map=connections,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            channel_timeout=SILENCE,
            cleanup_interval=5,
            connection_limit=CONNECTIONS,
            max_request_header_size=LARGEST_HEAD,
            max_request_body_size=LARGEST_BODY,
            asyncore_use_poll=True,
            # Which of a proxy's headers count is decided by BEHIND_PROXY.
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        while self.alive and os.getppid() == self.ppid:
            self.turn(connections)
        stop_accepting(connections)
        latest = time.monotonic() + self.cfg.graceful_timeout
        while is_busy(connections) and time.monotonic() < latest:
            self.turn(connections)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(connections)

    def turn(self, connections: dict[int, Any]) -> None:
        """Read and send what can be, for a second at most, and tell gunicorn of being alive."""
        self.notify()
        wasyncore.loop(timeout=1.0, use_poll=True, map=connections, count=1)


def stop_accepting(connections: dict[int, Any]) -> None:
    """Leave new clients to the processes that go on."""
    for key, connection in list(connections.items()):
        if isinstance(connection, BaseWSGIServer):
            del connections[key]


def is_busy(connections: dict[int, Any]) -> bool:
    """Whether a request is being answered, or an answer is on its way."""
    channels = [c for c in list(connections.values()) if isinstance(c, HTTPChannel)]
    return any(channel.requests or channel.total_outbufs_len for channel in channels)
