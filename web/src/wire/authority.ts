// Made by tools/make_wire_types.py from ground_station/core/authority.py and audit.py: do not edit.
// For words and reasons only: the station decides.

export type Role =
  | 'pilot'
  | 'officer'
  | 'dispatcher'
  | 'cctv_operator'
  | 'lfr_operator'
  | 'enforcement_officer'
  | 'supervisor'
  | 'data_protection_officer'
  | 'auditor'
  | 'admin'

export type Permission =
  | 'see_map'
  | 'watch_video'
  | 'see_alerts'
  | 'decide_alerts'
  | 'manage_sources'
  | 'manage_agents'
  | 'see_people'
  | 'manage_people'
  | 'see_system'
  | 'read_audit'
  | 'see_sharing'
  | 'manage_sharing'
  | 'fly'
  | 'stop_flight'
  | 'see_papers'
  | 'record_permissions'
  | 'report_defects'
  | 'log_flights'
  | 'manage_crew'
  | 'manage_airspace'

export type Purpose =
  | 'officer_support'
  | 'fly_tipping'
  | 'suspect_tracking'
  | 'public_safety'
  | 'lfr_deployment'
  | 'maintenance'
  | 'training'

export type Act =
  | 'chain_begun'
  | 'key_rotated'
  | 'station_started'
  | 'signed_in'
  | 'sign_in_refused'
  | 'signed_out'
  | 'sign_in_revoked'
  | 'purpose_set'
  | 'factor_begun'
  | 'factor_added'
  | 'factor_removed'
  | 'password_changed'
  | 'recovery_used'
  | 'user_added'
  | 'user_changed'
  | 'user_disabled'
  | 'agent_invited'
  | 'agent_enrolled'
  | 'agent_token_rotated'
  | 'agent_revoked'
  | 'source_added'
  | 'source_removed'
  | 'video_watched'
  | 'alert_raised'
  | 'alert_decided'
  | 'organisation_added'
  | 'agreement_made'
  | 'agreement_ended'
  | 'disclosed'
  | 'audit_read'
  | 'exported'
  | 'backed_up'
  | 'restored'
  | 'vehicle_added'
  | 'vehicle_removed'
  | 'control_taken'
  | 'control_released'
  | 'control_offered'
  | 'flight_commanded'
  | 'flight_answered'
  | 'flight_logged'
  | 'flight_imported'
  | 'failsafe_began'
  | 'failsafe_ended'
  | 'dataset_imported'
  | 'dataset_dated'
  | 'dataset_used'
  | 'dataset_discarded'
  | 'zone_drawn'
  | 'zone_withdrawn'
  | 'operator_changed'
  | 'permission_asked'
  | 'permission_recorded'
  | 'permission_withdrawn'
  | 'document_added'
  | 'document_read'
  | 'conformance_changed'
  | 'mark_set'
  | 'mark_removed'
  | 'crew_changed'
  | 'airframe_changed'
  | 'battery_changed'
  | 'defect_found'
  | 'defect_fixed'
  | 'mission_saved'
  | 'mission_removed'
  | 'preflight_opened'
  | 'preflight_signed'
  | 'preflight_overridden'
  | 'preflight_void'
  | 'swept'

export const ROLE_WORDS: Record<Role, string> = {
  pilot: 'Pilot',
  officer: 'Officer',
  dispatcher: 'Dispatcher',
  cctv_operator: 'CCTV operator',
  lfr_operator: 'LFR operator',
  enforcement_officer: 'Enforcement officer',
  supervisor: 'Supervisor',
  data_protection_officer: 'Data protection officer',
  auditor: 'Auditor',
  admin: 'Admin',
}

export const PERMISSION_WORDS: Record<Permission, string> = {
  see_map: 'See map',
  watch_video: 'Watch video',
  see_alerts: 'See alerts',
  decide_alerts: 'Decide alerts',
  manage_sources: 'Manage sources',
  manage_agents: 'Manage agents',
  see_people: 'See people',
  manage_people: 'Manage people',
  see_system: 'See system',
  read_audit: 'Read audit',
  see_sharing: 'See sharing',
  manage_sharing: 'Manage sharing',
  fly: 'Fly',
  stop_flight: 'Stop flight',
  see_papers: 'See papers',
  record_permissions: 'Record permissions',
  report_defects: 'Report defects',
  log_flights: 'Log flights',
  manage_crew: 'Manage crew',
  manage_airspace: 'Manage airspace',
}

