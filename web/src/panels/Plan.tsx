// A flight to be judged before it is flown: its points on the map, heights, start; the verdict first.

import { useEffect } from 'preact/hooks'
import { Box, MapPinPlus, Maximize, Trash2, Undo2 } from 'lucide'
import { openSora } from '../live/papers'
import { addPoint, applyChange, canUndo, changePlan, EMPTY_PLAN, plan, planOpen, planRequest, undo, type Plan } from '../live/plan'
import { planJudge } from '../live/planJudge'
import { may } from '../live/session'
import { bothWords } from '../live/zoneTimes'
import { mapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { narrow } from '../ui/theme'
import { aboveWords } from './Here'
import { PanelHead } from './PanelHead'
import { VolumesCardLater } from './PapersParts'
import { PlanFields } from './PlanFields'
import { PlanPoints } from './PlanPoints'
import { VerdictOf } from './Verdict'
import type { CheckPlan } from '../wire/types'

export function PlanPanel() {
  useEffect(planJudge.follow, [])
  const { points } = plan.value
  const request = planRequest.value
  return (
    <>
      <PanelHead title="Plan a flight" onClose={() => (planOpen.value = false)} />
      <div class="panel-body plan">
        {points.length === 0 && (
          <p class="plan-hint">Press the map to place the first point. Without a mouse: move the map and add its middle.</p>
        )}
        <VerdictOf judged={planJudge.judged.value} freshness={planJudge.freshness.value} plan={request} onChange={applyChange}>
          <Acts />
          <details class="plan-settings" open={!narrow.value || points.length === 0}>
            <summary>{inShort(plan.value)}</summary>
            <PlanFields plan={plan.value} onChange={changePlan} />
          </details>
        </VerdictOf>
        <PlanPoints />
        <Sora of={request} />
        {narrow.value && <VolumesCardLater />}
        <p class="field-hint">A thought only: nothing is sent to a drone from here.</p>
      </div>
    </>
  )
}

/** What the verdict is of. */
export const inShort = ({ height_m, datum, speed_mps, startsMs }: Plan): string =>
  `${aboveWords({ height_m, datum })}, ${speed_mps} m/s, ${startsMs === null ? 'starting now' : `starting ${bothWords(startsMs)}`}`

/** For an application for an operational authorisation. */
function Sora({ of }: { of: CheckPlan | null }) {
  if (of === null || !may('see_papers')) return null
  return (
    <Button icon={Box} onPress={() => openSora(of)}>
      SORA volumes
    </Button>
  )
}

function Acts() {
  const { points } = plan.value
  const addMiddle = () => {
    const at = mapCommands.peek()?.middle()
    if (at) addPoint(at.lat, at.lon)
  }
  return (
    <div class="acts plan-acts">
      <Button icon={MapPinPlus} onPress={addMiddle}>
        Add the map’s middle
      </Button>
      <Button icon={Undo2} off={canUndo.value ? '' : 'Nothing to undo.'} onPress={undo}>
        Undo
      </Button>
      <Button icon={Maximize} label="Show the whole plan" off={points.length > 0 ? '' : 'No point yet.'} onPress={() => mapCommands.peek()?.showPlaces(points)} />
      <Button icon={Trash2} label="Begin anew (can be undone)" off={points.length > 0 ? '' : 'No point yet.'} onPress={() => changePlan({ points: EMPTY_PLAN.points, startsMs: null })} />
    </div>
  )
}

