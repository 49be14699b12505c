// What is shown in figures is renewed a few times a second, not with each message.

import { useEffect, useState } from 'preact/hooks'
import { motions, motionChanged, type Motion } from '../live/motion'

const EVERY_MS = 250

/** A vehicle's motion, looked at four times a second while it changes, and once a second else. */
export function useMotion(vehicleId: string): Motion | null {
  const [, drawn] = useState(0)
  useEffect(() => {
    let seen = motionChanged.peek()
    let quiet = 0
    const timer = setInterval(() => {
      const now = motionChanged.peek()
      quiet = now === seen ? quiet + EVERY_MS : 1000
      seen = now
      if (quiet < 1000) return
      quiet = 0
      drawn((n) => n + 1)
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [vehicleId])
  return motions.get(vehicleId)
}
