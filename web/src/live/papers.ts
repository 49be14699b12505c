// Asking for a permission, and recording one: what a verdict leads to. Whoever shows the dialogs
// (screens/) follows `asked`; the map and its panels only call `openRequest` and `openPermission`.

import { signal } from '@preact/signals'
import type { CheckPlan } from '../wire/types'

export interface WantedRequest {
  zone_id: string
  /** The flight that was judged: place, heights and times of the request are from it. */
  plan: CheckPlan
}

export interface WantedPermission {
  zone_id: string
  /** A request that it answers. */
  request_id?: string
}

export type PapersDialog = { of: 'request'; wanted: WantedRequest } | { of: 'permission'; wanted: WantedPermission }

/** The dialog that is open; null: none. */
export const papersDialog = signal<PapersDialog | null>(null)

/** Opens the dialog in which a request to a zone's authority is filled in. */
export function openRequest(wanted: WantedRequest): void {
  papersDialog.value = { of: 'request', wanted }
}

/** Opens the dialog in which a permission that was given is recorded. */
export function openPermission(wanted: WantedPermission): void {
  papersDialog.value = { of: 'permission', wanted }
}
