// Who the organisation flies as: what was typed, what is wrong with it, what is sent. Pure.

import { cornersText, readCorners } from './area'
import { iso, msOf, typedNumber, within } from './times'
import type { OperatorView } from '../wire/types'

export interface OperatorText {
  name: string
  type: OperatorView['type']
  category: OperatorView['category']
  operatorId: string
  flyerId: string
  classMark: string
  mass: string
  insurance: string
  policy: string
  policyHeight: string
  held: string
  heldBegins: number | null
  heldEnds: number | null
  heldHeight: string
  heldBvlos: boolean
  ring: string
  lower: string
  upper: string
  datum: OperatorView['authorisation_datum']
}

const words = (n: number | null): string => (n === null ? '' : String(n))

export function textOf(of: OperatorView | null): OperatorText {
  return {
    name: of?.name ?? '',
    type: of?.type ?? 'COUNCIL',
    category: of?.category ?? 'OPEN_A3',
    operatorId: of?.operator_id ?? '',
    flyerId: of?.flyer_id ?? '',
    classMark: of?.class_mark ?? '',
    mass: words(of?.mass_kg ?? null),
    insurance: of?.insurance ?? '',
    policy: of?.force_policy_reference ?? '',
    policyHeight: words(of?.force_policy_max_height_agl_m ?? null),
    held: of?.authorisation_reference ?? '',
    heldBegins: msOf(of?.authorisation_begins ?? null),
    heldEnds: msOf(of?.authorisation_ends ?? null),
    heldHeight: words(of?.authorisation_max_height_agl_m ?? null),
    heldBvlos: of?.authorisation_bvlos ?? false,
    ring: cornersText((of?.authorisation_ring ?? []) as [number, number][]),
    lower: words(of?.authorisation_lower_m ?? null),
    upper: words(of?.authorisation_upper_m ?? null),
    datum: of?.authorisation_datum ?? 'agl',
  }
}

export const isPolice = (type: OperatorView['type']): boolean => type.startsWith('POLICE')
const CLASS_MARK = /^(UK|C)[0-6]$/

/** One sentence about the first thing that is missing or wrong; "" when it can be sent. */
export function whyNotSave(of: OperatorText, before: OperatorView | null): string {
  if (!of.name.trim()) return 'The operator needs a name.'
  if (of.category === 'OUTSIDE_2019_947' && !isPolice(of.type)) return 'Only a police force flies outside of Regulation 2019/947.'
  const mark = of.classMark.replace(/\s/g, '').toUpperCase()
  if (mark && !CLASS_MARK.test(mark)) return 'A class mark is UK0 to UK6 or C0 to C6; empty for an aircraft without.'
  if (typedNumber(of.mass) !== null && !within(typedNumber(of.mass), 0, 150)) return 'The mass is a number from 0 to 150 kg.'
  return wrongPolicy(of) || wrongHeld(of, before)
}

function wrongPolicy({ type, policy, policyHeight }: OperatorText): string {
  if (!isPolice(type) || !policy.trim()) return ''
  return within(typedNumber(policyHeight), 0, 3000) ? '' : 'Say up to which height the force policy goes, 0 to 3000 m.'
}

/** As they were read, while nobody typed others: text has them to a metre only. */
function cornersOf(ring: string, before: OperatorView | null): ReturnType<typeof readCorners> {
  const was = (before?.authorisation_ring ?? []) as [number, number][]
  return was.length >= 3 && ring === cornersText(was) ? { corners: was } : readCorners(ring)
}

function wrongHeld(of: OperatorText, before: OperatorView | null): string {
  if (!of.held.trim()) return ''
  if (of.heldBegins !== null && of.heldEnds !== null && of.heldEnds <= of.heldBegins) return 'The authorisation ends after it begins.'
  const height = typedNumber(of.heldHeight)
  if (height !== null && !within(height, 0, 3000)) return 'The authorised height is a number from 0 to 3000 m.'
  if (!of.ring.trim()) return ''
  const ring = cornersOf(of.ring, before)
  if ('wrong' in ring) return `The authorised volume: ${ring.wrong}`
  const [lower, upper] = [typedNumber(of.lower), typedNumber(of.upper)]
  const good = within(lower, -500, 10_000) && within(upper, -500, 10_000) && lower < upper
  return good ? '' : 'The authorised volume needs a lower and a higher upper limit.'
}

/** Call it only where `whyNotSave` says nothing. What does not apply is left out, never kept hidden. */
export function operatorOf(of: OperatorText, before: OperatorView | null): OperatorView {
  const police = isPolice(of.type) && of.policy.trim() !== ''
  const held = of.held.trim() !== ''
  const ring = held && of.ring.trim() ? cornersOf(of.ring, before) : null
  const corners = ring && 'corners' in ring ? ring.corners : []
  const volume = corners.length > 0
  return {
    name: of.name.trim(),
    type: of.type,
    category: of.category,
    operator_id: of.operatorId.trim(),
    flyer_id: of.flyerId.trim(),
    class_mark: of.classMark.trim(),
    mass_kg: typedNumber(of.mass),
    insurance: of.insurance.trim(),
    force_policy_reference: police ? of.policy.trim() : '',
    force_policy_max_height_agl_m: police ? typedNumber(of.policyHeight) : null,
    authorisation_reference: of.held.trim(),
    authorisation_begins: held && of.heldBegins !== null ? iso(of.heldBegins) : null,
    authorisation_ends: held && of.heldEnds !== null ? iso(of.heldEnds) : null,
    authorisation_max_height_agl_m: held ? typedNumber(of.heldHeight) : null,
    authorisation_bvlos: held && of.heldBvlos,
    authorisation_ring: corners,
    authorisation_lower_m: volume ? typedNumber(of.lower) : null,
    authorisation_upper_m: volume ? typedNumber(of.upper) : null,
    authorisation_datum: of.datum,
    changed_at: null,
    changed_by: '',
  }
}
