// The verdict of flying from where a drone is to a place, beside the station's check of the command.

import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { judgeOf, type Judge } from '../live/verdict'
import { metresBetween } from '../map/geometry'
import { checkPlan } from '../wire/airspace'
import type { Place } from '../live/flyTo'
import type { CheckPlan, GoToCheck } from '../wire/types'

/** A drone that drifts is no other flight. */
const SAME_START_M = 30

export const steadyStart = (before: Place | null, now: Place): Place =>
  before && metresBetween(before.lat, before.lon, now.lat, now.lon) < SAME_START_M ? { lat: before.lat, lon: before.lon } : { lat: now.lat, lon: now.lon }

/** The flight as it was checked: straight, at the height that it would have. */
export function flightPlan(from: Place, to: Place, altAmslM: number, speedMps: number | null): CheckPlan {
  const point = ({ lat, lon }: Place) => ({ lat, lon, height_m: null, speed_mps: null })
  // To a tenth of a metre: a height that is measured anew is the same flight.
  return { path: [point(from), point(to)], height_m: Math.round(altAmslM * 10) / 10, datum: 'AMSL', starts: null, speed_mps: speedMps, bvlos: null, contingency_m: null }
}

export interface FlightVerdict {
  judge: Judge
  plan: CheckPlan | null
}

export function useFlightVerdict(from: Place | null, to: Place, check: GoToCheck | null, speedMps: number | null): FlightVerdict {
  const plan = useSignal<CheckPlan | null>(null)
  const start = useRef<Place | null>(null)
  const judge = useMemo(() => judgeOf(plan, checkPlan), [])
  useEffect(judge.follow, [])
  useEffect(() => {
    if (from === null || check === null) return
    start.current = steadyStart(start.current, from)
    const next = flightPlan(start.current, to, check.alt_amsl_m, speedMps)
    if (JSON.stringify(next) !== JSON.stringify(plan.peek())) plan.value = next
  }, [check, to.lat, to.lon, speedMps])
  return { judge, plan: plan.value }
}
