// The verdict of the plan on the map, and what of it somebody points at.

import { computed, signal } from '@preact/signals'
import { checkPlan } from '../wire/airspace'
import { herePlace } from './here'
import { plan, planOpen, planRequest } from './plan'
import { selection, where } from './place'
import { judgeOf } from './verdict'
import type { VerdictView } from '../wire/types'

export const planJudge = judgeOf(planRequest, checkPlan)

export interface Pointed {
  /** None: the whole flight. */
  legs: readonly number[]
  zoneId: string
}

export const pointedAt = signal<Pointed | null>(null)

export type LegLook = VerdictView['verdict'] | 'STALE'

/** How each leg is drawn: by its own verdict while that is of this plan, else as not judged. */
export function legLooks(points: number, answer: VerdictView | null, fresh: boolean): LegLook[] {
  return Array.from({ length: Math.max(0, points - 1) }, (_, leg) => (fresh && answer?.leg_verdicts[leg]) || 'STALE')
}

/** The point under the hand; null: none. */
export const heldPoint = signal<number | null>(null)

/** A press on the map places a point: the plan is what is in the panel. */
export const planActive = computed(() => planOpen.value && herePlace.value === null && selection.value === null && where.value.screen === 'map')

/** The plan as the map draws it; null: none is open. */
export const drawnPlan = computed(() => {
  if (!planOpen.value) return null
  const { points } = plan.value
  const looks = legLooks(points.length, planJudge.judged.value.answer, planJudge.freshness.value === 'fresh')
  return { points, looks, pointed: pointedAt.value?.legs ?? [], held: heldPoint.value }
})
