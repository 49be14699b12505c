// Roles in words, and who could do what somebody may not.

import { ROLE_PERMISSIONS, ROLE_WORDS, type Permission, type Role } from '../wire/authority'

export const isRole = (role: string): role is Role => Object.hasOwn(ROLE_WORDS, role)

export const roleWords = (role: string | null): string => (role && isRole(role) ? ROLE_WORDS[role] : (role ?? ''))

export const ROLES = Object.keys(ROLE_WORDS) as Role[]

/** "Supervisor, Admin": the roles that have a permission. */
export const whoMay = (permission: Permission): string =>
  ROLES.filter((role) => ROLE_PERMISSIONS[role].includes(permission))
    .map((role) => ROLE_WORDS[role])
    .join(', ')

/** These may do nothing before they have a second factor; the station says so too. */
export const NEEDS_SECOND_FACTOR: ReadonlySet<string> = new Set(['supervisor', 'admin', 'data_protection_officer'])
