// A flight that somebody thinks of, to have it judged: places, heights, start. Nothing is sent to a
// vehicle from here. Each change can be undone.

import { computed, signal } from '@preact/signals'
import type { ChangeView, CheckPlan } from '../wire/types'

export interface PlanPlace {
  lat: number
  lon: number
  /** Above the plan's datum; null: the plan's height. */
  height_m: number | null
}

export interface Plan {
  points: readonly PlanPlace[]
  height_m: number
  datum: CheckPlan['datum']
  /** Epoch ms; null: now. */
  startsMs: number | null
  speed_mps: number
}

/** As many as the station judges at once is far more than anybody places by hand. */
export const MOST_POINTS = 200
export const HEIGHTS_M = { least: 0, most: 5000 }

export const EMPTY_PLAN: Plan = { points: [], height_m: 60, datum: 'AGL', startsMs: null, speed_mps: 8 }

export const planOpen = signal(false)
export const plan = signal<Plan>(EMPTY_PLAN)
const undone = signal<readonly Plan[]>([])
const KEPT = 50

export const canUndo = computed(() => undone.value.length > 0)

/** `together`: part of the same act as the one before (a drag), so undone with it. */
export function changePlan(change: Partial<Plan>, together = false): void {
  if (!together) undone.value = [...undone.peek(), plan.peek()].slice(-KEPT)
  plan.value = { ...plan.peek(), ...change }
}

export function undo(): void {
  const before = undone.peek().at(-1)
  if (!before) return
  undone.value = undone.peek().slice(0, -1)
  plan.value = before
}

export function forgetPlan(): void {
  plan.value = EMPTY_PLAN
  undone.value = []
  planOpen.value = false
}

export function addPoint(lat: number, lon: number): void {
  const { points } = plan.peek()
  if (points.length < MOST_POINTS) changePlan({ points: [...points, { lat, lon, height_m: null }] })
}

export function changePoint(at: number, change: Partial<PlanPlace>, together = false): void {
  changePlan({ points: plan.peek().points.map((point, i) => (i === at ? { ...point, ...change } : point)) }, together)
}

export function removePoint(at: number): void {
  changePlan({ points: plan.peek().points.filter((_, i) => i !== at) })
}

/** What the station is asked; null while there is nothing to judge. */
export function requestOf({ points, height_m, datum, startsMs, speed_mps }: Plan): CheckPlan | null {
  if (points.length === 0) return null
  return {
    path: points.map(({ lat, lon, height_m }) => ({ lat, lon, height_m, speed_mps: null })),
    height_m,
    datum,
    starts: startsMs === null ? null : new Date(startsMs).toISOString(),
    speed_mps,
    bvlos: null,
    contingency_m: null,
  }
}

export const planRequest = computed(() => (planOpen.value ? requestOf(plan.value) : null))

/** The plan with a change that the station offers; null for one that this page does not know how to make. */
export function changed(now: Plan, change: ChangeView): Plan | null {
  if (change.max_amsl_m !== null) {
    // The limit itself is inside the zone.
    const below = Math.ceil(change.max_amsl_m) - 1
    const kept = (height: number | null) => (now.datum === 'AMSL' && height !== null ? Math.min(height, below) : null)
    const height_m = now.datum === 'AMSL' ? Math.min(now.height_m, below) : below
    return { ...now, datum: 'AMSL', height_m, points: now.points.map((point) => ({ ...point, height_m: kept(point.height_m) })) }
  }
  if (change.starts !== null) return { ...now, startsMs: Date.parse(change.starts) }
  if (change.path.length > 0) {
    const points = change.path.map(([lon = 0, lat = 0]) => ({ lat, lon, height_m: null }))
    return { ...now, points }
  }
  return null
}

export function applyChange(change: ChangeView): void {
  const next = changed(plan.peek(), change)
  if (next) changePlan(next)
}
