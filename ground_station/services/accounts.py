"""Accounts from the command line: whoever sits at the machine needs no sign-in, and is recorded."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field

from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.authority import Role
from ground_station.core.clock import Clock
from ground_station.core.errors import Conflict, NotFound
from ground_station.core.ids import new_id
from ground_station.core.registry import User
from ground_station.services.identity import Stores, normal_username
from ground_station.services.passwords import Passwords, make_password
from ground_station.services.people import check_username, is_working_admin
from ground_station.services.second_factor import SecondFactors

OPERATOR, ADMIN, PILOT = "operator", "admin", "pilot"


@dataclass(frozen=True, slots=True)
class FirstSignIn:
    """An account made for this installation and its password, which is kept nowhere else."""

    username: str
    password: str = field(repr=False)


class Accounts:
    """What the command line does with people's accounts. One process, one thread."""

    def __init__(
        self,
        stores: Stores,
        *,
        factors: SecondFactors,
        passwords: Passwords,
        clock: Clock,
    ) -> None:
        self._users = stores.users
        self._sign_ins = stores.sign_ins
        self._audit = stores.audit
        self._factors = factors
        self._passwords = passwords
        self._clock = clock

    def any(self) -> bool:
        """Whether anybody can sign in."""
        return self._users.count() > 0

    def all(self) -> Sequence[User]:
        """Everybody of the installation's first organisation, by name."""
        return self._users.all(self._users.default_organisation_id())

    def has_second_factor(self, user: User) -> bool:
        return self._factors.has(user.user_id)

    def find(self, username: str) -> User | None:
        return self._users.by_username(normal_username(username))

    def password_is(self, username: str, password: str) -> bool:
        """Whether this is somebody's password now."""
        user = self.find(username)
        return self._passwords.verify(None if user is None else user.password_hash, password)

    def add(
        self,
        username: str,
        display_name: str,
        role: Role,
        password: str,
        *,
        must_change: bool = False,
        organisation_id: str | None = None,
    ) -> User:
        """A new person; Conflict if the name is taken, InvalidInput for a bad name or password."""
        user = User(
            user_id=new_id(),
            organisation_id=organisation_id or self._users.default_organisation_id(),
            username=check_username(username),
            display_name=display_name,
            role=role,
            password_hash=self._passwords.hash(password),
            created_at=self._clock.now(),
            must_change_password=must_change,
        )
        with self._audit.together(_entry(Act.USER_ADDED, user, role=role.value)):
            self._users.add(user)
        return user

    def set_password(self, username: str, password: str) -> None:
        """Change a password and end that person's sign-ins.

        Raises:
            NotFound: there is no such person.
            InvalidInput: the password is too short or too long.
        """
        user = self._named(username)
        hashed = self._passwords.hash(password)
        with self._audit.together(_entry(Act.PASSWORD_CHANGED, user)):
            self._users.set_password_hash(user.user_id, hashed)
            self._sign_ins.remove_of_user(user.user_id)

    def set_role(self, user: User, role: Role) -> None:
        """Give somebody another role and end their sign-ins."""
        with self._audit.together(_entry(Act.USER_CHANGED, user, role=role.value)):
            self._users.update(dataclasses.replace(user, role=role))
            self._sign_ins.remove_of_user(user.user_id)

    def disable(self, username: str) -> None:
        """Nobody signs in with this account any more, and its sign-ins end.

        Raises:
            NotFound: there is no such person.
            Conflict: it is disabled already, or the last admin.
        """
        user = self._named(username)
        if user.disabled_at is not None:
            raise Conflict(f"{user.username} is disabled already.")
        admins = [u for u in self._users.all(user.organisation_id) if is_working_admin(u)]
        if [u.user_id for u in admins] == [user.user_id]:
            raise Conflict(f"{user.username} is the last admin.", "Make another admin first.")
        with self._audit.together(_entry(Act.USER_DISABLED, user)):
            self._users.update(dataclasses.replace(user, disabled_at=self._clock.now()))
            self._sign_ins.remove_of_user(user.user_id)

    def enable(self, username: str) -> None:
        """Take `disable` back; NotFound, or Conflict if it is not disabled."""
        user = self._named(username)
        if user.disabled_at is None:
            raise Conflict(f"{user.username} is not disabled.")
        with self._audit.together(_entry(Act.USER_CHANGED, user, enabled=True)):
            self._users.update(dataclasses.replace(user, disabled_at=None))

    def reset_factors(self, username: str) -> str:
        """Recovery from the machine: all second factors go, the sign-ins end, and a new password
        that must be changed is returned, for that person only. NotFound."""
        user = self._named(username)
        password = make_password()
        hashed = self._passwords.hash(password)
        with self._audit.together(_entry(Act.FACTOR_REMOVED, user, which="all")):
            self._factors.remove_all(user.user_id)
            self._users.set_password_hash(user.user_id, hashed, must_change=True)
            self._sign_ins.remove_of_user(user.user_id)
        return password

    def _named(self, username: str) -> User:
        user = self.find(username)
        if user is None:
            raise NotFound(f"There is no user {username}.", "See: python3 run.py users list")
        return user


def first_users(accounts: Accounts) -> list[FirstSignIn]:
    """Make the accounts an installation begins with: `operator`, who watches, `admin`, who runs
    it, and `pilot`, who flies. Older releases had one `operator` who was the first two: it stays
    the operator, and an admin is made. A pilot is only made where nobody but these was ever added:
    who flies in an installation of one's own is for its admins to say. Those made now, the
    operator first.
    """
    made = []
    if not accounts.any():
        made.append(_first(accounts, OPERATOR, Role.CCTV_OPERATOR))
    operator = accounts.find(OPERATOR)
    admins = [u for u in accounts.all() if u.role is Role.ADMIN and u != operator]
    if not admins and accounts.find(ADMIN) is None:
        made.append(_first(accounts, ADMIN, Role.ADMIN))
        if operator is not None and operator.role is Role.ADMIN:
            accounts.set_role(operator, Role.CCTV_OPERATOR)
    if {user.username for user in accounts.all()} == {OPERATOR, ADMIN}:
        made.append(_first(accounts, PILOT, Role.PILOT))
    return made


def _first(accounts: Accounts, username: str, role: Role) -> FirstSignIn:
    password = make_password()
    accounts.add(username, username.title(), role, password)
    return FirstSignIn(username, password)


def _entry(act: Act, user: User, **details: str | bool) -> AuditEntry:
    return AuditEntry(
        act=act,
        actor=Actor.COMMAND_LINE,
        organisation_id=user.organisation_id,
        subject_kind="user",
        subject_id=user.user_id,
        details=details,
    )
