"""The parameter protocol on the vehicle's side: strict types, and silence for unknown names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator.parameters import READ_ONLY, Parameters

AT_ONCE = 10  # of a whole list, at each turn
NO_INDEX = 65535


class ParameterService:
    """Args:
    answer: sends a message.
    """

    def __init__(self, parameters: Parameters, answer: Callable[[Any], None]) -> None:
        self._parameters = parameters
        self._answer = answer
        self._listing = -1  # the one to send next of a whole list; -1 = none is asked for

    @property
    def busy(self) -> bool:
        """Whether `tick` has something to send."""
        return self._listing >= 0

    def handle(self, message: Any) -> bool:
        """Whether it was one of ours."""
        handler = self._HANDLERS.get(message.get_type())
        if handler is None:
            return False
        handler(self, message)
        return True

    def tick(self) -> None:
        """Go on with the whole list."""
        for _ in range(AT_ONCE):
            name = self._parameters.at(self._listing)
            if name is None:
                self._listing = -1
                return
            self._tell(name, self._listing)
            self._listing += 1

    def _read(self, message: Any) -> None:
        if message.param_index < 0:
            self._tell(message.param_id)
            return
        name = self._parameters.at(message.param_index)
        if name is not None:
            self._tell(name, message.param_index)

    def _list(self, message: Any) -> None:
        del message
        self._listing = 0

    def _set(self, message: Any) -> None:
        name = message.param_id
        if self._parameters.find(name) is None:
            return
        if name not in READ_ONLY:
            self._parameters.put(name, message.param_value)
        self._tell(name)

    def _tell(self, name: str, index: int | None = None) -> None:
        found = self._parameters.find(name)
        if found is None:
            return
        at, (kind, value) = found
        count, number = len(self._parameters), NO_INDEX if index is None else at
        self._answer(mav.MAVLink_param_value_message(name.encode(), value, kind, count, number))

    _HANDLERS: ClassVar[dict[str, Callable[[ParameterService, Any], None]]] = {
        "PARAM_REQUEST_READ": _read,
        "PARAM_REQUEST_LIST": _list,
        "PARAM_SET": _set,
    }
