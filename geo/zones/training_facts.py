"""Published facts of the London area's zones, typed by hand; `training` makes zones of them.

From the UK AIP, ENR 5.1 (UAS flight restrictions, NATS, AIRAC of 14 May 2026): designators,
centres and corners to the whole second (31 m north-south, 19 m east-west), radii and upper limits.
Runway thresholds and landing tracks: worked back from the published outer edges of the runway
protection zones (5 km, CAP 1763). Aerodromes' levels: AIP AD 2 for Heathrow, otherwise as noted.
"""

from __future__ import annotations

from dataclasses import dataclass

AIP = "UK AIP ENR 5.1, UAS flight restrictions (NATS), AIRAC 2026-05-14"
FRZ_LAW = (
    "Air Navigation Order 2016 (SI 2016/765) arts 94A and 94B, as substituted by SI 2019/261 and "
    "amended by SI 2020/1555"
)
PRISON_LAW = "SI 2023/1101, in force 25 January 2024, under art 239 of the Air Navigation Order"


@dataclass(frozen=True, slots=True)
class Runway:
    """One landing direction: threshold (lat, lon) and true landing track."""

    name: str
    lat: float
    lon: float
    track_deg: float


@dataclass(frozen=True, slots=True)
class Aerodrome:
    """A flight restriction zone.

    Attributes:
        centre: the notified mid-point of the longest runway.
        longest_runway_m: which decides the radius; None: it has no aerodrome traffic zone, or is
            no runway. Where not said otherwise the distance between its landing thresholds, which
            may be displaced: that is at least the length it has to be, and the published radius
            (2 NM) says that it is not more than 1,850 m.
        notified_nm: a radius that is notified whatever the length.
        level_ft: of the aerodrome above mean sea level. level_note: where that figure is from.
        half_width_m: of its runway protection zones.
    """

    zone_id: str
    name: str
    centre: str
    longest_runway_m: float | None
    level_ft: float
    level_note: str
    authority: str
    contact: str
    runways: tuple[Runway, ...] = ()
    half_width_m: float = 500.0
    notified_nm: float | None = None


@dataclass(frozen=True, slots=True)
class Restricted:
    """A zone with one shape (a circle if `radius_nm`, else corners) up to a height above sea.

    Attributes:
        lets_in_mps: its instrument permits "any aircraft in the service of the Chief Officer of
            Police for the Metropolitan Police District".
    """

    zone_id: str
    name: str
    kind: str
    shape: str
    upper_ft: float
    authority: str
    contact: str
    law: str
    radius_nm: float | None = None
    lets_in_mps: bool = False


_AD_2 = "the AIP's aerodrome section AD 2 gives the numbers; outside its hours the operator"
_OURAIRPORTS = "OurAirports"
_UNCHECKED = "not checked against the AIP"

