// The preflight in a vehicle's panel: how it stands, and the way into it.

import { useEffect, useState } from 'preact/hooks'
import { ClipboardCheck } from 'lucide'
import { Button } from '../ui/Button'
import { Note, ProblemCard } from '../ui/parts'
import { readPreflight } from '../wire/preflight'
import { asProblem } from '../wire/problems'
import { PreflightDialog } from './PreflightDialog'
import { standingOf, summaryOf } from './preflightWords'
import type { PreflightView, Problem, VehicleView } from '../wire/types'

export const LOOK_MS = 2000

export interface PreflightNow {
  /** undefined: not read yet. */
  view: PreflightView | null | undefined
  problem: Problem | null
  set: (view: PreflightView) => void
}

/** Read again every two seconds: its checks are those of now. */
export function usePreflight(vehicleId: string): PreflightNow {
  const [view, set] = useState<PreflightView | null | undefined>(undefined)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      try {
        const found = await readPreflight(vehicleId)
        if (over) return
        set(found)
        setProblem(null)
      } catch (error) {
        if (!over) setProblem(asProblem(error))
      }
      if (!over) timer = setTimeout(() => void look(), LOOK_MS)
    }
    void look()
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [vehicleId])
  return { view, problem, set }
}

export function Preflight({ vehicle, why }: { vehicle: VehicleView; why: string }) {
  const now = usePreflight(vehicle.vehicle_id)
  const [open, setOpen] = useState(false)
  return (
    <section class="preflight-row" aria-label="Preflight">
      <PreflightSummary view={now.view} problem={now.problem} why={why} onOpen={() => setOpen(true)} />
      {open && <PreflightDialog vehicle={vehicle} now={now} onClose={() => setOpen(false)} />}
    </section>
  )
}

export function PreflightSummary(props: { view: PreflightView | null | undefined; problem: Problem | null; why: string; onOpen: () => void }) {
  const { view, problem, why } = props
  const standing = view === undefined ? null : standingOf(view)
  return (
    <>
      {problem && <ProblemCard problem={problem} kept="The preflight as it stands is not known." />}
      {standing !== null && view !== undefined && (standing === 'signed' ? <p class="preflight-signed">{summaryOf(view)}</p> : <Note tone={standing === 'open' ? 'quiet' : 'warn'}>{summaryOf(view)}</Note>)}
      <Button icon={ClipboardCheck} kind={standing === 'signed' ? 'plain' : 'primary'} off={why} onPress={props.onOpen}>
        {standing === 'open' ? 'Go on with the preflight' : standing === 'signed' ? 'Look at the preflight' : 'Make the preflight'}
      </Button>
    </>
  )
}
