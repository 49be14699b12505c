// What the airspace screen says of a dataset. Pure.

import { canBeDated, lacksDates } from './datasetDates'
import { plain } from './words'
import type { DatasetDetail, DatasetRow, RefusedFeature, ZoneView } from '../wire/types'

/** "14 May 2026, 00:00 UTC": validity is published in UTC. */
export const utcDay = (iso: string): string => {
  const at = new Date(iso)
  const date = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
  return `${date}, ${iso.length > 10 ? at.toISOString().slice(11, 16) : '00:00'} UTC`
}

export function validityWords({ effective_from: from, effective_until: until }: DatasetRow): string {
  if (from && until) return `${utcDay(from)} to ${utcDay(until)}`
  if (from) return `From ${utcDay(from)}; its end is not said`
  if (until) return `Until ${utcDay(until)}; its beginning is not said`
  return 'Not said in the file'
}

export const isOver = (row: DatasetRow, nowMs: number): boolean =>
  row.effective_until !== null && Date.parse(row.effective_until) <= nowMs

export const isYetToHold = (row: DatasetRow, nowMs: number): boolean =>
  row.effective_from !== null && Date.parse(row.effective_from) > nowMs

export const STATES: Record<DatasetRow['state'], string> = {
  offered: 'Offered',
  in_use: 'In use',
  retired: 'Retired',
  discarded: 'Discarded',
}

export const kindWords = (kind: DatasetRow['kind']): string => (kind === 'notam' ? 'NOTAMs' : 'Zones')

export const count = (n: number, one: string, many = `${one}s`): string => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`

/** What `row` would take the place of, in words. */
export function replaces(row: DatasetRow, all: readonly DatasetRow[]): string {
  const now = all.find((one) => one.kind === row.kind && one.state === 'in_use')
  if (now) return `${now.title || now.file_name} (${count(now.zones, 'zone')}, imported ${utcDay(now.imported_at)})`
  return row.kind === 'notam' ? 'nothing: no NOTAMs are in use' : 'no imported dataset: until now only training zones were there, if any'
}

/** Why a dataset cannot be taken into use; "" where it can. `seen`: the number that was typed. */
export function whyNotUse(row: DatasetRow, seen: string, nowMs: number): string {
  if (row.state === 'in_use') return 'It is in use.'
  if (row.state === 'discarded') return 'It was discarded: import the file again.'
  if (canBeDated(row)) return 'Say first when it holds: until then nothing would be clear, and one in use cannot be dated.'
  if (lacksDates(row)) return 'It does not say when it holds, so nothing would be clear: import the file again and say it.'
  if (isYetToHold(row, nowMs)) return `It holds only from ${utcDay(row.effective_from ?? '')} on: until then nothing would be clear.`
  if (row.refused > 0 && seen.trim() === '') return 'Look at what was refused and type how many there are.'
  if (row.refused > 0 && Number(seen.trim()) !== row.refused) return 'That is not how many were refused.'
  return ''
}

export interface KindCount {
  kind: string
  restriction: ZoneView['restriction']
  zones: number
}

/** The zones by kind and by what they ask for, the most numerous first. */
export function countedByKind(zones: readonly ZoneView[]): KindCount[] {
  const found = new Map<string, KindCount>()
  for (const { kind, restriction } of zones) {
    const key = `${kind} ${restriction}`
    const known = found.get(key) ?? { kind, restriction, zones: 0 }
    found.set(key, { ...known, zones: known.zones + 1 })
  }
  return [...found.values()].sort((a, b) => b.zones - a.zones || a.kind.localeCompare(b.kind, 'en-GB'))
}

/** [south, west, north, east] of all of them; null of none. */
export function boundsOfZones(zones: readonly ZoneView[]): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null
  for (const zone of zones)
    for (const polygon of zone.polygons)
      for (const [lon = 0, lat = 0] of polygon[0] ?? []) {
        box ??= [lat, lon, lat, lon]
        box = [Math.min(box[0], lat), Math.min(box[1], lon), Math.max(box[2], lat), Math.max(box[3], lon)]
      }
  return box
}

const degrees = (n: number, plus: string, minus: string): string => `${Math.abs(n).toFixed(3)}° ${n < 0 ? minus : plus}`
const lat = (n: number) => degrees(n, 'N', 'S')
const lon = (n: number) => degrees(n, 'E', 'W')

export const boxWords = ([south = 0, west = 0, north = 0, east = 0]: readonly number[]): string =>
  south === north && west === east
    ? `${lat(south)}, ${lon(west)}`
    : `${lat(south)} to ${lat(north)}, ${lon(west)} to ${lon(east)}`

/** Where a refused feature may lie: near there nothing is clear. */
export const areasWords = ({ areas }: RefusedFeature): string =>
  areas.length === 0 ? 'Not known: it may be anywhere' : areas.map(boxWords).join('; ')

export function matching(refused: readonly RefusedFeature[], text: string): RefusedFeature[] {
  const wanted = text.trim().toLocaleLowerCase('en-GB')
  return refused.filter((one) => `${one.feature} ${one.reason}`.toLocaleLowerCase('en-GB').includes(wanted))
}

/** The refusals as a text to send to whoever publishes the file. */
export function refusalsText({ row, refused, refused_left_out, notes, skipped }: DatasetDetail): string {
  const lines = [
    `Refused features of ${row.file_name}`,
    `SHA-256 ${row.sha256}`,
    `Read as ${row.format} on ${utcDay(row.imported_at)}: ${count(row.zones, 'zone')} read, ${row.refused} refused`,
    '',
    ...refused.map((one, at) => `${at + 1}. ${one.feature}: ${one.reason}\n   Where: ${areasWords(one)}`),
  ]
  if (refused_left_out > 0) lines.push(`${refused_left_out} more were refused and are not told one by one.`)
  if (notes.length > 0) lines.push('', 'Notes', ...notes.map((note) => `- ${note}`))
  if (skipped.length > 0) lines.push('', 'Left out, being no zones', ...skipped.map((one) => `- ${one}`))
  return `${lines.join('\n')}\n`
}

const FORMATS: Record<string, string> = { ed269: 'ED-269', ed318: 'ED-318', aixm: 'AIXM 5.1', kml: 'KML', geojson: 'GeoJSON', openair: 'OpenAir', notam: 'NOTAM' }
export const formatWords = (format: string): string => FORMATS[format] ?? plain(format)
