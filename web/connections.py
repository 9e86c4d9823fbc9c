"""Connections that hold nothing: whoever is slow, silent or many is let go of.

Waitress has one thread that moves bytes and a few that answer. An answer waits in a buffer until
the client takes it, so what is slow holds a connection and, where it reads less than it is sent,
sometimes a thread. Both are taken back here.
"""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from web.limits import network_of
from web.rejection import ProblemTask


@dataclass(frozen=True, slots=True)
class Patience:
    """What connections may do; tests have less of it."""

    connections: int = 400  # at a time
    # Idle for so long, or owing bytes and moving fewer than `rate` a second for so long.
    seconds: float = 60.0
    rate: int = 1024


class Channel(HTTPChannel):
    """A connection that knows how much it has moved."""

    error_task_class = ProblemTask

    def __init__(self, *args: Any, **more: Any) -> None:
        """See Waitress."""
        super().__init__(*args, **more)
        self.moved = 0  # bytes, either way
        self.mark: tuple[float, int] | None = None  # when it was looked at, and `moved` then

    @property
    def at_work(self) -> bool:
        """Whether the application is answering, and nothing waits for the client."""
        return bool(self.requests) and not self.total_outbufs_len

    @property
    def idle(self) -> bool:
        """Whether neither side owes anything."""
        return not self.requests and not self.total_outbufs_len and self.request is None

    def readable(self) -> bool:
        """Whether more may be read: no new request where the server stops."""
        return not self.server.stopping and bool(super().readable())

    def received(self, data: bytes) -> Any:
        """Take bytes from the client."""
        self.moved += len(data)
        return super().received(data)

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Give bytes to the client; how many it took."""
        taken: int = super().send(data, do_close=do_close)
        self.moved += taken
        return taken


class Server(TcpWSGIServer):
    """Waitress, with patience that ends."""

    channel_class = Channel

    def __init__(self, application: Any, patience: Patience, **more: Any) -> None:
        """See `waitress.server`; connections are bounded by `patience` and nothing else."""
        self.patience = patience
        self.stopping = False
        super().__init__(
            application,
            connection_limit=patience.connections + 100,  # so that ours comes first
            asyncore_use_poll=True,  # select() ends at 1,024 open files
            **more,
        )
        self.adj.cleanup_interval = patience.seconds / 4

    def handle_accept(self) -> None:
        """Take a connection; where there are too many, one that does nothing has to go."""
        super().handle_accept()
        if len(self.active_channels) > self.patience.connections:
            self._let_go_of_one()

    def maintenance(self, now: float) -> None:
        """Let go of connections that were idle or slow for too long."""
        for channel in list(self.active_channels.values()):
            if channel.at_work:
                channel.mark = None
            elif channel.idle:
                channel.mark = None
                if channel.last_activity < now - self.patience.seconds:
                    channel.will_close = True
            elif channel.mark is None:
                channel.mark = (now, channel.moved)
            elif now - channel.mark[0] >= self.patience.seconds:
                if channel.moved - channel.mark[1] < self.patience.rate * (now - channel.mark[0]):
                    # Not by `will_close`: that waits until the client takes something.
                    self.trigger.pull_trigger(channel.handle_close)
                channel.mark = (now, channel.moved)

    def stop_accepting(self) -> None:
        """Close the port and all connections on which nothing is being answered.

        To be called in the thread that moves bytes, as by `trigger.pull_trigger`.
        """
        self.stopping = True
        wasyncore.dispatcher.close(self)
        for channel in list(self.active_channels.values()):
            if not channel.requests and not channel.total_outbufs_len:
                channel.handle_close()

    def end(self) -> None:
        """Close all that is open, in the thread that moves bytes, which ends with that."""
        for channel in list(self.active_channels.values()):
            channel.handle_close()  # and the files that are being sent
        wasyncore.close_all(self._map, ignore_all=True)

    def answering(self) -> bool:
        """Whether the application has something to answer."""
        return any(channel.requests for channel in list(self.active_channels.values()))

    def sending(self) -> bool:
        """Whether a client has not yet taken what was answered."""
        return any(channel.total_outbufs_len for channel in list(self.active_channels.values()))

    def _let_go_of_one(self) -> None:
        """Close one connection of whoever has most: an idle one, else the one longest silent."""
        found = [channel for channel in self.active_channels.values() if not channel.at_work]
        if not found:
            return
        whose = {channel: network_of(str(channel.addr[0])) for channel in found}
        most = Counter(whose.values()).most_common(1)[0][0]
        theirs = [channel for channel in found if whose[channel] == most]
        newest = max(channel.creation_time for channel in theirs)
        older = [channel for channel in theirs if channel.creation_time < newest] or theirs
        now = time.time()
        worst = max(
            older,
            key=lambda each: (
                each.idle,
                not each.total_outbufs_len,
                now - each.last_activity,
            ),
        )
        worst.handle_close()
