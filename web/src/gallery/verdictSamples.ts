// Made-up verdicts for the component page and for tests.

import { ZONE } from './droneSamples'
import type { ChangeView, CheckPlan, VerdictView } from '../wire/types'

export const CHANGE: ChangeView = {
  kind: 'lower',
  text: 'Stay below 84 m above mean sea level.',
  zone_id: 'heliport',
  max_amsl_m: 84,
  starts: null,
  path: [],
}

export const PLAN: CheckPlan = {
  path: [
    { lat: 51.49, lon: -0.23, height_m: null, speed_mps: null },
    { lat: 51.48, lon: -0.21, height_m: null, speed_mps: null },
    { lat: 51.47, lon: -0.2, height_m: null, speed_mps: null },
  ],
  height_m: 60,
  datum: 'AGL',
  starts: null,
  speed_mps: 8,
  bvlos: null,
  contingency_m: null,
}

export const VERDICT: VerdictView = {
  verdict: 'PERMISSION_NEEDED',
  zones: [
    {
      zone: ZONE,
      limit: 'the surface to 2,000 ft above the aerodrome’s level of 18 ft (615 m above mean sea level)',
      legs: [1],
      from_s: 42,
      until_s: 70,
      satisfied_by: '',
      window: 'always',
      unknown: false,
      request_id: null,
    },
  ],
  reasons: [
    {
      code: 'ZONE',
      text: 'London Heliport flight restriction zone, the surface to 615 m above mean sea level, needs a permission of London Heliport air traffic control.',
      zone_id: 'heliport',
      law: 'Air Navigation Order 2016, arts 94A and 94B',
      legs: [1],
      from_s: 42,
      until_s: 70,
    },
  ],
  information: [
    { code: 'NOTAM_NOT_CHECKED', text: 'No NOTAMs were imported: temporary restrictions are not checked.', zone_id: '' },
    { code: 'NOT_JUDGED', text: 'Nobody has counted the people below: distances to people are not judged.', zone_id: '' },
    { code: 'RULE', text: 'At night a green flashing light is needed.', zone_id: '' },
  ],
  changes: [CHANGE],
  leg_verdicts: ['ALLOWED', 'PERMISSION_NEEDED'],
  as_of: '2026-11-02T14:03:22Z',
  ground_amsl_m: 5,
  dataset: { name: 'Greater London', training: false, effective_until: '2026-11-30T00:00:00Z', problem: '', notams: '' },
  operator: 'Hammersmith & Fulham (COUNCIL, SPECIFIC_PDRA01)',
}
