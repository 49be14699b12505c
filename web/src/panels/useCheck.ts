// Asks the station what a flight would be, again shortly after what is asked changed.

import { useEffect, useRef, useState } from 'preact/hooks'
import { checkGoTo } from '../wire/flight'
import { asProblem } from '../wire/problems'
import type { GoToCheck, GoToRequest, Problem } from '../wire/types'

const WAIT_MS = 250

export interface Check {
  /** Of what is asked now; null while that is not answered. */
  check: GoToCheck | null
  problem: Problem | null
}

/** `request` null: nothing to ask yet. */
export function useCheck(vehicleId: string, request: GoToRequest | null): Check {
  const [state, setState] = useState<Check>({ check: null, problem: null })
  const turn = useRef(0)
  const asked = request && JSON.stringify(request)
  useEffect(() => {
    const mine = ++turn.current
    setState({ check: null, problem: null })
    if (request === null) return
    const timer = setTimeout(() => {
      checkGoTo(vehicleId, request).then(
        (check) => mine === turn.current && setState({ check, problem: null }),
        (error: unknown) => mine === turn.current && setState({ check: null, problem: asProblem(error) }),
      )
    }, WAIT_MS)
    return () => {
      turn.current += 1
      clearTimeout(timer)
    }
  }, [vehicleId, asked])
  return state
}
