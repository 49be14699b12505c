"""Who may try to sign in now: guessing is slow by name and address, by address, and by name."""

from __future__ import annotations

from typing import Final

from ground_station.core.clock import Clock
from ground_station.services.throttle import Throttle, network_of

MAX_USERNAME_LENGTH: Final = 64
FREE_TRIES: Final = 5  # of one name from one address
# Whatever the names, as one office may share an address; and of one name from all addresses.
FREE_TRIES_OF_MANY: Final = 30
# On loopback and behind a proxy everybody has one address, and anybody may type another's name:
# whoever guesses may slow the others down, but not shut them out.
MAX_WAIT_OF_MANY_S: Final = 10.0
DECAYS_EVERY_S: Final = 60.0


class SignInTries:
    """Thread-safe. Addresses of IPv6 count by their /64, which one machine has to itself."""

    def __init__(self, clock: Clock) -> None:
        self._by_both = Throttle(clock, free_tries=FREE_TRIES)
        self._by_address, self._by_name = (
            Throttle(
                clock,
                free_tries=FREE_TRIES_OF_MANY,
                max_wait_s=MAX_WAIT_OF_MANY_S,
                decay_every_s=DECAYS_EVERY_S,
            )
            for _ in range(2)
        )

    def begin(self, name: str, address: str) -> None:
        """Count one try with a password; Throttled after too many failed ones."""
        name = name[:MAX_USERNAME_LENGTH]
        self._by_both.begin(_both(name, address))
        self._by_address.begin(network_of(address))
        self._by_name.begin(name)

    def password_right(self, name: str, address: str) -> None:
        """A code is still to come. Name and address together stay counted: codes are guessed
        slowly too."""
        self._by_address.forgive(network_of(address))
        self._by_name.forgive(name[:MAX_USERNAME_LENGTH])

    def succeeded(self, name: str, address: str) -> None:
        self._by_both.succeeded(_both(name[:MAX_USERNAME_LENGTH], address))
        self.password_right(name, address)

    def begin_from(self, address: str) -> None:
        """Count a passkey's try; Throttled after too many failed ones from there."""
        self._by_address.begin(network_of(address))

    def forgive_from(self, address: str) -> None:
        self._by_address.forgive(network_of(address))


def _both(name: str, address: str) -> str:
    return f"{network_of(address)}\n{name}"
