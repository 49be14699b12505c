// Verdicts, sliders and plans on the component page, in every state.

import { Section, Shelf } from './Section'
import { ZoneSettings, type ZoneSettingsProps } from '../panels/ZoneControls'
import { ZonesBannerSays } from '../panels/MapZones'
import { PlanFields } from '../panels/PlanFields'
import { DatasetLines, VerdictHead, VerdictOf } from '../panels/Verdict'
import { CHANGE, PLAN, VERDICT } from './verdictSamples'
import { PROBLEM } from './samples'
import type { Judged } from '../live/verdict'
import type { VerdictView } from '../wire/types'
import type { ComponentChildren } from 'preact'

const nothing = () => undefined

const Cell = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div class="gallery-cell">
    <span class="field-hint">{name}</span>
    {children}
  </div>
)

const judged = (answer: VerdictView | null, problem: Judged['problem'] = null): Judged => ({ answer, atMs: 0, of: '', problem })

const SETTINGS: ZoneSettingsProps = {
  kinds: [
    { kind: 'aerodrome', words: 'Aerodromes', count: 10 },
    { kind: 'prison', words: 'Prisons', count: 8 },
    { kind: 'drawn', words: 'Drawn here', count: 1 },
  ],
  hidden: new Set(['prison']),
  heightM: 60,
  datum: 'AGL',
  byHeight: true,
  hours: 27,
  atMs: Date.parse('2026-11-03T17:00:00Z'),
  shown: 11,
  unsure: 2,
  faint: 1,
  onKind: nothing,
  onHeight: nothing,
  onDatum: nothing,
  onByHeight: nothing,
  onHours: nothing,
}

export function Verdicts() {
  const unusable: VerdictView = {
    ...VERDICT,
    verdict: 'UNKNOWN',
    zones: [],
    changes: [],
    operator: '',
    reasons: [{ code: 'DATA_STALE', text: 'The airspace data was valid until 30 October 2026: it is out of date.', zone_id: '', law: '', legs: [], from_s: null, until_s: null }],
    dataset: { ...VERDICT.dataset, training: true, problem: 'The airspace data ended on 30 October 2026.' },
  }
  const [touched] = VERDICT.zones
  const covered: VerdictView = {
    ...VERDICT,
    verdict: 'ALLOWED_EXEMPT',
    reasons: [],
    changes: [],
    zones: touched ? [{ ...touched, satisfied_by: 'LHP-2026-118' }] : [],
  }
  return (
    <Section title="Verdicts">
      <div class="gallery-pairs">
        {(['ALLOWED', 'ALLOWED_EXEMPT', 'PERMISSION_NEEDED', 'UNKNOWN', 'REFUSED'] as const).map((verdict) => (
          <VerdictHead key={verdict} verdict={verdict} />
        ))}
        <VerdictHead verdict="ALLOWED" stale />
        <VerdictHead verdict="REFUSED" stale failed />
        <DatasetLines
          of={[
            { weight: 'banner', words: 'The airspace data ended on 30 October 2026.' },
            { weight: 'amber', words: 'No NOTAMs were imported: temporary restrictions are not checked.' },
            { weight: 'training', words: 'Training, not for operational use' },
          ]}
        />
      </div>
      <div class="gallery-pairs">
        <Cell name="a permission is needed, with a change that is offered">
          <VerdictOf judged={judged(VERDICT)} freshness="fresh" plan={PLAN} onChange={nothing} />
        </Cell>
        <Cell name="the plan changed since">
          <VerdictOf judged={judged({ ...VERDICT, verdict: 'REFUSED', zones: [], changes: [{ ...CHANGE, kind: 'later', text: 'Start after 16:30 UTC.' }] })} freshness="stale" plan={PLAN} />
        </Cell>
        <Cell name="covered by a permission">
          <VerdictOf judged={judged(covered)} freshness="fresh" plan={PLAN} />
        </Cell>
        <Cell name="out of date, training, no operator">
          <VerdictOf judged={judged(unusable)} freshness="fresh" plan={PLAN} />
        </Cell>
        <Cell name="loading">
          <VerdictOf judged={judged(null)} freshness="waiting" plan={PLAN} />
        </Cell>
        <Cell name="could not be judged">
          <VerdictOf judged={judged(null, PROBLEM)} freshness="waiting" plan={PLAN} />
        </Cell>
        <Cell name="zones by height, time and kind">
          <ZoneSettings {...SETTINGS} />
        </Cell>
        <Cell name="a plan’s height, speed and start">
          <PlanFields plan={{ points: [], height_m: 60, datum: 'AGL', startsMs: null, speed_mps: 8 }} onChange={nothing} />
        </Cell>
      </div>
      <Shelf name="across the page">
        <ZonesBannerSays words="The airspace data ended on 30 October 2026." />
      </Shelf>
    </Section>
  )
}
