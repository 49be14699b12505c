// Whether a zone holds at a time, and the words for it. Times are said in UTC and local.

import type { ZoneView } from '../wire/types'

export interface Activity {
  active: boolean
  /** Why not, or until when; "" of a zone that always holds. */
  words: string
}

const DAY = { weekday: 'short', day: 'numeric', month: 'short' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit' } as const

const part = (ms: number, options: Intl.DateTimeFormatOptions, utc: boolean): string =>
  new Date(ms).toLocaleString('en-GB', { ...options, ...(utc ? { timeZone: 'UTC' } : {}) })

/** "Wed 25 Nov, 14:30 UTC"; with its year where that is not this one. */
export function utcWords(ms: number, nowMs = Date.now()): string {
  const year = new Date(ms).getUTCFullYear()
  const day = part(ms, year === new Date(nowMs).getUTCFullYear() ? DAY : { ...DAY, year: 'numeric' }, true)
  return `${day}, ${part(ms, CLOCK, true)} UTC`.replace(/, (?=\d+ )/, ' ')
}

/** "14:30 local time", with the day where it is another than in UTC. */
export function localWords(ms: number): string {
  const day = part(ms, DAY, false)
  return `${day === part(ms, DAY, true) ? '' : `${day}, `}${part(ms, CLOCK, false)} local time`
}

export const bothWords = (ms: number): string => `${utcWords(ms)} (${localWords(ms)})`

/** What the page was told of: from yesterday to a week from now. Both ends of a window are in it. */
export function activeAt(zone: Pick<ZoneView, 'always' | 'windows'>, atMs: number): Activity {
  if (zone.always) return { active: true, words: '' }
  const spans = zone.windows.map(([begins = '', ends = '']) => [Date.parse(begins), Date.parse(ends)] as const)
  const now = spans.find(([begins, ends]) => !(atMs < begins) && !(atMs > ends))
  if (now) return { active: true, words: `Active until ${bothWords(now[1])}` }
  const next = Math.min(...spans.filter(([begins]) => begins > atMs).map(([begins]) => begins))
  if (Number.isFinite(next)) return { active: false, words: `Not active then: from ${bothWords(next)}` }
  return { active: false, words: 'Not active then, nor later in the days that are known here' }
}
