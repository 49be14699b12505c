// A preflight in words: what stands in the panel, and what keeps it from being signed.

import type { CheckView, PreflightView } from '../wire/types'

export type PreflightStanding = 'none' | 'open' | 'signed' | 'over'

/** `over`: it was signed, and serves no take-off any more. */
export function standingOf(one: PreflightView | null): PreflightStanding {
  if (one === null) return 'none'
  if (one.signed_at === null) return 'open'
  return one.good_for_s === null || one.good_for_s <= 0 ? 'over' : 'signed'
}

export function summaryOf(one: PreflightView | null): string {
  switch (standingOf(one)) {
    case 'none':
      return 'No preflight yet: nothing takes off without one.'
    case 'open':
      return 'Preflight begun, not signed.'
    case 'signed': {
      const minutes = Math.max(1, Math.floor((one?.good_for_s ?? 0) / 60))
      const how = one?.override_reason ? 'Emergency: signed without ticks' : `Preflight signed by ${one?.signed_name ?? ''}`
      return `${how}, for one take-off within ${minutes} min.`
    }
    case 'over':
      return one?.used_at ? 'Its preflight served a take-off: the next one needs another.' : 'Its preflight does not hold any more: make another.'
  }
}

/** Those that stop it first, then what is not known, then what is well. */
export function inOrder(checks: readonly CheckView[]): CheckView[] {
  const rank = (check: CheckView) => (check.state === 'passed' ? 2 : check.blocks ? 0 : 1)
  return [...checks].sort((a, b) => rank(a) - rank(b))
}

export const stops = (check: CheckView): boolean => check.blocks && check.state !== 'passed'

/** Why it cannot be signed now; "" where it can. `emergency`: without ticks, and with a reason. */
export function whyNotSign(one: PreflightView, name: string, emergency: boolean, reason: string): string {
  const byHand = (check: CheckView) => emergency && check.key === 'weather' && check.state === 'unknown'
  const stopped = one.checks.filter((check) => stops(check) && !byHand(check)).length
  if (stopped > 0) return stopped === 1 ? 'One check stops it.' : `${stopped} checks stop it.`
  const left = one.ticks.filter((tick) => !tick.done).length
  if (!emergency && left > 0) return left === 1 ? 'One of your own checks is left.' : `${left} of your own checks are left.`
  if (emergency && reason.trim().length < 10) return 'Say what the emergency is.'
  return name.trim() === '' ? 'Type your name.' : ''
}
