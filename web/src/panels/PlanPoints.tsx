// The points of a plan as a list: each can be moved with the arrow keys, given a height of its own,
// and taken away.

import { Move, X } from 'lucide'
import { changePoint, HEIGHTS_M, plan, removePoint, type PlanPlace } from '../live/plan'
import { heldPoint } from '../live/planJudge'
import { offset } from '../map/geometry'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { NumberField } from './NumberField'
import { placeWords } from './words'

const STEP_M = 10
const TURNS: Record<string, number> = { ArrowUp: 0, ArrowRight: 90, ArrowDown: 180, ArrowLeft: 270 }

/** Where a key moves a point to; null: it does not. With Shift ten times as far. */
export function movedBy(key: string, shift: boolean, { lat, lon }: Pick<PlanPlace, 'lat' | 'lon'>): { lat: number; lon: number } | null {
  const turn = TURNS[key]
  if (turn === undefined) return null
  const [toLon, toLat] = offset(lon, lat, turn, shift ? STEP_M * 10 : STEP_M)
  return { lat: toLat, lon: toLon }
}

export function PlanPoints() {
  const { points } = plan.value
  if (points.length === 0) return null
  return (
    <section class="stack" aria-label="Points">
      <h3 class="section-title">
        Points <span>{points.length}</span>
      </h3>
      <p class="field-hint">Drag them on the map, or move them here with the arrow keys: 10 m, with Shift 100 m.</p>
      <ol class="plan-points">
        {points.map((point, at) => (
          <PointRow key={at} point={point} at={at} />
        ))}
      </ol>
    </section>
  )
}

function PointRow({ point, at }: { point: PlanPlace; at: number }) {
  const onKey = (event: KeyboardEvent) => {
    const to = movedBy(event.key, event.shiftKey, point)
    if (!to) return
    event.preventDefault()
    event.stopPropagation()
    changePoint(at, to)
  }
  return (
    <li class="plan-point">
      <button
        type="button"
        class="button button-quiet plan-move"
        aria-label={`Point ${at + 1}, ${placeWords(point.lat, point.lon)}: arrow keys move it`}
        onKeyDown={onKey}
        onFocus={() => (heldPoint.value = at)}
        onBlur={() => (heldPoint.value = null)}
      >
        <Icon of={Move} size="small" />
        <span>
          {at + 1} <span class="row-more">{placeWords(point.lat, point.lon)}</span>
        </span>
      </button>
      <NumberField
        quiet
        label={`Height of point ${at + 1}, m; empty: the plan’s`}
        value={point.height_m}
        least={HEIGHTS_M.least}
        most={HEIGHTS_M.most}
        empty={`${plan.value.height_m} m`}
        onChange={(height_m) => changePoint(at, { height_m })}
      />
      <Button kind="quiet" icon={X} label={`Remove point ${at + 1}`} onPress={() => removePoint(at)} />
    </li>
  )
}
