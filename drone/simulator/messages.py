"""The MAVLink messages the vehicle can send, made from what its autopilot knows now."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from pymavlink.dialects.v20 import ardupilotmega as mav

from drone.simulator import payload_messages as payload
from drone.simulator import traffic_messages as traffic
from drone.simulator.landed import Severity
from drone.simulator.mission import RunState
from drone.simulator.modes import Mode
from drone.simulator.payload_messages import quaternion
from drone.simulator.pilot import Pilot
from drone.simulator.radio import CHANNELS, PULSE_US, strength
from drone.simulator.traffic_messages import home_distance_m

Message = Any  # pymavlink has no types
# Of the pilot and milliseconds since boot: a message, several, or None where there is none.
Maker = Callable[[Pilot, int], Message]

NO_VALUE_U16 = 65535
SATELLITES = 14
EKF_GOOD, EKF_NO_POSITION = 831, 165  # ESTIMATOR bits: all but terrain; no position, constant mode
_SENSORS = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x400 | 0x800 | 0x1000 | 0x2000 | 0x4000 | 0x8000
_GEOFENCE, _AHRS, _BATTERY, _PREARM = 0x100000, 0x200000, 0x2000000, 0x10000000
_RC = 0x10000
_GPS = 0x20
_CAPABILITIES = 1 | 2 | 4 | 8 | 256 | 8192 | 16384 | 32768  # missions, commands, fence, rally, v2
_VERSION_4_7_DEV = (4 << 24) | (7 << 16)
_GRAVITY_MG = -1000
_EKF_PLACE = 16  # the place over ground, which goes on as a guess without GPS
_GEOID_M = 46.0  # of London, above the ellipsoid
_H_ACC_MM, _V_ACC_MM, _SPEED_ACC_MM_S = 700, 1200, 150


def heartbeat(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    flies_itself = pilot.mode is not Mode.STABILIZE
    base_mode = 1 | 16 | 64 | (8 if flies_itself else 0) | (128 if pilot.armed else 0)
    status = 5 if pilot.failsafes.any and pilot.armed else 4 if pilot.armed else 3
    return mav.MAVLink_heartbeat_message(2, 3, base_mode, pilot.mode, status, 3)


def global_position_int(pilot: Pilot, boot_ms: int) -> Message:
    lat, lon, amsl_m = pilot.estimated()
    east, north, up = pilot.model.velocity
    return mav.MAVLink_global_position_int_message(
        boot_ms,
        round(lat * 1e7),
        round(lon * 1e7),
        round(amsl_m * 1000),
        round((amsl_m - pilot.home_where()[2]) * 1000),
        round(north * 100),
        round(east * 100),
        round(-up * 100),
        round((pilot.heading_deg + pilot.noise.attitude_deg[2]) * 100) % 36000,
    )


def attitude(pilot: Pilot, boot_ms: int) -> Message:
    roll, pitch, yaw = _angles(pilot)
    turning = math.radians(pilot.model.yaw_rate_deg_s)
    return mav.MAVLink_attitude_message(boot_ms, roll, pitch, yaw, 0.0, 0.0, turning)


def attitude_quaternion(pilot: Pilot, boot_ms: int) -> Message:
    turn = quaternion(*(math.degrees(angle) for angle in _angles(pilot)))
    turning = math.radians(pilot.model.yaw_rate_deg_s)
    return mav.MAVLink_attitude_quaternion_message(boot_ms, *turn, 0.0, 0.0, turning)


def local_position_ned(pilot: Pilot, boot_ms: int) -> Message:
    where, speed = pilot.position, pilot.model.velocity
    return mav.MAVLink_local_position_ned_message(
        boot_ms, where.north, where.east, -where.up, speed.north, speed.east, -speed.up
    )


def vfr_hud(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    speed = math.hypot(pilot.model.velocity.east, pilot.model.velocity.north)
    throttle = min(100, round(pilot.battery.current_a * 3.5)) if pilot.armed else 0
    return mav.MAVLink_vfr_hud_message(
        pilot.model.airspeed_mps,
        speed,
        round(pilot.model.heading_deg) % 360,
        throttle,
        pilot.where()[2],
        pilot.model.velocity.up,
    )


def sys_status(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    monitor = pilot.monitor
    present = _SENSORS | _GEOFENCE | _AHRS | _PREARM
    present |= (_BATTERY if monitor.there else 0) | (_RC if pilot.radio.fitted else 0)
    enabled = present & ~(0 if pilot.fencing.enabled else _GEOFENCE)
    health = present
    if not pilot.gps_fix:
        health &= ~_GPS
    if not pilot.position_known:
        health &= ~(_AHRS | _PREARM)
    if pilot.failsafes.battery:
        health &= ~_BATTERY
    if pilot.fencing.breached():
        health &= ~_GEOFENCE
    if not pilot.radio.heard:
        health &= ~_RC
    return mav.MAVLink_sys_status_message(
        present,
        enabled,
        health,
        120,
        round(monitor.voltage_v * 1000) if monitor.there else NO_VALUE_U16,
        round(pilot.battery.current_a * 100) if monitor.there else -1,
        monitor.percent,
        0,
        0,
        0,
        0,
        0,
        0,
    )


def gps_raw_int(pilot: Pilot, boot_ms: int) -> Message:
    if not pilot.gps_fix:
        return mav.MAVLink_gps_raw_int_message(
            boot_ms * 1000, 1, 0, 0, 0, 9999, 9999, 0, NO_VALUE_U16, 0
        )
    lat, lon, amsl_m = pilot.measured()
    east, north, _ = pilot.model.velocity
    speed = math.hypot(east, north)
    course = round(math.degrees(math.atan2(east, north)) % 360 * 100) % 36000
    return mav.MAVLink_gps_raw_int_message(
        boot_ms * 1000,
        6,
        round(lat * 1e7),
        round(lon * 1e7),
        round(amsl_m * 1000),
        80,
        120,
        round(speed * 100),
        course,
        SATELLITES,
        *(round((amsl_m + _GEOID_M) * 1000), _H_ACC_MM, _V_ACC_MM, _SPEED_ACC_MM_S),
    )


def battery_status(pilot: Pilot, boot_ms: int) -> Message | None:
    del boot_ms
    if not pilot.monitor.there:
        return None
    battery = pilot.battery
    voltages = [round(battery.voltage_v * 1000)] + [NO_VALUE_U16] * 9
    return mav.MAVLink_battery_status_message(
        0,
        0,
        0,
        32767,
        voltages,
        round(battery.current_a * 100),
        round(battery.used_mah),
        -1,
        pilot.monitor.percent,
        round(battery.seconds_left),
        1 if not pilot.failsafes.battery else 2,
    )


def extended_sys_state(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    return mav.MAVLink_extended_sys_state_message(0, pilot.landed)


def home_position(pilot: Pilot, boot_ms: int) -> Message | None:
    if not pilot.has_home:
        return None
    lat, lon, amsl_m = pilot.home_where()
    home = pilot.home
    return mav.MAVLink_home_position_message(
        round(lat * 1e7),
        round(lon * 1e7),
        round(amsl_m * 1000),
        home.north,
        home.east,
        -home.up,
        [1.0, 0.0, 0.0, 0.0],
        0.0,
        0.0,
        0.0,
        boot_ms * 1000,
    )


def gps_global_origin(pilot: Pilot, boot_ms: int) -> Message | None:
    if not pilot.has_home:
        return None
    settings = pilot.settings
    return mav.MAVLink_gps_global_origin_message(
        round(settings.lat * 1e7),
        round(settings.lon * 1e7),
        round(settings.home_amsl_m * 1000),
        boot_ms * 1000,
    )


def mission_current(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    mission = pilot.mission
    total = max(0, len(mission.items) - 1) or NO_VALUE_U16
    in_auto = 1 if pilot.mode is Mode.AUTO else 2
    state = mission.state if total != NO_VALUE_U16 else RunState.NO_MISSION
    return mav.MAVLink_mission_current_message(mission.current, total, state, in_auto)


def ekf_status_report(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    flags = EKF_GOOD if pilot.position_known else EKF_NO_POSITION
    if pilot.position_known and not pilot.gps_fix:
        flags &= ~_EKF_PLACE
    off = pilot.estimator.variance
    return mav.MAVLink_ekf_status_report_message(flags, off, off, 0.05, 0.05, 0.0, 0.0)


def system_time(pilot: Pilot, boot_ms: int) -> Message:
    unix_us = round(time.time() * 1e6) if pilot.gps_fix else 0
    return mav.MAVLink_system_time_message(unix_us, boot_ms)


def fence_status(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    breach, fencing = pilot.fencing.breach, pilot.fencing
    last_ms = round(fencing.breached_s * 1000) & 0xFFFFFFFF
    return mav.MAVLink_fence_status_message(int(breach > 0), fencing.breaches, breach, last_ms)


def wind(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    east, north = pilot.wind
    comes_from = math.degrees(math.atan2(-east, -north)) % 360
    return mav.MAVLink_wind_message(comes_from, math.hypot(east, north), 0.0)


def rc_channels(pilot: Pilot, boot_ms: int) -> Message:
    """No channels where no remote control is there; the last ones, and no strength, once it is
    lost."""
    if not pilot.radio.fitted:
        return mav.MAVLink_rc_channels_message(boot_ms, 0, *[0] * 18, 255)
    strong = strength(home_distance_m(pilot)) if pilot.radio.heard else 0
    sticks = [PULSE_US] * CHANNELS + [0] * (18 - CHANNELS)
    return mav.MAVLink_rc_channels_message(boot_ms, CHANNELS, *sticks, strong)


def raw_imu(pilot: Pilot, boot_ms: int) -> Message:
    del pilot
    return mav.MAVLink_raw_imu_message(boot_ms * 1000, 0, 0, _GRAVITY_MG, 0, 0, 0, 190, 0, 440)


def scaled_imu(pilot: Pilot, boot_ms: int) -> Message:
    del pilot
    return mav.MAVLink_scaled_imu_message(boot_ms, 0, 0, _GRAVITY_MG, 0, 0, 0, 190, 0, 440)


def scaled_pressure(pilot: Pilot, boot_ms: int) -> Message:
    return mav.MAVLink_scaled_pressure_message(boot_ms, _pressure_hpa(pilot), 0.0, 2500)


def highres_imu(pilot: Pilot, boot_ms: int) -> Message:
    hectopascal = _pressure_hpa(pilot)
    return mav.MAVLink_highres_imu_message(
        boot_ms * 1000,
        *(0.0, 0.0, _GRAVITY_MG * 0.00981),
        *(0.0, 0.0, 0.0),
        *(0.19, 0.0, 0.44),
        *(hectopascal, 0.0, pilot.where()[2], 25.0, 0x1FFF),
    )


def distance_sensor(pilot: Pilot, boot_ms: int) -> None:
    """ArduCopter takes a rate for it and sends nothing where there is no such sensor."""
    del pilot, boot_ms


def autopilot_version(pilot: Pilot, boot_ms: int) -> Message:
    del boot_ms
    nothing, system = [0] * 8, pilot.settings.system_id
    return mav.MAVLink_autopilot_version_message(
        _CAPABILITIES, _VERSION_4_7_DEV, 0, 0, 0, nothing, nothing, nothing, 0, 0, system
    )


def statustext(severity: Severity, text: str) -> Message:
    """Texts are cut at MAVLink's 50 bytes."""
    return mav.MAVLink_statustext_message(severity, text.encode()[:50])


