// Small parts without state of their own.

import { CircleAlert, Info, TriangleAlert, type IconNode } from 'lucide'
import { Icon } from './Icon'
import { CopyButton } from './Copy'
import type { ComponentChildren } from 'preact'
import type { Standing, Tone } from '../live/standing'
import type { Problem } from '../wire/types'

interface Inside {
  children: ComponentChildren
}

export function Badge({ tone = 'quiet', hollow, children }: Inside & { tone?: Tone; hollow?: boolean }) {
  return (
    <span class={`badge badge-${tone}`}>
      <span class={hollow ? 'dot dot-hollow' : 'dot'} />
      {children}
    </span>
  )
}

export const StandingBadge = ({ of }: { of: Standing }) => (
  <Badge tone={of.tone} hollow={of.hollow}>
    {of.words}
  </Badge>
)

/** Simulated and demonstration things carry a hatch and the word. */
export const SimulatedBadge = () => <span class="badge badge-hatch">Simulated</span>

export function Banner({ title, children, act }: Inside & { title: string; act?: ComponentChildren }) {
  return (
    <div class="banner" role="status">
      <Icon of={TriangleAlert} />
      <p class="banner-words">
        <strong>{title}</strong> {children}
      </p>
      {act}
    </div>
  )
}

export function Note({ tone = 'quiet', children }: Inside & { tone?: 'quiet' | 'warn' }) {
  return (
    <div class={tone === 'warn' ? 'note note-warn' : 'note'}>
      <Icon of={tone === 'warn' ? TriangleAlert : Info} />
      <div>{children}</div>
    </div>
  )
}

/** What happened, what was kept, what to do, and a reference to quote. */
export function ProblemCard({ problem, kept }: { problem: Problem; kept?: string }) {
  return (
    <div class="problem" role="alert">
      <p class="problem-what">
        <Icon of={CircleAlert} />
        <span>{problem.detail || problem.title}</span>
      </p>
      {kept && <p class="problem-rest">{kept}</p>}
      {problem.remedy && <p class="problem-rest">{problem.remedy}</p>}
      {problem.reference && (
        <p class="problem-reference">
          Reference {problem.reference}
          <CopyButton what="reference" text={problem.reference} />
        </p>
      )}
    </div>
  )
}

/** An empty state teaches: what this is, and the one thing to do next. */
export function Empty({ icon, title, children, act }: Inside & { icon: IconNode; title: string; act?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="empty-picture">
        <Icon of={icon} size="large" />
      </span>
      <h3>{title}</h3>
      <p>{children}</p>
      {act}
    </div>
  )
}

/** Never a spinner without words. */
export const Waiting = ({ children }: Inside) => (
  <p class="waiting" role="status">
    <span class="spinner" />
    {children}
  </p>
)

export interface Fact {
  name: string
  value: ComponentChildren
  more?: string
}

export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts.map(({ name, value, more }) => [
        <dt key={`${name} name`}>{name}</dt>,
        <dd key={`${name} value`}>
          {value}
          {more && <span class="fact-more"> {more}</span>}
        </dd>,
      ])}
    </dl>
  )
}

export function Segments<T extends string>(props: {
  name: string
  legend: string
  options: { value: T; words: string; icon?: IconNode }[]
  value: T
  onChoose: (value: T) => void
}) {
  return (
    <div class="segments" role="radiogroup" aria-label={props.legend}>
      {props.options.map(({ value, words, icon }) => (
        <label class="segment" key={value}>
          <input
            type="radio"
            name={props.name}
            value={value}
            checked={props.value === value}
            onChange={() => props.onChoose(value)}
          />
          {icon && <Icon of={icon} />}
          {words}
        </label>
      ))}
    </div>
  )
}
