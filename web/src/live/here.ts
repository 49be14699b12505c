// "What may I do here?": the place that was pressed, and the verdict of it at the height and time of
// the sliders.

import { computed, signal } from '@preact/signals'
import { checkHere } from '../wire/airspace'
import { judgeOf } from './verdict'
import { flightDatum, flightHeight, flightTime } from './zoneFilter'
import type { CheckPlan, WhatHere } from '../wire/types'

export interface HerePlace {
  lat: number
  lon: number
  /** What is drawn there, whatever its height. */
  zones: readonly string[]
}

export const herePlace = signal<HerePlace | null>(null)

export const hereRequest = computed<WhatHere | null>(() => {
  const place = herePlace.value
  if (place === null) return null
  const at = flightTime.value
  return {
    lat: place.lat,
    lon: place.lon,
    height_m: flightHeight.value,
    datum: flightDatum.value,
    at: at === null ? null : new Date(at).toISOString(),
  }
})

export const hereJudge = judgeOf(hereRequest, checkHere)

/** The same as a plan: what a request for a permission is filled in with. */
export const asPlan = ({ lat, lon, height_m, datum, at }: WhatHere): CheckPlan => ({
  path: [{ lat, lon, height_m: null, speed_mps: null }],
  height_m,
  datum,
  starts: at,
  speed_mps: null,
  bvlos: null,
  contingency_m: null,
})