export const PURPOSE_WORDS: Record<Purpose, string> = {
  officer_support: 'Officer support',
  fly_tipping: 'Fly tipping',
  suspect_tracking: 'Suspect tracking',
  public_safety: 'Public safety',
  lfr_deployment: 'LFR deployment',
  maintenance: 'Maintenance',
  training: 'Training',
}

export const ACT_WORDS: Record<Act, string> = {
  chain_begun: 'Chain begun',
  key_rotated: 'Key rotated',
  station_started: 'Station started',
  signed_in: 'Signed in',
  sign_in_refused: 'Sign in refused',
  signed_out: 'Signed out',
  sign_in_revoked: 'Sign in revoked',
  purpose_set: 'Purpose set',
  factor_begun: 'Factor begun',
  factor_added: 'Factor added',
  factor_removed: 'Factor removed',
  password_changed: 'Password changed',
  recovery_used: 'Recovery used',
  user_added: 'User added',
  user_changed: 'User changed',
  user_disabled: 'User disabled',
  agent_invited: 'Agent invited',
  agent_enrolled: 'Agent enrolled',
  agent_token_rotated: 'Agent token rotated',
  agent_revoked: 'Agent revoked',
  source_added: 'Source added',
  source_removed: 'Source removed',
  video_watched: 'Video watched',
  alert_raised: 'Alert raised',
  alert_decided: 'Alert decided',
  organisation_added: 'Organisation added',
  agreement_made: 'Agreement made',
  agreement_ended: 'Agreement ended',
  disclosed: 'Disclosed',
  audit_read: 'Audit read',
  exported: 'Exported',
  backed_up: 'Backed up',
  restored: 'Restored',
  vehicle_added: 'Vehicle added',
  vehicle_removed: 'Vehicle removed',
  control_taken: 'Control taken',
  control_released: 'Control released',
  control_offered: 'Control offered',
  flight_commanded: 'Flight commanded',
  flight_answered: 'Flight answered',
  flight_logged: 'Flight logged',
  flight_imported: 'Flight imported',
  failsafe_began: 'Failsafe began',
  failsafe_ended: 'Failsafe ended',
  dataset_imported: 'Dataset imported',
  dataset_dated: 'Dataset dated',
  dataset_used: 'Dataset used',
  dataset_discarded: 'Dataset discarded',
  zone_drawn: 'Zone drawn',
  zone_withdrawn: 'Zone withdrawn',
  operator_changed: 'Operator changed',
  permission_asked: 'Permission asked',
  permission_recorded: 'Permission recorded',
  permission_withdrawn: 'Permission withdrawn',
  document_added: 'Document added',
  document_read: 'Document read',
  conformance_changed: 'Conformance changed',
  mark_set: 'Mark set',
  mark_removed: 'Mark removed',
  crew_changed: 'Crew changed',
  airframe_changed: 'Airframe changed',
  battery_changed: 'Battery changed',
  defect_found: 'Defect found',
  defect_fixed: 'Defect fixed',
  mission_saved: 'Mission saved',
  mission_removed: 'Mission removed',
  preflight_opened: 'Preflight opened',
  preflight_signed: 'Preflight signed',
  preflight_overridden: 'Preflight overridden',
  preflight_void: 'Preflight void',
  swept: 'Swept',
}

export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  pilot: ['decide_alerts', 'fly', 'log_flights', 'record_permissions', 'report_defects', 'see_alerts', 'see_map', 'see_papers', 'stop_flight', 'watch_video'],
  officer: ['see_alerts', 'see_map', 'watch_video'],
  dispatcher: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  cctv_operator: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  lfr_operator: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  enforcement_officer: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  supervisor: ['decide_alerts', 'log_flights', 'manage_airspace', 'manage_crew', 'manage_sources', 'record_permissions', 'report_defects', 'see_alerts', 'see_map', 'see_papers', 'see_people', 'see_sharing', 'see_system', 'stop_flight', 'watch_video'],
  data_protection_officer: ['manage_sharing', 'read_audit', 'see_map', 'see_people', 'see_sharing'],
  auditor: ['read_audit', 'see_map', 'see_papers', 'see_people', 'see_sharing', 'see_system'],
  admin: ['manage_agents', 'manage_airspace', 'manage_people', 'manage_sources', 'see_map', 'see_papers', 'see_people', 'see_sharing', 'see_system'],
}
