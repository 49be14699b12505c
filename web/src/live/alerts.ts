// The alerts: read when signed in, told by the live link as they change, and read again when it
// begins anew. Not every few seconds: each look at another organisation's is recorded.

import { computed, signal } from '@preact/signals'
import { decideAlert, readAlerts } from '../wire/admin'
import { asProblem } from '../wire/problems'
import { go, where } from './place'
import { may } from './session'
import type { AlertView, DecideAlert, Problem } from '../wire/types'

export type AlertTable = ReadonlyMap<string, AlertView>

export const alertTable = signal<AlertTable>(new Map())
/** Why the alerts could not be read at the last try; null while they can. */
export const alertsProblem = signal<Problem | null>(null)
/** When they were read last (epoch ms); null: not yet. */
export const alertsReadAt = signal<number | null>(null)
/** When the live link told of them first since somebody signed in (the station's clock); null: not yet. */
export const alertsBegunAt = signal<number | null>(null)

const TRY_AGAIN_MS = 10_000
const SEVERITIES = { warning: 0, caution: 1, information: 2 }
const STATES = { new: 0, acknowledged: 1, resolved: 2, rejected: 2 }

/** What asks for somebody first: by state, then severity, then the newest. */
export function byUrgency(a: AlertView, b: AlertView): number {
  return (
    STATES[a.state] - STATES[b.state] ||
    (STATES[a.state] < 2 ? SEVERITIES[a.severity] - SEVERITIES[b.severity] : 0) ||
    Date.parse(b.raised_at) - Date.parse(a.raised_at)
  )
}

export const alertList = computed(() => [...alertTable.value.values()].sort(byUrgency))
export const newAlerts = computed(() => alertList.value.filter((alert) => alert.state === 'new'))
/** Neither resolved nor rejected: acknowledging is not resolving. */
export const openAlerts = computed(() =>
  alertList.value.filter((alert) => alert.state === 'new' || alert.state === 'acknowledged'),
)

export function applyAlerts(table: AlertTable, alerts: readonly AlertView[]): AlertTable {
  if (alerts.length === 0) return table
  const next = new Map(table)
  for (const alert of alerts) next.set(alert.alert_id, alert)
  return next
}

/** A read on its way: what was heard since it began is newer than its answer. */
interface Reading {
  number: number
  heard: AlertView[]
}

const readings = new Set<Reading>()
let begun = 0
/** The newest read whose answer was taken, or that was given up: older answers are dropped. */
let settled = 0

/** From the live link: what changed. */
export function heardAlerts(alerts: readonly AlertView[]): void {
  for (const reading of readings) reading.heard.push(...alerts)
  alertTable.value = applyAlerts(alertTable.value, alerts)
}

/** From the live link at its beginning: all that one's own organisation has. What was shown before,
 * others' alerts too, may be more than this person may see now. */
export function alertsBegin(own: readonly AlertView[], sentAtMs: number): void {
  settled = begun
  if (alertsBegunAt.peek() === null) alertsBegunAt.value = sentAtMs
  alertTable.value = applyAlerts(new Map(), own)
  if (may('see_alerts')) void refreshAlerts()
}

/** Nobody is signed in any more: nothing is kept, and no answer on its way is taken. */
export function forgetAlerts(): void {
  settled = begun
  alertTable.value = new Map()
  alertsReadAt.value = null
  alertsBegunAt.value = null
  alertsProblem.value = null
}

export async function refreshAlerts(): Promise<void> {
  const mine: Reading = { number: ++begun, heard: [] }
  readings.add(mine)
  try {
    const answer = await readAlerts()
    if (mine.number <= settled) return
    settled = mine.number
    alertTable.value = applyAlerts(applyAlerts(new Map(), answer), mine.heard)
    alertsProblem.value = null
    alertsReadAt.value = Date.now()
  } catch (error) {
    if (mine.number > settled) alertsProblem.value = asProblem(error)
  } finally {
    readings.delete(mine)
  }
}

/** Raises ProblemError. */
export async function decide(id: string, body: DecideAlert): Promise<void> {
  heardAlerts([await decideAlert(id, body)])
}

/** Opens the alert after the open one; the most urgent where none is open. */
export function nextAlert(): void {
  const all = openAlerts.peek()
  const at = all.findIndex((alert) => alert.alert_id === where.peek().item)
  go('alerts', all[(at + 1) % all.length]?.alert_id ?? '')
}

export function acknowledgeOpen(): void {
  const { screen, item } = where.peek()
  const alert = alertTable.peek().get(item)
  if (screen !== 'alerts' || alert?.state !== 'new' || alert.shared_by || !may('decide_alerts')) return
  decide(item, { state: 'acknowledged', reason: '' }).catch((error: unknown) => (alertsProblem.value = asProblem(error)))
}

export function followAlerts(): () => void {
  forgetAlerts()
  if (!may('see_alerts')) return () => undefined
  void refreshAlerts()
  const timer = setInterval(() => {
    if (alertsProblem.peek()) void refreshAlerts()
  }, TRY_AGAIN_MS)
  return () => {
    clearInterval(timer)
    forgetAlerts()
  }
}
