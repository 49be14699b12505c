"""The accounts of one organisation, changed by its own admins. Every change is recorded.

Nobody changes their own role or locks themselves out, and the last admin stays.
"""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ground_station.core.audit import Act, AuditEntry, Detail
from ground_station.core.authority import NOWHERE, Area, Principal, Role
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from ground_station.core.ids import new_id
from ground_station.core.registry import SignIn, User
from ground_station.services.audit import by
from ground_station.services.identity import Stores, normal_username
from ground_station.services.passwords import Passwords, make_password
from ground_station.services.second_factor import SecondFactors
from ground_station.services.sign_in import SignInService

MAX_PEOPLE: Final = 5000  # of one organisation
MAX_DISPLAY_NAME: Final = 100
MAX_RINGS, MAX_POINTS = 20, 400  # of an area; points in all
_USERNAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")

Rings = Sequence[Sequence[Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Person:
    """An account, as those who run the organisation see it."""

    user: User
    authenticator: bool
    passkeys: int
    sign_ins: tuple[SignIn, ...]

    @property
    def seen_at(self) -> datetime | None:
        return max((one.seen_at for one in self.sign_ins), default=None)


class People:
    """Thread-safe. Every method takes who asks; whose permission was checked by the route."""

    def __init__(
        self,
        stores: Stores,
        *,
        sign_in: SignInService,
        factors: SecondFactors,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._users = stores.users
        self._sign_ins = stores.sign_ins
        self._factor_rows = stores.factors
        self._audit = stores.audit
        self._sign_in = sign_in
        self._factors = factors
        self._passwords = passwords
        self._clock = clock

    def all(self, who: Principal) -> list[Person]:
        """Everybody of one's own organisation, by name."""
        return [self._person(user) for user in self._users.all(who.scope.organisation_id)]

    def get(self, who: Principal, user_id: str) -> Person:
        """NotFound for nobody, and for somebody of another organisation."""
        return self._person(self._own(who, user_id))

    def add(
        self, who: Principal, username: str, display_name: str, role: str, area: Rings | None
    ) -> tuple[Person, str]:
        """A new person and their first password, which must be changed at the first sign-in.

        Raises:
            InvalidInput: a name, role or area that cannot be. Conflict: the name is taken.
            NotAllowed: the role is not one's to give.
        """
        wanted = parse_role(role)
        _check_may_give(who, wanted)
        organisation_id = who.scope.organisation_id
        if len(self._users.all(organisation_id)) >= MAX_PEOPLE:
            raise Conflict(f"There are {MAX_PEOPLE} accounts, as many as there can be.")
        password = make_password()
        user = User(
            user_id=new_id(),
            organisation_id=organisation_id,
            username=check_username(username),
            display_name=_display_name(display_name),
            role=wanted,
            password_hash=self._passwords.hash(password),
            created_at=self._clock.now(),
            area=area_of(area),
            must_change_password=True,
        )
        entry = _entry(who, Act.USER_ADDED, user, {"username": user.username, "role": wanted.value})
        with self._audit.together(entry):
            self._users.add(user)
        return self._person(user), password

    def change(
        self,
        who: Principal,
        user_id: str,
        *,
        display_name: str,
        role: str,
        area: Rings | None,
        disabled: bool,
    ) -> Person:
        """Another name, role or area, disabled or not; what narrows ends the person's sign-ins.

        Raises:
            NotFound, InvalidInput, NotAllowed (oneself, or a role that is not one's to give),
            Conflict: nobody would be left who can run the organisation.
        """
        user = self._own(who, user_id)
        disabled_at = (user.disabled_at or self._clock.now()) if disabled else None
        changed = dataclasses.replace(
            user,
            display_name=_display_name(display_name),
            role=parse_role(role),
            area=_area_for(user, area),
            disabled_at=disabled_at,
        )
        _check_change(who, user, changed)
        if changed == user:
            return self._person(user)
        disables = changed.disabled_at is not None and user.disabled_at is None
        act = Act.USER_DISABLED if disables else Act.USER_CHANGED
        gone: Sequence[str] = []
        with self._audit.together(_entry(who, act, user, _difference(user, changed))):
            self._users.update(changed)
            self._check_admin_left(user.organisation_id)
            if _ends_sign_ins(user, changed):
                gone = self._sign_ins.remove_of_user(user_id)
        self._sign_in.tell_ended(gone)
        return self._person(changed)

    def reset(self, who: Principal, user_id: str) -> tuple[Person, str]:
        """For somebody locked out: a new password that must be changed, no second factors, and
        every sign-in ended. NotFound; NotAllowed for oneself."""
        user = self._own(who, user_id)
        if user.user_id == who.user_id:
            raise NotAllowed("You cannot reset yourself.", "Change them on your account page.")
        _check_may_give(who, user.role)
        password = make_password()
        hashed = self._passwords.hash(password)
        with self._audit.together(_entry(who, Act.USER_CHANGED, user, {"reset": True})):
            self._users.set_password_hash(user_id, hashed, must_change=True)
            self._factors.remove_all(user_id)
            gone = self._sign_ins.remove_of_user(user_id)
        self._sign_in.tell_ended(gone)
        return self._person(self._own(who, user_id)), password

    def revoke(self, who: Principal, user_id: str, sign_in_id: str) -> None:
        """End one of a person's sign-ins, and all it has open, at once. NotFound."""
        user = self._own(who, user_id)
        entry = _entry(who, Act.SIGN_IN_REVOKED, user, {"sign_in": sign_in_id})
        self._sign_in.revoke(entry, user_id, sign_in_id)

    # --- inside --------------------------------------------------------------------------------

    def _own(self, who: Principal, user_id: str) -> User:
        user = self._users.by_id(user_id)
        if user is None or user.organisation_id != who.scope.organisation_id:
            raise NotFound("There is no such person.")
        return user

    def _person(self, user: User) -> Person:
        return Person(
            user,
            self._factors.has_authenticator(user.user_id),
            len(self._factor_rows.passkeys(user.user_id)),
            tuple(self._sign_in.of_user(user.user_id)),
        )

    def _check_admin_left(self, organisation_id: str) -> None:
        """Inside the transaction: two admins may be disabling each other at this moment."""
        if not any(is_working_admin(user) for user in self._users.all(organisation_id)):
            raise Conflict("Nobody would be left who can run this.", "Make another admin first.")


def is_working_admin(user: User) -> bool:
    """An admin who can sign in."""
    return user.role is Role.ADMIN and user.disabled_at is None


def parse_role(text: str) -> Role:
    """InvalidInput names the roles there are."""
    if text not in {role.value for role in Role}:
        raise InvalidInput("There is no such role.", "One of: " + ", ".join(Role) + ".")
    return Role(text)


def check_username(text: str) -> str:
    """The name as kept; InvalidInput for one that could be mistaken or mistyped."""
    name = normal_username(text)
    if _USERNAME.fullmatch(name) is None:
        raise InvalidInput(
            "A user name has 1 to 64 letters a-z, digits, and . _ @ - between them.",
            "Choose another one.",
        )
    return name


def area_of(rings: Rings | None) -> Area | None:
    """An area of rings of [lon, lat] in degrees; InvalidInput names what is wrong."""
    if rings is None:
        return None
    if not 1 <= len(rings) <= MAX_RINGS or sum(len(ring) for ring in rings) > MAX_POINTS:
        raise InvalidInput(f"An area has 1 to {MAX_RINGS} rings of {MAX_POINTS} points in all.")
    return Area(tuple(_ring(ring) for ring in rings))


def _area_for(user: User, rings: Rings | None) -> Area | None:
    """As `area_of`; an area that cannot be read stays as it is while something else changes."""
    return NOWHERE if user.area == NOWHERE and rings == [] else area_of(rings)


def _ring(points: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    if len({tuple(point) for point in points}) < 3:
        raise InvalidInput("A ring of an area has at least three points.")
    for point in points:
        if len(point) != 2 or not all(math.isfinite(value) for value in point):
            raise InvalidInput("A point of an area is [longitude, latitude].")
        if abs(point[0]) > 180 or abs(point[1]) > 90:
            raise InvalidInput("A point of an area is not on the Earth.")
    return tuple((float(lon), float(lat)) for lon, lat in points)


def _display_name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MAX_DISPLAY_NAME or not name.isprintable():
        raise InvalidInput(f"A person's name has 1 to {MAX_DISPLAY_NAME} characters.")
    return name


def _check_may_give(who: Principal, role: Role) -> None:
    if role is Role.ADMIN and who.role is not Role.ADMIN:
        raise NotAllowed("Only an admin may make or change an admin.")


def _check_change(who: Principal, user: User, changed: User) -> None:
    _check_may_give(who, user.role)
    _check_may_give(who, changed.role)
    if user.user_id != who.user_id:
        return
    if changed.role is not user.role or changed.area != user.area:
        raise NotAllowed("You cannot change your own role or area.", "Ask another admin.")
    if changed.disabled_at is not None:
        raise NotAllowed("You cannot disable yourself.", "Ask another admin.")


def _ends_sign_ins(user: User, changed: User) -> bool:
    now = (changed.role, changed.area, changed.disabled_at)
    return now != (user.role, user.area, user.disabled_at)


def _difference(user: User, changed: User) -> dict[str, Detail]:
    found: dict[str, Detail] = {}
    if changed.display_name != user.display_name:
        found["display_name"] = True  # that it changed; the name itself may have to be forgotten
    if changed.role is not user.role:
        found["role"] = {"from": user.role.value, "to": changed.role.value}
    if changed.area != user.area:
        found["area"] = "everywhere" if changed.area is None else "limited"
    if changed.disabled_at != user.disabled_at:
        found["disabled"] = changed.disabled_at is not None
    return found


def _entry(who: Principal, act: Act, user: User, details: dict[str, Detail]) -> AuditEntry:
    return by(who, act, "user", user.user_id, **details)
