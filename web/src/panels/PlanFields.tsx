// Height, speed and start of a plan.

import { useId } from 'preact/hooks'
import { HEIGHTS_M, type Plan } from '../live/plan'
import { stationNow } from '../live/time'
import { bothWords } from '../live/zoneTimes'
import { Choice } from '../ui/Field'
import { Segments } from '../ui/parts'
import { NumberField } from './NumberField'

const DATUMS: readonly { value: Plan['datum']; words: string }[] = [
  { value: 'AGL', words: 'above the ground' },
  { value: 'AMSL', words: 'above mean sea level' },
  { value: 'HAE', words: 'above the WGS 84 ellipsoid' },
]

const STARTS = [
  { value: 'now' as const, words: 'Now' },
  { value: 'at' as const, words: 'At' },
]

const QUARTER_MS = 15 * 60_000

export function PlanFields({ plan, onChange }: { plan: Plan; onChange: (change: Partial<Plan>) => void }) {
  return (
    <div class="plan-fields">
      <div class="plan-row">
        <NumberField label="Height, m" value={plan.height_m} least={HEIGHTS_M.least} most={HEIGHTS_M.most} onChange={(height_m) => height_m !== null && onChange({ height_m })} />
        <Choice label="What it is above" value={plan.datum} options={DATUMS} onChoose={(datum) => onChange({ datum })} />
      </div>
      <div class="plan-row">
        <NumberField label="Speed, m/s" value={plan.speed_mps} least={0.5} most={60} onChange={(speed_mps) => speed_mps !== null && onChange({ speed_mps })} />
        <Start plan={plan} onChange={onChange} />
      </div>
    </div>
  )
}

/** What a field for date and time holds: local, to the minute. */
export function localField(ms: number): string {
  const at = new Date(ms)
  return new Date(ms - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function Start({ plan, onChange }: { plan: Plan; onChange: (change: Partial<Plan>) => void }) {
  const id = useId()
  const { startsMs } = plan
  const choose = (how: 'now' | 'at') => onChange({ startsMs: how === 'now' ? null : Math.ceil(stationNow() / QUARTER_MS + 1) * QUARTER_MS })
  return (
    <div class="field">
      <span class="field-label">Start</span>
      <Segments name={`${id}-start`} legend="Start" options={STARTS} value={startsMs === null ? 'now' : 'at'} onChoose={choose} />
      {startsMs !== null && (
        <>
          <input
            class="input"
            type="datetime-local"
            aria-label="Start, local time"
            value={localField(startsMs)}
            onChange={(event) => {
              const ms = new Date(event.currentTarget.value).getTime()
              if (Number.isFinite(ms)) onChange({ startsMs: ms })
            }}
          />
          <p class="field-hint">{bothWords(startsMs)}</p>
        </>
      )}
    </div>
  )
}
