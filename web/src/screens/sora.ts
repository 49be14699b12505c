// What the volumes of an application are reckoned from, as somebody types it. Pure.

import { typedNumber, within } from './times'
import type { Application, CheckPlan, SoraCoefficients } from '../wire/types'

/** As the station has them where nothing is said: SORA's own values. */
export const USUAL: SoraCoefficients = {
  gnss_m: 3,
  position_holding_m: 3,
  map_m: 1,
  reaction_s: 1,
  pitch_deg: 45,
  bank_deg: 30,
  altimetry_m: 4,
  parachute_open_s: 2,
  wind_mps: 12,
  sink_mps: 4,
}

export const COEFFICIENTS: readonly { name: keyof SoraCoefficients; words: string }[] = [
  { name: 'gnss_m', words: 'GNSS error, m' },
  { name: 'position_holding_m', words: 'Position holding error, m' },
  { name: 'map_m', words: 'Map error, m' },
  { name: 'reaction_s', words: 'Reaction time, s' },
  { name: 'pitch_deg', words: 'Braking pitch, degrees' },
  { name: 'bank_deg', words: 'Turning bank, degrees' },
  { name: 'altimetry_m', words: 'Height error, m (barometer 1, GNSS 4)' },
  { name: 'parachute_open_s', words: 'Parachute opens in, s' },
  { name: 'wind_mps', words: 'Wind, m/s' },
  { name: 'sink_mps', words: 'Sink rate under parachute, m/s' },
]

export interface SoraText {
  title: string
  model: string
  airframe: Application['airframe']
  span: string
  speed: string
  mass: string
  halfWidth: string
  descent: Application['descent']
  people: string
  controlled: boolean
  crew: string
  mitigations: string
  coefficients: Record<keyof SoraCoefficients, string>
}

const MOST_LINES = 60
const MOST_LINE = 500

export function soraText(plan: CheckPlan, last: Application | null): SoraText {
  const coefficients = last?.coefficients ?? USUAL
  return {
    title: last?.title ?? '',
    model: last?.model ?? '',
    airframe: last?.airframe ?? 'rotary',
    span: last ? String(last.span_m) : '',
    speed: String(last?.speed_mps ?? plan.speed_mps ?? ''),
    mass: last?.mass_kg == null ? '' : String(last.mass_kg),
    halfWidth: String(last?.half_width_m ?? 30),
    descent: last?.descent ?? 'ballistic',
    people: last?.people_per_km2 == null ? '' : String(last.people_per_km2),
    controlled: last?.controlled_ground ?? false,
    crew: (last?.crew ?? []).join('\n'),
    mitigations: (last?.mitigations ?? []).join('\n'),
    coefficients: Object.fromEntries(COEFFICIENTS.map(({ name }) => [name, String(coefficients[name])])) as SoraText['coefficients'],
  }
}

/** Why no volumes can be reckoned from a plan at all; "" where they can. */
export const whyNoVolumes = (plan: CheckPlan): string =>
  plan.datum === 'AGL' ? '' : 'SORA volumes are reckoned from heights above the ground: choose that for the plan.'

const above0 = (text: string, most: number): boolean => {
  const n = typedNumber(text)
  return n !== null && n > 0 && n <= most
}

/** One sentence about the first thing that is missing or wrong; "" when it can be sent. */
export function whyNotReckon(of: SoraText, plan: CheckPlan): string {
  const noVolumes = whyNoVolumes(plan)
  if (noVolumes) return noVolumes
  if (!of.title.trim()) return 'Give the operation a title.'
  if (!above0(of.span, 60)) return 'The greatest dimension is above 0 and at most 60 m.'
  if (!above0(of.speed, 300)) return 'The greatest speed is above 0 and at most 300 m/s.'
  if (!above0(of.halfWidth, 5000)) return 'The flight geography is above 0 and at most 5,000 m wide to either side.'
  if (of.descent === 'ballistic' && of.airframe !== 'rotary') return 'Only a rotary aircraft falls as a stone: choose another descent.'
  if (of.mass.trim() && !above0(of.mass, 10_000)) return 'The mass is a number of kg, or left empty.'
  if (of.people.trim() && !within(typedNumber(of.people), 0, 1e6)) return 'People below is a number a square kilometre, or left empty.'
  return wrongLines(of) || wrongCoefficients(of)
}

const linesOf = (text: string): string[] =>
  text.split('\n').map((line) => line.trim()).filter(Boolean)

function wrongLines({ crew, mitigations }: SoraText): string {
  for (const lines of [linesOf(crew), linesOf(mitigations)]) {
    if (lines.length > MOST_LINES || lines.some((line) => line.length > MOST_LINE)) return `At most ${MOST_LINES} lines of crew or mitigations, of ${MOST_LINE} characters each.`
  }
  return ''
}

function wrongCoefficients({ coefficients }: SoraText): string {
  for (const { name, words } of COEFFICIENTS) {
    const n = typedNumber(coefficients[name])
    if (!within(n, 0, 1e6)) return `${words}: a number, at least 0.`
    if (name === 'pitch_deg' && !(n > 0 && n <= 45)) return 'The braking pitch is above 0 and at most 45 degrees.'
    if (name === 'bank_deg' && !(n > 0 && n <= 60)) return 'The turning bank is above 0 and at most 60 degrees.'
    if (name === 'sink_mps' && n <= 0) return 'The sink rate is above 0.'
  }
  return ''
}

/** Call it only where `whyNotReckon` says nothing. */
export function applicationOf(of: SoraText, plan: CheckPlan): Application {
  const number = (text: string): number => typedNumber(text) ?? NaN
  return {
    plan,
    title: of.title.trim(),
    model: of.model.trim(),
    airframe: of.airframe,
    span_m: number(of.span),
    speed_mps: number(of.speed),
    half_width_m: number(of.halfWidth),
    descent: of.descent,
    mass_kg: typedNumber(of.mass),
    people_per_km2: typedNumber(of.people),
    controlled_ground: of.controlled,
    crew: linesOf(of.crew),
    mitigations: linesOf(of.mitigations),
    coefficients: Object.fromEntries(COEFFICIENTS.map(({ name }) => [name, number(of.coefficients[name])])) as unknown as SoraCoefficients,
  }
}
