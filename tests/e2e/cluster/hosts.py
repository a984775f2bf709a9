"""Hosts on this machine: network namespaces (ip-netns(8)), each with a link to that of the broker."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from tests.conftest import require


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def _free_network() -> str:
    """The first half of addresses that this machine has no link to."""
    taken = _ip("-4", "-oneline", "address")
    return next(each for each in (f"10.{number}" for number in range(79, 128)) if f" {each}." not in taken)


class Hosts:
    """The namespaces; the broker's has an address on each link, and so has this machine itself."""

    def __init__(self, names: Sequence[str]) -> None:
        require(os.geteuid() == 0 and shutil.which("ip") is not None, "hosts need root and iproute2")
        self._prefix = f"docops{os.getpid()}"
        self._broker = f"{self._prefix}-broker"
        self._links: dict[str, int] = {}
        self._network = _free_network()
        _ip("netns", "add", self._broker)
        _ip("-n", self._broker, "link", "set", "lo", "up")
        try:
            self._link("", 0)
            for number, name in enumerate(names, 1):
                _ip("netns", "add", self._space(name))
                self._link(name, number)
        except BaseException:
            self.remove()
            raise

    def _space(self, name: str) -> str:
        return f"{self._prefix}-{name}"

    def _link(self, name: str, number: int) -> None:
        ours, theirs = f"dc{os.getpid()}h{number}", f"dc{os.getpid()}b{number}"
        _ip("link", "add", ours, "type", "veth", "peer", "name", theirs)
        self._links[name] = number
        _ip("link", "set", theirs, "netns", self._broker)
        _ip("-n", self._broker, "addr", "add", f"{self._network}.{number}.2/30", "dev", theirs)
        _ip("-n", self._broker, "link", "set", theirs, "up")
        inside = ("-n", self._space(name)) if name else ()
        if name:
            _ip("link", "set", ours, "netns", self._space(name))
            _ip(*inside, "link", "set", "lo", "up")
        _ip(*inside, "addr", "add", f"{self._network}.{number}.1/30", "dev", ours)
        _ip(*inside, "link", "set", ours, "up")

    def broker_address(self, name: str = "") -> str:
        """The broker's address for a host; "" is this machine itself."""
        return f"{self._network}.{self._links[name]}.2"

    @property
    def inside_broker(self) -> tuple[str, ...]:
        """The command that runs another on the broker's host."""
        return ("ip", "netns", "exec", self._broker)

    def inside(self, name: str) -> tuple[str, ...]:
        """The command that runs another on a host."""
        return ("ip", "netns", "exec", self._space(name))

    def cut(self, name: str) -> None:
        """Cut the link of a host: nothing goes through, and nobody is told."""
        _ip("-n", self._broker, "link", "set", f"dc{os.getpid()}b{self._links[name]}", "down")

    def join(self, name: str) -> None:
        """Put the link together again."""
        _ip("-n", self._broker, "link", "set", f"dc{os.getpid()}b{self._links[name]}", "up")

    def remove(self) -> None:
        """Remove the namespaces; their links go with them."""
        for name in (*(each for each in self._links if each), "broker"):
            subprocess.run(["ip", "netns", "del", self._space(name)], check=False, capture_output=True)
