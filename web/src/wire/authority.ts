// Made by tools/make_wire_types.py from ground_station/core/authority.py: do not edit.
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
  | 'export_organisation'

export type Purpose =
  | 'officer_support'
  | 'fly_tipping'
  | 'suspect_tracking'
  | 'public_safety'
  | 'lfr_deployment'
  | 'maintenance'
  | 'training'

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
  export_organisation: 'Export organisation',
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

export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  pilot: ['see_alerts', 'see_map', 'watch_video'],
  officer: ['see_alerts', 'see_map', 'watch_video'],
  dispatcher: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  cctv_operator: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  lfr_operator: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  enforcement_officer: ['decide_alerts', 'see_alerts', 'see_map', 'watch_video'],
  supervisor: ['decide_alerts', 'manage_sources', 'see_alerts', 'see_map', 'see_people', 'see_sharing', 'see_system', 'watch_video'],
  data_protection_officer: ['export_organisation', 'manage_sharing', 'read_audit', 'see_map', 'see_people', 'see_sharing'],
  auditor: ['read_audit', 'see_map', 'see_people', 'see_sharing', 'see_system'],
  admin: ['manage_agents', 'manage_people', 'manage_sources', 'see_map', 'see_people', 'see_sharing', 'see_system'],
}
