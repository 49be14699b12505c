"""One's own account: second factors, password, and the devices one is signed in on.

Anybody who is signed in may use these, also before a second factor or a new password is set up:
they are how one gets there.
"""

from __future__ import annotations

import flask

from ground_station.api.auth import Access, access, identity
from ground_station.api.bodies import checked_id, json_answer, json_body, no_content
from ground_station.api.parts import parts
from ground_station.api.places import site_of_request
from ground_station.api.schemas import (
    Account,
    AuthenticatorOffer,
    ConfirmCode,
    NewPasskey,
    NewPassword,
    PasskeyOptions,
    PasskeyView,
    PasswordOnly,
    RecoveryCodes,
)
from ground_station.api.views_people import sign_in_view

blueprint = flask.Blueprint("account", __name__)


@blueprint.get("/api/account")
@access(Access.SIGNED_IN)
def read_account() -> flask.Response:
    """One's second factors and devices."""
    return json_answer(_account())


@blueprint.post("/api/account/authenticator")
@access(Access.SIGNED_IN)
def begin_authenticator() -> flask.Response:
    """A new authenticator app; it counts once it is confirmed."""
    body = json_body(PasswordOnly)
    offer = parts().identities.account.begin_authenticator(identity(), body.password)
    return json_answer(AuthenticatorOffer(secret=offer.secret, uri=offer.uri, qr_svg=offer.qr_svg))


@blueprint.post("/api/account/authenticator/confirm")
@access(Access.SIGNED_IN)
def confirm_authenticator() -> flask.Response:
    """The app's first code; answers new recovery codes, shown this once."""
    body = json_body(ConfirmCode)
    codes = parts().identities.account.confirm_authenticator(identity(), body.code)
    return json_answer(RecoveryCodes(codes=codes))


@blueprint.delete("/api/account/authenticator")
@access(Access.SIGNED_IN)
def remove_authenticator() -> flask.Response:
    """Take the authenticator app off the account."""
    body = json_body(PasswordOnly)
    parts().identities.account.remove_authenticator(identity(), body.password)
    return json_answer(_account())


@blueprint.post("/api/account/passkeys/begin")
@access(Access.SIGNED_IN)
def begin_passkey() -> flask.Response:
    """What the browser needs to make a passkey."""
    body = json_body(PasswordOnly)
    options = parts().identities.passkeys.begin_adding(identity(), body.password, site_of_request())
    return json_answer(PasskeyOptions(options=options))


@blueprint.post("/api/account/passkeys")
@access(Access.SIGNED_IN)
def add_passkey() -> flask.Response:
    """Keep the passkey that the browser made."""
    body = json_body(NewPasskey)
    passkey = parts().identities.passkeys.add(
        identity(), body.name, body.credential, site_of_request()
    )
    view = PasskeyView(
        passkey_id=passkey.passkey_id,
        name=passkey.name,
        added_at=passkey.added_at,
        used_at=passkey.used_at,
    )
    return json_answer(view, 201)


@blueprint.delete("/api/account/passkeys/<passkey_id>")
@access(Access.SIGNED_IN)
def remove_passkey(passkey_id: str) -> flask.Response:
    """Take a passkey off the account."""
    checked_id(passkey_id, "passkey")
    body = json_body(PasswordOnly)
    parts().identities.account.remove_passkey(identity(), body.password, passkey_id)
    return json_answer(_account())


@blueprint.post("/api/account/recovery-codes")
@access(Access.SIGNED_IN)
def new_recovery_codes() -> flask.Response:
    """Ten new recovery codes, shown this once; the former ones are void."""
    body = json_body(PasswordOnly)
    codes = parts().identities.account.new_recovery_codes(identity(), body.password)
    return json_answer(RecoveryCodes(codes=codes))


@blueprint.post("/api/account/password")
@access(Access.SIGNED_IN)
def change_password() -> flask.Response:
    """Another password; the account's other sign-ins end."""
    body = json_body(NewPassword)
    parts().identities.account.change_password(identity(), body.old_password, body.new_password)
    return no_content()


@blueprint.delete("/api/account/sign-ins/<sign_in_id>")
@access(Access.SIGNED_IN)
def revoke_own_sign_in(sign_in_id: str) -> flask.Response:
    """Sign a device of one's own out."""
    checked_id(sign_in_id, "sign-in")
    parts().identities.account.revoke(identity(), sign_in_id)
    return no_content()


def _account() -> Account:
    who, account = identity(), parts().identities.account
    return Account(
        username=who.user.username,
        authenticator=account.has_authenticator(who),
        passkeys=[
            PasskeyView(
                passkey_id=one.passkey_id,
                name=one.name,
                added_at=one.added_at,
                used_at=one.used_at,
            )
            for one in account.passkeys(who)
        ],
        recovery_codes_left=account.recovery_codes_left(who),
        sign_ins=[sign_in_view(one, who.sign_in.sign_in_id) for one in account.sign_ins(who)],
    )
