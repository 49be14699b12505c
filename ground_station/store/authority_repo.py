"""People, sign-ins and second factors in and out of their tables."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import shapely
from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.exc import IntegrityError as ConstraintBroken

from ground_station.core.authority import NOWHERE, Area, Purpose, Role
from ground_station.core.errors import Conflict, IntegrityError, NotFound
from ground_station.core.factors import Authenticator, Passkey
from ground_station.core.registry import SignIn, User
from ground_station.store.engine import Database
from ground_station.store.orm import OrganisationRow, SignInRow, UserRow
from ground_station.store.orm_authority import AuthenticatorRow, PasskeyRow, RecoveryCodeRow

log = logging.getLogger(__name__)


class SqlUsers:
    """`UserRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def default_organisation_id(self) -> str:
        with self._database.read() as session:
            found = session.scalar(
                select(OrganisationRow.id).where(OrganisationRow.is_default.is_(True))
            )
        if found is None:
            raise IntegrityError(
                "The database does not say which organisation runs it.",
                "Run python3 run.py once to set it up.",
            )
        return found

    def count(self) -> int:
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(UserRow)) or 0

    def by_username(self, username: str) -> User | None:
        with self._database.read() as session:
            row = session.scalar(select(UserRow).where(UserRow.username == username))
            return None if row is None else _user(row)

    def by_id(self, user_id: str) -> User | None:
        with self._database.read() as session:
            row = session.get(UserRow, user_id)
            return None if row is None else _user(row)

    def all(self, organisation_id: str) -> Sequence[User]:
        with self._database.read() as session:
            rows = session.scalars(
                select(UserRow)
                .where(UserRow.organisation_id == organisation_id)
                .order_by(UserRow.username)
            )
            return [user for row in rows if (user := _readable(row)) is not None]

    def add(self, user: User) -> None:
        row = UserRow(
            id=user.user_id,
            organisation_id=user.organisation_id,
            username=user.username,
            password_hash=user.password_hash,
            created_at=user.created_at,
            must_change_password=user.must_change_password,
            **_changeable(user),
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except ConstraintBroken as error:
            raise Conflict(f"There is already a user {user.username}.") from error

    def set_password_hash(
        self, user_id: str, password_hash: str, *, must_change: bool = False
    ) -> None:
        self._change(user_id, password_hash=password_hash, must_change_password=must_change)

    def update(self, user: User) -> None:
        self._change(user.user_id, **_changeable(user))

    def _change(self, user_id: str, **columns: Any) -> None:
        with self._database.write() as session:
            done = session.execute(update(UserRow).where(UserRow.id == user_id).values(**columns))
            if not _rows(done):
                raise NotFound("There is no such user.")


class SqlSignIns:
    """`SignInRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, sign_in: SignIn) -> None:
        row = SignInRow(
            session_hash=sign_in.session_hash,
            user_id=sign_in.user_id,
            csrf_secret=sign_in.csrf_secret,
            expires_at=sign_in.expires_at,
            sign_in_id=sign_in.sign_in_id,
            signed_in_at=sign_in.signed_in_at,
            seen_at=sign_in.seen_at,
            device=sign_in.device,
            address=sign_in.address,
            second_factor=sign_in.second_factor,
            purpose=None if sign_in.purpose is None else sign_in.purpose.value,
            purpose_note=sign_in.purpose_note,
            purpose_at=sign_in.purpose_at,
        )
        with self._database.write() as session:
            session.add(row)

    def by_hash(self, session_hash: str) -> SignIn | None:
        with self._database.read() as session:
            row = session.get(SignInRow, session_hash)
            return None if row is None else _sign_in(row)

    def of_user(self, user_id: str) -> Sequence[SignIn]:
        with self._database.read() as session:
            rows = session.scalars(
                select(SignInRow)
                .where(SignInRow.user_id == user_id)
                .order_by(SignInRow.signed_in_at.desc())
            )
            return [_sign_in(row) for row in rows]

    def set_seen(self, session_hash: str, at: datetime) -> None:
        self._change(session_hash, seen_at=at)

    def set_second_factor(self, session_hash: str) -> None:
        self._change(session_hash, second_factor=True)

    def set_purpose(self, session_hash: str, purpose: Purpose, note: str, at: datetime) -> None:
        self._change(session_hash, purpose=purpose.value, purpose_note=note, purpose_at=at)

    def remove(self, session_hash: str) -> None:
        with self._database.write() as session:
            session.execute(delete(SignInRow).where(SignInRow.session_hash == session_hash))

    def remove_of_user(self, user_id: str, *, keep: str = "") -> Sequence[str]:
        theirs = (SignInRow.user_id == user_id, SignInRow.session_hash != keep)
        with self._database.write() as session:
            hashes = session.scalars(select(SignInRow.session_hash).where(*theirs)).all()
            session.execute(delete(SignInRow).where(*theirs))
        return hashes

    def remove_expired(self, now: datetime) -> int:
        with self._database.write() as session:
            return _rows(session.execute(delete(SignInRow).where(SignInRow.expires_at <= now)))

    def _change(self, session_hash: str, **columns: Any) -> None:
        with self._database.write() as session:
            session.execute(
                update(SignInRow).where(SignInRow.session_hash == session_hash).values(**columns)
            )


