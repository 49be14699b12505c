// A verdict as people read it: the word first, then what it rests on, why, what would change it, and
// what else a pilot should know. The same on the map, beside a plan and before a flight.

import { CircleAlert, Clock, Info, MoveDown, Route, Scale, TriangleAlert, type IconNode } from 'lucide'
import { pointedAt } from '../live/planJudge'
import { localClock } from '../live/time'
import { Icon } from '../ui/Icon'
import { Button } from '../ui/Button'
import { ProblemCard, Waiting } from '../ui/parts'
import { TouchedZones } from './TouchedZone'
import { codeWords, datasetSays, plainInformation, VERDICTS, whenWords, legsOf, type DatasetSays, type Verdict } from './verdictWords'
import type { ComponentChildren } from 'preact'
import type { Freshness, Judged } from '../live/verdict'
import type { ChangeView, CheckPlan, InformationView, ReasonView, VerdictView } from '../wire/types'

export interface VerdictProps {
  judged: Judged
  freshness: Freshness
  /** What was judged: a request for a permission is filled in with it. */
  plan: CheckPlan | null
  /** Makes a change that the station offers, and has it judged again; without it they are only said. */
  onChange?: (change: ChangeView) => void
  /** Between the verdict and its reasons: what it depends on. */
  children?: ComponentChildren
}

export function VerdictOf({ judged, freshness, plan, onChange, children }: VerdictProps) {
  const { answer, problem } = judged
  return (
    <div class="verdict">
      {problem && <ProblemCard problem={problem} kept="Nothing is known to be allowed. The page asks again by itself." />}
      {answer === null && !problem && freshness !== 'none' && <Waiting>The station judges it</Waiting>}
      {answer && (
        <>
          <VerdictHead verdict={answer.verdict} stale={freshness === 'stale'} atMs={judged.atMs} failed={problem !== null} />
          <DatasetLines of={datasetSays(answer)} />
        </>
      )}
      {children}
      {answer && (
        <div class={freshness === 'stale' ? 'verdict-rest is-stale' : 'verdict-rest'}>
          <Reasons of={answer} ofLegs={legsOf(answer, plan)} />
          <Changes of={answer} {...(onChange ? { onChange } : {})} />
          <TouchedZones of={answer} plan={plan} ofLegs={legsOf(answer, plan)} />
          <Informations of={answer} />
          <p class="verdict-foot">{footWords(answer)}</p>
        </div>
      )}
    </div>
  )
}

/** Beside a form that says the zones itself: the word, what it rests on, and the other reasons. */
export function VerdictInShort({ judged, freshness, plan, said }: Omit<VerdictProps, 'onChange' | 'children'> & { said: readonly string[] }) {
  const { answer, problem } = judged
  if (answer === null) return freshness === 'none' ? null : problem ? <ProblemCard problem={problem} kept="Nothing is known to be allowed." /> : <Waiting>The station judges it</Waiting>
  const reasons = answer.reasons.filter((one) => !said.includes(one.zone_id))
  return (
    <div class="verdict">
      <VerdictHead verdict={answer.verdict} stale={freshness === 'stale'} atMs={judged.atMs} failed={problem !== null} />
      <DatasetLines of={datasetSays(answer)} />
      <Reasons of={{ reasons }} ofLegs={legsOf(answer, plan)} />
    </div>
  )
}

export function VerdictHead(props: { verdict: Verdict; stale?: boolean; atMs?: number; failed?: boolean }) {
  const look = VERDICTS[props.verdict]
  return (
    <div class={`verdict-head is-${props.stale ? 'stale' : look.tone}`} role="status">
      <Icon of={look.icon} size="large" />
      <div>
        <p class="verdict-word">{props.stale ? `Was: ${look.word}` : look.word}</p>
        <p class="verdict-says">{props.stale ? staleWords(props.failed ?? false) : look.says}</p>
        {props.atMs ? <p class="verdict-at">Judged at {localClock(props.atMs)}</p> : null}
      </div>
    </div>
  )
}

const staleWords = (failed: boolean): string =>
  failed ? 'This is an older answer: the station could not judge it again.' : 'Changed since this was judged. The station judges it again.'

