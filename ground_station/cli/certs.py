"""`run.py certs`: make what is missing of the certificates, and show them."""

from __future__ import annotations

from argparse import Namespace

from ground_station.cli.data_folder import DataFolder
from ground_station.cli.options import settings_from
from ground_station.core.clock import SystemClock
from ground_station.services.addresses import all_names, public_url
from ground_station.services.certificates import LocalAuthority, Served, check_served, shown


def run(arguments: Namespace) -> int:
    """Show what is served and what to put on the tablets.

    Raises:
        ConfigError, IntegrityError, Unavailable: it cannot be made or used.
    """
    settings = settings_from(arguments)
    station, now = settings.station, SystemClock().now()
    if station.certificate is not None and station.private_key is not None:
        served = Served(station.certificate, station.private_key, station.authority)
        check_served(served, now)
        print("The settings name a certificate, so this station's own authority is not used.")
        _show("Certificate", served)
        return 0
    folder = DataFolder(settings.data_folder)
    folder.make()
    authority = LocalAuthority(folder.path)
    made = authority.ensure(all_names(station), now, new_root=arguments.new_root)
    root = shown(authority.root_file)
    _show("Certificate, made now" if made else "Certificate", authority.served)
    print(f"\nAuthority, for tablets and other machines: {authority.root_file}")
    print(f"  good until {root.not_after:%Y-%m-%d}")
    print(f"  SHA-256 {root.fingerprint}")
    if station.https:
        print(f"  tablets can fetch it: {public_url(station)}/root-certificate")
    print("  Compare the fingerprint on the tablet before you trust it there (docs/deploy.md).")
    print("  Agents: python3 run.py camera ADDRESS --station URL --ca FILE")
    if not station.https:
        print("\nHTTPS is off: set station.https = true to serve with this certificate.")
    elif made:
        print("\nA running station serves a new certificate after its next start.")
    return 0


def _show(title: str, served: Served) -> None:
    certificate = shown(served.certificate)
    print(f"{title}: {served.certificate}")
    print(f"  names {', '.join(certificate.names)}")
    print(f"  good until {certificate.not_after:%Y-%m-%d}")
    print(f"  SHA-256 {certificate.fingerprint}")
