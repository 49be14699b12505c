// What came of a command, in one line and in full.

import { CircleCheck, CircleX, Loader } from 'lucide'
import { ageWords, localClock } from '../live/time'
import { Icon } from '../ui/Icon'
import { ProblemCard } from '../ui/parts'
import type { Command } from '../live/commands'

const ICONS = { sending: Loader, done: CircleCheck, refused: CircleX }

export function outcomeWords(of: Command, nowMs: number): string {
  if (of.state === 'sending') {
    const waited = nowMs - of.sentAtMs
    return waited < 1500 ? 'sending' : `sending for ${ageWords(waited)}`
  }
  if (of.state === 'done') return `acknowledged in ${of.tookMs ?? 0} ms`
  return of.problem?.status === 0 ? 'no answer' : 'refused'
}

export function CommandLine({ of }: { of: Command }) {
  return (
    <span class={`command-line is-${of.state}`}>
      <Icon of={ICONS[of.state]} size="small" />
      {of.words}: {outcomeWords(of, Date.now())}
    </span>
  )
}

/** The last few, newest first; a refusal in the autopilot's own words. */
export function CommandLog({ list }: { list: readonly Command[] }) {
  if (list.length === 0) return null
  return (
    <ol class="command-log" aria-label="Commands sent" aria-live="polite">
      {list.map((of, i) => (
        <li key={of.key}>
          <span class="command-row">
            <CommandLine of={of} />
            <span class="row-more">{localClock(of.sentAtMs)}</span>
          </span>
          {of.note && <p class="row-more command-note">{of.note}</p>}
          {of.problem &&
            (i === 0 ? (
              <ProblemCard problem={of.problem} />
            ) : (
              <p class="row-more command-note">{of.problem.detail || of.problem.title}</p>
            ))}
        </li>
      ))}
    </ol>
  )
}