/** Never folded away. */
export function DatasetLines({ of }: { of: readonly DatasetSays[] }) {
  if (of.length === 0) return null
  return (
    <ul class="verdict-data" aria-label="What it rests on">
      {of.map(({ weight, words }) => (
        <li key={words} class={`data-line is-${weight}`}>
          {weight !== 'training' && <Icon of={weight === 'banner' ? CircleAlert : TriangleAlert} size="small" />}
          <span>{words}</span>
        </li>
      ))}
    </ul>
  )
}

function Reasons({ of, ofLegs }: { of: Pick<VerdictView, 'reasons'>; ofLegs: number }) {
  if (of.reasons.length === 0) return null
  return (
    <section class="stack" aria-label="Why">
      <h3 class="section-title">Why</h3>
      <ul class="reasons">
        {of.reasons.map((reason, at) => (
          <ReasonRow key={at} reason={reason} ofLegs={ofLegs} />
        ))}
      </ul>
    </section>
  )
}

/** Hovered or focused, its legs and its zone stand out on the map. */
export function ReasonRow({ reason, ofLegs }: { reason: ReasonView; ofLegs: number }) {
  const point = () => (pointedAt.value = { legs: reason.legs, zoneId: reason.zone_id })
  const leave = () => (pointedAt.value = null)
  const when = whenWords(reason, ofLegs)
  return (
    <li class="reason" tabIndex={0} onMouseEnter={point} onMouseLeave={leave} onFocus={point} onBlur={leave}>
      <span class="reason-code">{codeWords(reason.code)}</span>
      <span class="reason-text">{reason.text}</span>
      {when && <Small icon={Clock}>{when}</Small>}
      {reason.law && !reason.text.includes(reason.law) && <Small icon={Scale}>{reason.law}</Small>}
    </li>
  )
}

const Small = ({ icon, children }: { icon: IconNode; children: string }) => (
  <span class="reason-more">
    <Icon of={icon} size="small" />
    {children}
  </span>
)

const CHANGE_ICONS: Record<string, IconNode> = { lower: MoveDown, later: Clock, earlier: Clock, detour: Route }
const CHANGE_ACTS: Record<string, string> = { lower: 'Fly lower', later: 'Start later', earlier: 'Start earlier', detour: 'Fly round it' }

function Changes({ of, onChange }: { of: VerdictView; onChange?: (change: ChangeView) => void }) {
  if (of.changes.length === 0) return null
  return (
    <section class="stack" aria-label="What would change it">
      <h3 class="section-title">What would change it</h3>
      <ul class="changes">
        {of.changes.map((change, at) => (
          <li key={at} class="change">
            <Icon of={CHANGE_ICONS[change.kind] ?? Info} />
            <span>{change.text}</span>
            {onChange && CHANGE_ACTS[change.kind] && <Button onPress={() => onChange(change)}>{CHANGE_ACTS[change.kind]}</Button>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Informations({ of }: { of: VerdictView }) {
  const all = plainInformation(of)
  return (
    <>
      <InformationList name="Not judged" all={all.filter((one) => one.code === 'NOT_JUDGED')} />
      <InformationList name="Also to know" all={all.filter((one) => one.code !== 'NOT_JUDGED')} />
    </>
  )
}

function InformationList({ name, all }: { name: string; all: readonly InformationView[] }) {
  if (all.length === 0) return null
  return (
    <section class="stack" aria-label={name}>
      <h3 class="section-title">{name}</h3>
      <ul class="informations">
        {all.map((one, at) => (
          <li key={at}>
            <Icon of={Info} size="small" />
            <span>{one.text}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function footWords(of: VerdictView): string {
  const operator = of.operator ? `For ${of.operator}.` : 'No operator profile is recorded: who flies, and under which category, was not judged.'
  const ground = of.ground_amsl_m === null ? '' : ` Ground at the first point: ${Math.round(of.ground_amsl_m)} m above mean sea level.`
  const data = of.dataset.name ? ` Zones: ${of.dataset.name}.` : ''
  const notams = of.dataset.notams ? ` ${of.dataset.notams}.` : ''
  return `${operator}${ground}${data}${notams}`
}