class SqlFactors:
    """`FactorRepository` over SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def authenticator(self, user_id: str) -> Authenticator | None:
        with self._database.read() as session:
            row = session.get(AuthenticatorRow, user_id)
            if row is None:
                return None
            return Authenticator(
                row.user_id, row.sealed_secret, row.last_step, row.added_at, row.confirmed_at
            )

    def put_authenticator(self, authenticator: Authenticator) -> None:
        with self._database.write() as session:
            session.merge(
                AuthenticatorRow(
                    user_id=authenticator.user_id,
                    sealed_secret=authenticator.sealed_secret,
                    last_step=authenticator.last_step,
                    added_at=authenticator.added_at,
                    confirmed_at=authenticator.confirmed_at,
                )
            )

    def use_step(self, user_id: str, step: int) -> bool:
        with self._database.write() as session:
            done = session.execute(
                update(AuthenticatorRow)
                .where(AuthenticatorRow.user_id == user_id, AuthenticatorRow.last_step < step)
                .values(last_step=step)
            )
            return _rows(done) == 1

    def remove_authenticator(self, user_id: str) -> None:
        with self._database.write() as session:
            session.execute(delete(AuthenticatorRow).where(AuthenticatorRow.user_id == user_id))

    def passkeys(self, user_id: str) -> Sequence[Passkey]:
        with self._database.read() as session:
            rows = session.scalars(
                select(PasskeyRow).where(PasskeyRow.user_id == user_id).order_by(PasskeyRow.id)
            )
            return [_passkey(row) for row in rows]

    def passkey(self, credential_id: str) -> Passkey | None:
        with self._database.read() as session:
            row = session.scalar(
                select(PasskeyRow).where(PasskeyRow.credential_id == credential_id)
            )
            return None if row is None else _passkey(row)

    def add_passkey(self, passkey: Passkey) -> None:
        row = PasskeyRow(
            id=passkey.passkey_id,
            user_id=passkey.user_id,
            credential_id=passkey.credential_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            name=passkey.name,
            added_at=passkey.added_at,
            used_at=passkey.used_at,
        )
        try:
            with self._database.write() as session:
                session.add(row)
        except ConstraintBroken as error:
            raise Conflict("This passkey is known already.", "Use another one.") from error

    def passkey_used(self, passkey_id: str, sign_count: int, at: datetime) -> bool:
        grows = PasskeyRow.sign_count < sign_count
        if sign_count == 0:  # many authenticators do not count at all
            grows = PasskeyRow.sign_count == 0
        with self._database.write() as session:
            done = session.execute(
                update(PasskeyRow)
                .where(PasskeyRow.id == passkey_id, grows)
                .values(sign_count=sign_count, used_at=at)
            )
            return _rows(done) == 1

    def remove_passkey(self, passkey_id: str) -> None:
        with self._database.write() as session:
            session.execute(delete(PasskeyRow).where(PasskeyRow.id == passkey_id))

    def recovery_codes_left(self, user_id: str) -> int:
        with self._database.read() as session:
            theirs = RecoveryCodeRow.user_id == user_id
            return (
                session.scalar(select(func.count()).select_from(RecoveryCodeRow).where(theirs)) or 0
            )

    def set_recovery_codes(self, user_id: str, hashes: Sequence[str]) -> None:
        with self._database.write() as session:
            session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
            session.add_all(RecoveryCodeRow(user_id=user_id, code_hash=one) for one in hashes)

    def use_recovery_code(self, user_id: str, hashed: str) -> bool:
        with self._database.write() as session:
            done = session.execute(
                delete(RecoveryCodeRow).where(
                    RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.code_hash == hashed
                )
            )
            return _rows(done) == 1


def _rows(done: Any) -> int:
    return done.rowcount if isinstance(done, CursorResult) else 0


def _changeable(user: User) -> dict[str, Any]:
    columns = {
        "display_name": user.display_name,
        "role": user.role.value,
        "disabled_at": user.disabled_at,
    }
    if user.area != NOWHERE:  # what is damaged is kept until it is set again
        area = None if user.area is None else msgspec.json.encode(user.area.rings).decode()
        columns["area"] = area
    return columns


def _readable(row: UserRow) -> User | None:
    """One row that cannot be read must not hide the others."""
    try:
        return _user(row)
    except IntegrityError as error:
        log.error("user_unreadable user=%s reason=%s", row.id, error)
        return None


def _user(row: UserRow) -> User:
    return User(
        user_id=row.id,
        organisation_id=row.organisation_id,
        username=row.username,
        display_name=row.display_name,
        role=_role(row),
        password_hash=row.password_hash,
        created_at=row.created_at,
        area=_area(row),
        disabled_at=row.disabled_at,
        must_change_password=row.must_change_password,
    )


def _role(row: UserRow) -> Role:
    try:
        return Role(row.role)
    except ValueError as error:
        raise IntegrityError(
            f"The stored role of {row.username} is none.", "Restore the database from a backup."
        ) from error


def _area(row: UserRow) -> Area | None:
    """A damaged area reads as nowhere, never as "everywhere"."""
    if row.area is None:
        return None
    try:
        return Area(msgspec.json.decode(row.area, type=tuple[tuple[tuple[float, float], ...], ...]))
    except (msgspec.MsgspecError, ValueError, shapely.errors.ShapelyError):
        return NOWHERE


def _purpose(row: SignInRow) -> Purpose | None:
    """A damaged one is none: it is asked for again."""
    return Purpose(row.purpose) if row.purpose in set(Purpose) else None


def _sign_in(row: SignInRow) -> SignIn:
    return SignIn(
        session_hash=row.session_hash,
        user_id=row.user_id,
        csrf_secret=row.csrf_secret,
        expires_at=row.expires_at,
        sign_in_id=row.sign_in_id,
        signed_in_at=row.signed_in_at,
        seen_at=row.seen_at,
        device=row.device,
        address=row.address,
        second_factor=row.second_factor,
        purpose=_purpose(row),
        purpose_note=row.purpose_note,
        purpose_at=row.purpose_at,
    )


def _passkey(row: PasskeyRow) -> Passkey:
    return Passkey(
        passkey_id=row.id,
        user_id=row.user_id,
        credential_id=row.credential_id,
        public_key=row.public_key,
        sign_count=row.sign_count,
        name=row.name,
        added_at=row.added_at,
        used_at=row.used_at,
    )