AERODROMES = (
    Aerodrome(
        "EGR1U028A",
        "London Heathrow flight restriction zone",
        "512839N 0002741W",
        3_899,  # 3,592 m between its thresholds, one displaced by 307 m
        83,
        "UK AIP AD 2.EGLL",
        "London Heathrow air traffic control",
        _AD_2,
        (
            Runway("09L", 51.477456, -0.484991, 89.69),
            Runway("27R", 51.477631, -0.433283, 269.69),
            Runway("09R", 51.464748, -0.482314, 89.70),
            Runway("27L", 51.464906, -0.434100, 269.70),
        ),
        750.0,
    ),
    Aerodrome(
        "EGR1U043A",
        "London Heliport flight restriction zone",
        "512812N 0001046W",
        None,
        18,
        _OURAIRPORTS,
        "London Heliport air traffic control (07:00-23:00 local), else the heliport's operator",
        "020-7228 0181, info@londonheliport.co.uk",
    ),
    Aerodrome(
        "EGR1U029A",
        "Northolt flight restriction zone",
        "513310N 0002511W",
        1_592,
        124,
        _UNCHECKED,
        "RAF Northolt air traffic control",
        "the UK Military AIP, section AD 2",
        (
            Runway("07", 51.550339, -0.429720, 69.84),
            Runway("25", 51.555268, -0.408169, 249.82),
        ),
    ),
    Aerodrome(
        "EGR1U035A",
        "London City flight restriction zone",
        "513019N 0000319E",
        1_335,
        19,
        _UNCHECKED,
        "London City air traffic control",
        _AD_2,
        (
            Runway("09", 51.505483, 0.045755, 92.88),
            Runway("27", 51.504881, 0.064952, 272.88),
        ),
    ),
    Aerodrome(
        "EGR1U027A",
        "Denham flight restriction zone",
        "513518N 0003047W",
        650,
        249,
        _OURAIRPORTS,
        "Denham's flight information service, else the aerodrome's operator",
        _AD_2,
        (
            Runway("06", 51.586773, -0.517319, 59.22),
            Runway("24", 51.589763, -0.509256, 239.21),
            Runway("12", 51.589215, -0.515021, 118.12),
            Runway("30", 51.588165, -0.511856, 298.11),
        ),
    ),
    Aerodrome(
        "EGR1U031A",
        "Elstree flight restriction zone",
        "513921N 0001933W",
        651,
        332,
        _OURAIRPORTS,
        "Elstree's flight information service, else the aerodrome's operator",
        _AD_2,
        (
            Runway("08", 51.655256, -0.330468, 79.66),
            Runway("26", 51.656308, -0.321210, 259.67),
        ),
    ),
    Aerodrome(
        "EGR1U034A",
        "Biggin Hill flight restriction zone",
        "511951N 0000157E",
        1_806,  # OurAirports
        584,
        _OURAIRPORTS,
        "Biggin Hill air traffic control, else the aerodrome's operator",
        _AD_2,
        (
            Runway("03", 51.325646, 0.028388, 25.69),
            Runway("21", 51.338245, 0.038088, 205.70),
        ),
        notified_nm=2.5,
    ),
    Aerodrome(
        "EGR1U045A",
        "Kenley flight restriction zone",
        "511821N 0000536W",
        None,
        560,
        "sources differ (256 or 560 ft): the higher",
        "Kenley's operator",
        "the UK Military AIP, section AD 2",
    ),
    Aerodrome(
        "EGR1U026A",
        "Fairoaks flight restriction zone",
        "512053N 0003331W",
        745,
        80,
        _OURAIRPORTS,
        "Fairoaks' flight information service, else the aerodrome's operator",
        _AD_2,
        (
            Runway("06", 51.346306, -0.562961, 57.89),
            Runway("24", 51.349875, -0.553911, 237.89),
        ),
    ),
    Aerodrome(
        "EGR1U036A",
        "Stapleford flight restriction zone",
        "513909N 0000922E",
        907,
        185,
        _OURAIRPORTS,
        "Stapleford's flight information service, else the aerodrome's operator",
        _AD_2,
        (
            Runway("03L", 51.648721, 0.151044, 35.50),
            Runway("21R", 51.655329, 0.158639, 215.49),
            Runway("03R", 51.648510, 0.151483, 35.49),
            Runway("21L", 51.655146, 0.159084, 215.49),
        ),
    ),
)

_NSF = "NATS, Enhanced Non-Standard Flight clearance (unless exempt by the statutory instrument)"
_NSF_CONTACT = "nsf.nats.aero, 21 to 28 days before"
_UNDER_239 = "under art 239 of the Air Navigation Order"
_HMPPS = "HM Prison and Probation Service"
_HMPPS_CONTACT = "drone.RFZapplication@justice.gov.uk"
_HELIPORT_TOO = f"{_HMPPS}, and London Heliport"
_HELIPORT_CONTACT = f"{_HMPPS_CONTACT}; 020-7228 0181, info@londonheliport.co.uk"
_NSF_TOO = f"{_HMPPS}, and NATS Non-Standard Flight applications"
_BOTH_CONTACT = f"{_HMPPS_CONTACT}; nsf.nats.aero"

