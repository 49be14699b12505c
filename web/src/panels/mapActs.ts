// What a press on the map does, and what buttons and keys do in its place.

import { openAlerts } from '../live/alerts'
import { picking } from '../live/flyTo'
import { herePlace } from '../live/here'
import { select, selection } from '../live/place'
import { addPoint, changePoint, planOpen } from '../live/plan'
import { heldPoint, planActive } from '../live/planJudge'
import { openTraffic } from '../live/traffic'
import { openZone } from '../live/zones'
import { mapCommands } from '../map/commands'
import { isNarrow } from '../ui/theme'
import { openAlert } from './openAlert'
import { sheetHeight } from './Sheet'
import type { Press } from '../map/map'

export const SHEET_MOVES_MS = 200

/** A press picks a place while somebody aims; else it opens what lies there. Nothing there closes
 * the panel, but not a vehicle's: its urgent buttons go only when they are sent away. */
export function onPress({ hit, long, planPoint, zones, lat, lon }: Press): void {
  const aiming = picking.peek()
  if (aiming) {
    picking.value = { ...aiming, at: { lat, lon } }
    sheetHeight.value = 'half'
    // The sheet lies over the place now; where there is none, nothing moves under the finger.
    if (isNarrow()) setTimeout(() => mapCommands.value?.showWay(aiming.vehicleId, { lat, lon }), SHEET_MOVES_MS)
    return
  }
  if (planActive.peek() && !long) {
    if (planPoint === null) addPoint(lat, lon)
    return
  }
  if (long || !hit) {
    askHere(lat, lon, zones)
    return
  }
  if (hit.kind === 'alert') {
    const alert = openAlerts.peek().find((one) => one.alert_id === hit.id)
    if (alert) openAlert(alert)
    return
  }
  openZone([])
  herePlace.value = null
  openTraffic.value = hit.kind === 'traffic' ? hit.id : null
  if (hit.kind === 'traffic') return
  select({ kind: hit.kind, id: hit.id })
  sheetHeight.value = 'half'
}

/** What may I do here? */
export function askHere(lat: number, lon: number, drawn: readonly string[] = []): void {
  openZone([])
  openTraffic.value = null
  if (selection.peek()?.kind !== 'vehicle') select(null)
  herePlace.value = { lat, lon, zones: drawn }
  if (isNarrow()) sheetHeight.value = 'half'
}

export const onDrag = {
  move: (point: number, lat: number, lon: number, first: boolean) => {
    heldPoint.value = point
    changePoint(point, { lat, lon }, !first)
  },
  drop: () => (heldPoint.value = null),
}

/** The same without a mouse. */
export function askMiddle(): void {
  const at = mapCommands.peek()?.middle()
  if (at) askHere(at.lat, at.lon)
}

/** Opens the plan where somebody looks at it. */
export function openPlan(): void {
  herePlace.value = null
  select(null)
  planOpen.value = true
  if (isNarrow()) sheetHeight.value = 'half'
}