# What a rate may be asked for (511), or one of (512).
STREAMS: dict[int, Maker] = {
    mav.MAVLINK_MSG_ID_HEARTBEAT: heartbeat,
    mav.MAVLINK_MSG_ID_SYS_STATUS: sys_status,
    mav.MAVLINK_MSG_ID_SYSTEM_TIME: system_time,
    mav.MAVLINK_MSG_ID_GPS_RAW_INT: gps_raw_int,
    mav.MAVLINK_MSG_ID_SCALED_IMU: scaled_imu,
    mav.MAVLINK_MSG_ID_RAW_IMU: raw_imu,
    mav.MAVLINK_MSG_ID_SCALED_PRESSURE: scaled_pressure,
    mav.MAVLINK_MSG_ID_ATTITUDE: attitude,
    mav.MAVLINK_MSG_ID_ATTITUDE_QUATERNION: attitude_quaternion,
    mav.MAVLINK_MSG_ID_LOCAL_POSITION_NED: local_position_ned,
    mav.MAVLINK_MSG_ID_GLOBAL_POSITION_INT: global_position_int,
    mav.MAVLINK_MSG_ID_MISSION_CURRENT: mission_current,
    mav.MAVLINK_MSG_ID_GPS_GLOBAL_ORIGIN: gps_global_origin,
    mav.MAVLINK_MSG_ID_RC_CHANNELS: rc_channels,
    mav.MAVLINK_MSG_ID_VFR_HUD: vfr_hud,
    mav.MAVLINK_MSG_ID_HIGHRES_IMU: highres_imu,
    mav.MAVLINK_MSG_ID_DISTANCE_SENSOR: distance_sensor,
    mav.MAVLINK_MSG_ID_BATTERY_STATUS: battery_status,
    mav.MAVLINK_MSG_ID_FENCE_STATUS: fence_status,
    mav.MAVLINK_MSG_ID_WIND: wind,
    mav.MAVLINK_MSG_ID_EKF_STATUS_REPORT: ekf_status_report,
    mav.MAVLINK_MSG_ID_HOME_POSITION: home_position,
    mav.MAVLINK_MSG_ID_EXTENDED_SYS_STATE: extended_sys_state,
    mav.MAVLINK_MSG_ID_SERVO_OUTPUT_RAW: payload.servo_output_raw,
    mav.MAVLINK_MSG_ID_RELAY_STATUS: payload.relay_status,
    mav.MAVLINK_MSG_ID_CAMERA_SETTINGS: payload.camera_settings,
    mav.MAVLINK_MSG_ID_CAMERA_CAPTURE_STATUS: payload.camera_capture_status,
    mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_STATUS: payload.gimbal_manager_status,
    mav.MAVLINK_MSG_ID_GIMBAL_DEVICE_ATTITUDE_STATUS: payload.gimbal_device_attitude_status,
    mav.MAVLINK_MSG_ID_ADSB_VEHICLE: traffic.adsb_vehicles,
}
ON_REQUEST: dict[int, Maker] = {
    **STREAMS,
    mav.MAVLINK_MSG_ID_AUTOPILOT_VERSION: autopilot_version,
    mav.MAVLINK_MSG_ID_CAMERA_INFORMATION: payload.camera_information,
    mav.MAVLINK_MSG_ID_STORAGE_INFORMATION: payload.storage_information,
    mav.MAVLINK_MSG_ID_GIMBAL_MANAGER_INFORMATION: payload.gimbal_manager_information,
}


def _pressure_hpa(pilot: Pilot) -> float:
    """Of the standard atmosphere."""
    return float(1013.25 * (1 - pilot.where()[2] / 44330.0) ** 5.255)


def _angles(pilot: Pilot) -> tuple[float, float, float]:
    """Roll, pitch, yaw in radians, yaw within half a turn."""
    roll, pitch, yaw = pilot.noise.attitude_deg
    yaw_deg = (pilot.heading_deg + yaw + 180.0) % 360.0 - 180.0
    return (
        math.radians(pilot.model.roll_deg + roll),
        math.radians(pilot.model.pitch_deg + pitch),
        math.radians(yaw_deg),
    )
