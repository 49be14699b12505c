// Asks the station what a flight would be: shortly after what is asked changed, and again every few
// seconds, because the vehicle flies on meanwhile.

import { useEffect, useState } from 'preact/hooks'
import { checkGoTo } from '../wire/flight'
import { asProblem } from '../wire/problems'
import type { GoToCheck, GoToRequest, Problem } from '../wire/types'

const WAIT_MS = 250
const AGAIN_MS = 5000

export interface Check {
  /** Of what is asked now; null while that is not answered. */
  check: GoToCheck | null
  problem: Problem | null
}

const NOTHING: Check = { check: null, problem: null }

/** `request` null: nothing to ask yet. `turn` changes to have it asked at once. */
export function useCheck(vehicleId: string, request: GoToRequest | null, turn = 0): Check {
  const asked = request && JSON.stringify(request)
  const [state, setState] = useState<Check & { of: string | null }>({ ...NOTHING, of: null })
  useEffect(() => {
    if (request === null) return
    let left = false
    let timer: ReturnType<typeof setTimeout>
    const ask = async () => {
      const found: Check = await checkGoTo(vehicleId, request).then(
        (check) => ({ check, problem: null }),
        (error: unknown) => ({ check: null, problem: asProblem(error) }),
      )
      if (left) return
      setState({ ...found, of: asked })
      timer = setTimeout(() => void ask(), AGAIN_MS)
    }
    timer = setTimeout(() => void ask(), WAIT_MS)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [vehicleId, asked, turn])
  // The answer to another question is none to this one.
  return state.of === asked && asked !== null ? state : NOTHING
}
