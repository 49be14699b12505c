// Verdicts in words, with a symbol and a tone of their own: colour alone never says it.

import { CircleCheck, CircleHelp, KeyRound, OctagonX, ShieldCheck, type IconNode } from 'lucide'
import { bothWords } from '../live/zoneTimes'
import type { Freshness, Judged } from '../live/verdict'
import type { CheckPlan, InformationView, ReasonView, TouchedView, VerdictView } from '../wire/types'

export type Verdict = VerdictView['verdict']

export interface VerdictLook {
  word: string
  says: string
  icon: IconNode
  tone: 'good' | 'ask' | 'unknown' | 'bad'
}

export const VERDICTS: Record<Verdict, VerdictLook> = {
  ALLOWED: { word: 'Allowed', says: 'Nothing that is checked here speaks against it.', icon: CircleCheck, tone: 'good' },
  ALLOWED_EXEMPT: {
    word: 'Allowed by permission',
    says: 'Every zone that it touches is covered by a recorded permission or an exemption in law.',
    icon: ShieldCheck,
    tone: 'good',
  },
  PERMISSION_NEEDED: { word: 'Permission needed', says: 'It may be flown once each permission below is recorded.', icon: KeyRound, tone: 'ask' },
  UNKNOWN: { word: 'Not known', says: 'What would decide it is not known: do not take it for allowed.', icon: CircleHelp, tone: 'unknown' },
  REFUSED: { word: 'Refused', says: 'It may not be flown like this.', icon: OctagonX, tone: 'bad' },
}

/** "Verdict: refused."; of an older flight it says so. */
export function shortVerdict({ answer }: Pick<Judged, 'answer'>, freshness: Freshness): string {
  if (answer === null) return freshness === 'none' ? '' : 'Verdict: not known yet.'
  const word = VERDICTS[answer.verdict].word.toLowerCase()
  return freshness === 'fresh' ? `Verdict: ${word}.` : `Verdict before it changed: ${word}.`
}

const CODES: Record<ReasonView['code'], string> = {
  ZONE: 'Zone',
  HEIGHT: 'Height',
  TIME: 'Time',
  DATA_STALE: 'Airspace data',
  DATUM_UNKNOWN: 'Height datum not known',
  TERRAIN_UNKNOWN: 'Ground not known',
  SEPARATION: 'Distance',
  CATEGORY: 'Rules of the category',
}
export const codeWords = (code: ReasonView['code']): string => CODES[code]

/** "0:42", "1:02:05". */
export function clockOf(seconds: number): string {
  const s = Math.round(seconds)
  const two = (n: number) => String(n).padStart(2, '0')
  const h = Math.floor(s / 3600)
  return `${h > 0 ? `${h}:${two(Math.floor(s / 60) % 60)}` : Math.floor(s / 60)}:${two(s % 60)}`
}

type When = Pick<ReasonView, 'legs' | 'from_s' | 'until_s'>

/** "Legs 1 and 3, from 0:42 to 1:10 after the start"; of all of the flight "". */
export function whenWords({ legs, from_s, until_s }: When, ofLegs: number): string {
  const which = ofLegs > 1 && legs.length > 0 && legs.length < ofLegs ? legWords(legs) : ''
  const span = ofLegs > 0 ? spanWords(from_s, until_s) : ''
  return [which, span].filter(Boolean).join(', ')
}

function spanWords(from: number | null, until: number | null): string {
  if (from === null) return ''
  return until === null ? `from ${clockOf(from)} after the start` : `from ${clockOf(from)} to ${clockOf(until)} after the start`
}

/** Counted as people count: the first leg is 1. */
function legWords(legs: readonly number[]): string {
  const names = legs.map((leg) => String(leg + 1))
  const last = names.pop() ?? ''
  return names.length === 0 ? `Leg ${last}` : `Legs ${names.join(', ')} and ${last}`
}

/** What changes no verdict and must never be overlooked. */
export const isAmber = ({ code }: InformationView): boolean => code === 'NOTAM_NOT_CHECKED' || code === 'NOT_READ' || code === 'AS_OF_OVERRIDE'

export interface DatasetSays {
  weight: 'banner' | 'amber' | 'training'
  words: string
}

/** What a verdict rests on, where that is not as it should be. */
export function datasetSays({ dataset, information }: Pick<VerdictView, 'dataset' | 'information'>): DatasetSays[] {
  const says: DatasetSays[] = []
  if (dataset.problem) says.push({ weight: 'banner', words: dataset.problem })
  else if (!dataset.name) says.push({ weight: 'banner', words: 'No airspace zones are loaded.' })
  for (const one of information.filter(isAmber)) says.push({ weight: 'amber', words: one.text })
  if (dataset.training) says.push({ weight: 'training', words: 'Training, not for operational use' })
  return says
}

/** What the rest of the information is; what stands above already is not said twice. */
export const plainInformation = (of: Pick<VerdictView, 'information'>): InformationView[] =>
  of.information.filter((one) => !isAmber(one) && one.code !== 'TRAINING_DATA')

/** How a zone of the way stands. */
export function touchedWords(one: TouchedView): string {
  if (one.satisfied_by) return `Covered: ${one.satisfied_by}`
  if (one.unknown) return 'Counts, because a height or a time is not known'
  if (one.request_id) return 'Asked for, not answered yet'
  return ''
}

/** Whether a permission could open it: nobody asks for leave of mere information. */
export const canBeAsked = (one: TouchedView): boolean => !one.satisfied_by && one.zone.restriction !== 'information'

export const judgedWords = (atMs: number): string => `Judged ${bothWords(atMs)}`

/** How many legs an answer is about; 0: it is about one place. */
export const legsOf = ({ leg_verdicts }: Pick<VerdictView, 'leg_verdicts'>, plan: CheckPlan | null): number =>
  leg_verdicts.length > 1 || (plan !== null && plan.path.length > 1) ? leg_verdicts.length : 0
