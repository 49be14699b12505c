"""What one command does with an installation's database while no station needs to run: a part of
the composition root `app`, which gives these on."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from ground_station.core.agent_protocol import AgentKind
from ground_station.core.audit import Act, Actor, AuditEntry
from ground_station.core.clock import SystemClock
from ground_station.core.ids import new_id
from ground_station.core.registry import Agent, token_hash
from ground_station.core.settings import Settings
from ground_station.services.accounts import Accounts, FirstSignIn, first_users
from ground_station.services.enrolment import Enrolments
from ground_station.services.identities import join_identities
from ground_station.services.identity import Stores
from ground_station.services.passwords import Passwords
from ground_station.services.sharing import Sharing
from ground_station.store import (
    AuditChain,
    ChainCheck,
    Database,
    SqlAgents,
    SqlEnrolments,
    SqlFactors,
    SqlOrganisations,
    SqlSignIns,
    SqlUsers,
    check_all,
    export_lines,
    migrate_database,
    open_audit,
    open_station_database,
    prepare_database,
)
from ground_station.store.station_key import key_for_accounts
from ground_station.store.station_lock import used_by_command

# The settings, whose store.url is followed; or a bare data folder, for a SQLite file in it.
Where = Settings | Path


def _folder(where: Where) -> Path:
    return where if isinstance(where, Path) else where.data_folder


def _url(where: Where) -> SecretStr | None:
    return None if isinstance(where, Path) else where.store.url


@contextmanager
def opened_audit(where: Where) -> Iterator[AuditChain]:
    """The audit log for one command, which commits each record by itself."""
    with opened_store(where) as database:
        yield open_audit(database, _folder(where), SystemClock())


@contextmanager
def opened_sharing(where: Where) -> Iterator[Sharing]:
    """Organisations and agreements for one command."""
    with opened_store(where) as database:
        audit = open_audit(database, _folder(where), SystemClock())
        yield Sharing(SqlOrganisations(database), audit, SystemClock())


def verify_audit(where: Where) -> ChainCheck:
    """Check the whole audit log (IntegrityError names the first record that is wrong)."""
    with opened_store(where) as database:
        return check_all(database)


def exported_audit(where: Where, organisation_id: str | None) -> Iterator[str]:
    """The audit log as JSON lines, after writing into it that it was exported."""
    entry = AuditEntry(Act.EXPORTED, Actor.COMMAND_LINE, None, organisation_id, "audit_log")
    with opened_store(where) as database:
        open_audit(database, _folder(where), SystemClock()).append(entry)
        yield from export_lines(database, SystemClock().now(), organisation_id)


def prepare_store(where: Where) -> Path | None:
    """Make or migrate the database; the backup made of an older one, or None."""
    with used_by_command(_folder(where)):
        return prepare_database(_folder(where), _url(where))


def migrate_store(where: Where) -> Path | None:
    """As `prepare_store`, for commands: NotFound where there is no database yet."""
    with used_by_command(_folder(where)):
        return migrate_database(_folder(where), _url(where))


@contextmanager
def opened_accounts(where: Where) -> Iterator[Accounts]:
    """People's accounts, for one command."""
    with opened_store(where) as database:
        clock = SystemClock()
        yield join_identities(
            Stores(
                SqlUsers(database),
                SqlSignIns(database),
                SqlFactors(database),
                open_audit(database, _folder(where), clock),
            ),
            station_key=key_for_accounts(_folder(where), database),
            passwords=Passwords(),
            clock=clock,
            session_hours=1,
        ).accounts


def ensure_first_users(where: Where) -> list[FirstSignIn]:
    """Make the accounts an installation begins with, unless there are some; see `first_users`."""
    with opened_accounts(where) as accounts:
        return first_users(accounts)


def set_password(where: Where, username: str, password: str) -> None:
    """Change a password and end that person's sign-ins (NotFound, InvalidInput)."""
    with opened_accounts(where) as accounts:
        accounts.set_password(username, password)


def issue_agent_token(where: Where, *, name: str, kind: AgentKind) -> str:
    """A new token for the agent of that name and kind, in place of its former one. Only its hash
    is kept, so this is the only time it is seen."""
    token = secrets.token_urlsafe(32)
    with opened_store(where) as database:
        organisation = SqlUsers(database).default_organisation_id()
        SqlAgents(database).issue(
            Agent(new_id(), organisation, name, kind, token_hash(token), revoked_at=None)
        )
    return token


@contextmanager
def opened_store(where: Where) -> Iterator[Database]:
    """An open database for one command."""
    with used_by_command(_folder(where)):
        database = open_station_database(_folder(where), _url(where))
        try:
            yield database
        finally:
            database.close()


@contextmanager
def opened_enrolments(where: Where) -> Iterator[tuple[Enrolments, str]]:
    """The agents' enrolments for one command, and the organisation they are of."""
    with opened_store(where) as database:
        clock = SystemClock()
        audit = open_audit(database, _folder(where), clock)
        organisation_id = SqlUsers(database).default_organisation_id()
        enrolments = Enrolments(
            repository=SqlEnrolments(database),
            own_organisation_id=organisation_id,
            audit=audit,
            clock=clock,
        )
        yield enrolments, organisation_id