AREAS = (
    Restricted(
        "EGR157",
        "Hyde Park restricted area",
        "restricted",
        "513212N 0000911W - 513020N 0000648W - arc 0.55 513000N 0000730W - 513001N 0000637W - "
        "512917N 0000634W - arc 0.55 512915N 0000726W - 512852N 0000649W - 512834N 0000719W - "
        "arc 0.55 512857N 0000756W - 512858N 0000849W - 512921N 0000847W - 512939N 0001132W - "
        "arc 0.55 513011N 0001123W - 513028N 0001209W - 513208N 0001038W - "
        "arc 0.55 513151N 0000952W",
        1400,
        _NSF,
        _NSF_CONTACT,
        f"SI 2017/1300 {_UNDER_239}",
        lets_in_mps=True,
    ),
    Restricted(
        "EGR158",
        "City of London restricted area",
        "restricted",
        "513125N 0000547W - 513118N 0000439W - 513043N 0000418W - 513016N 0000433W - "
        "513037N 0000704W - 513108N 0000653W",
        1400,
        _NSF,
        _NSF_CONTACT,
        f"SI 2004/2092 {_UNDER_239}",
        lets_in_mps=True,
    ),
    Restricted(
        "EGR159",
        "Isle of Dogs restricted area",
        "restricted",
        "513035N 0000025W - 512954N 0000033W - 512938N 0000022W - arc 0.3 512931N 0000049W - "
        "512921N 0000113W - 513000N 0000154W - arc 0.55 513018N 0000110W",
        1400,
        _NSF,
        _NSF_CONTACT,
        f"SI 2004/2091 {_UNDER_239}",
        lets_in_mps=True,
    ),
    Restricted(
        "EGR156",
        "Windsor Castle restricted area",
        "restricted",
        "512902N 0003614W",
        2500,
        "Metropolitan Police (Royalty and Specialist Protection)",
        "as the statutory instrument says",
        f"SI 2021/1137 {_UNDER_239}",
        1.25,
    ),
    Restricted(
        "EGR161",
        "Windsor Great Park restricted area",
        "restricted",
        "512635N 0003814W",
        2500,
        "Thames Valley Police",
        "pgairspacerequests@thamesvalley.police.uk",
        f"SI 2025/1177 {_UNDER_239}",
        0.65,
    ),
    Restricted(
        "EGR1U077",
        "HMP Wormwood Scrubs",
        "prison",
        "513116N 0001456W - 513119N 0001401W - 513047N 0001352W - 513044N 0001445W - "
        "513057N 0001454W",
        500,
        _HMPPS,
        _HMPPS_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U075",
        "HMP Wandsworth",
        "prison",
        "512722N 0001030W - 512653N 0001006W - 512636N 0001042W - 512659N 0001111W - "
        "512714N 0001056W",
        600,
        _HELIPORT_TOO,
        _HELIPORT_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U053",
        "HMP Brixton",
        "prison",
        "512722N 0000738W - 512718N 0000710W - 512709N 0000703W - 512656N 0000707W - "
        "512650N 0000721W - 512653N 0000755W - 512714N 0000758W",
        600,
        _HELIPORT_TOO,
        _HELIPORT_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U068",
        "HMP Pentonville",
        "prison",
        "513256N 0000726W - 513258N 0000659W - 513257N 0000641W - 513231N 0000624W - "
        "513222N 0000721W",
        600,
        _HMPPS,
        _HMPPS_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U051",
        "HMP Belmarsh, Thameside and Isis",
        "prison",
        "513012N 0000557E - 512942N 0000624E - 512930N 0000550E - 512918N 0000540E - "
        "512927N 0000450E - 512952N 0000501E",
        500,
        _NSF_TOO,
        _BOTH_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U063",
        "HMP Feltham",
        "prison",
        "512644N 0002615W - 512640N 0002532W - 512559N 0002547W - 512607N 0002647W - "
        "512639N 0002641W",
        500,
        _NSF_TOO,
        _BOTH_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U054",
        "HMP Bronzefield",
        "prison",
        "512610N 0002935W - 512618N 0002841W - 512554N 0002832W - 512544N 0002845W - "
        "512541N 0002907W - 512549N 0002925W",
        500,
        _NSF_TOO,
        _BOTH_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U059",
        "HMP Downview and High Down",
        "prison",
        "512036N 0001131W - 512039N 0001059W - 512019N 0001050W - 511952N 0001055W - "
        "511948N 0001137W - 511959N 0001154W - 512027N 0001150W",
        900,
        _HMPPS,
        _HMPPS_CONTACT,
        PRISON_LAW,
    ),
    Restricted(
        "EGR1U082",
        "Lippitt's Hill (National Police Air Service)",
        "restricted",
        "513916N 0000103E",
        1350,
        "National Police Air Service, Operations Centre",
        "ops.centre@npas.police.uk, 01924-962814",
        f"Restriction of flying {_UNDER_239} (the dataset names no instrument)",
        0.5,
    ),
    Restricted(
        "EGR1U109",
        "Northwood (National Security Act prohibited place)",
        "restricted",
        "513714N 0002447W - 513720N 0002439W - 513719N 0002430W - 513717N 0002428W - "
        "513705N 0002427W - 513700N 0002431W - 513703N 0002447W - 513706N 0002451W",
        900,
        "the site, through the CAA's customer portal",
        "STRATCOM-RAR-site32@mod.gov.uk, portal.caa.co.uk",
        "Restriction of flying over a prohibited place, National Security Act 2023",
    ),
)
