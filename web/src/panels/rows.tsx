// Rows: the same thing looks the same in list and panel. A row draws again only when it changed.

import { Component } from 'preact'
import { Car, Cctv, CircleHelp, Drone, PersonStanding, type IconNode } from 'lucide'
import { trackShape } from '../video/drawBoxes'
import { Icon } from '../ui/Icon'
import { Badge, StandingBadge } from '../ui/parts'
import { link } from '../live/link'
import { ageWords, stationNow } from '../live/time'
import type { ComponentChildren } from 'preact'
import type { Standing } from '../live/standing'
import { ZoneSwatch } from './Airspace'
import { restrictionWords } from './aircraftWords'
import { shortHeights } from '../map/zoneLayers'
import type { AgentView, SourceView, VehicleView, ZoneView } from '../wire/types'

interface RowProps {
  id?: string
  selected: boolean
  active: boolean
  as?: 'option' | 'button'
  onPick: () => void
}

function Row(props: RowProps & { symbol: ComponentChildren; name: string; more: string; end?: ComponentChildren }) {
  const inside = (
    <>
      {props.symbol}
      <span class="row-words">
        <span class="row-name">{props.name}</span>
        <span class="row-more">{props.more}</span>
      </span>
      {props.end ?? <span />}
    </>
  )
  if (props.as === 'button') {
    return (
      <button type="button" class="row row-button" onClick={props.onPick}>
        {inside}
      </button>
    )
  }
  return (
    <div
      id={props.id}
      class={props.active ? 'row is-focus' : 'row'}
      role="option"
      aria-selected={props.selected}
      onClick={props.onPick}
    >
      {inside}
    </div>
  )
}

export interface SourceRowProps extends RowProps {
  source: SourceView
  now: Standing
}

export class SourceRow extends Component<SourceRowProps> {
  override shouldComponentUpdate(next: SourceRowProps): boolean {
    const { source, now, selected, active } = this.props
    return (
      next.source !== source || next.selected !== selected || next.active !== active || next.now.words !== now.words
    )
  }

  override render({ source, now, ...row }: SourceRowProps) {
    const symbol = ['row-symbol']
    if (now.tone !== 'live') symbol.push(`is-${now.tone}`)
    if (now.hollow) symbol.push('is-hollow')
    return (
      <Row
        {...row}
        symbol={
          <span class={symbol.join(' ')}>
            <Icon of={Cctv} />
          </span>
        }
        name={source.name}
        more={sourceMore(source)}
        end={<StandingBadge of={now} />}
      />
    )
  }
}

function sourceMore(source: SourceView): string {
  const onDrone = source.kind === 'drone_camera'
  const parts = [onDrone ? 'On a drone' : '', source.simulated ? 'Simulated' : '', source.lat === null && !onDrone ? 'not on the map' : '']
  if (source.condition === 'live') parts.push(`${source.received_fps.toFixed(0)} fps`)
  if (source.problem) parts.push(source.problem)
  return parts.filter(Boolean).join(' · ') || 'Fixed camera'
}

export interface TrackRowProps extends RowProps {
  className: string
  number: number
  sourceName: string
  fading: boolean
}

const TRACK_ICONS = { person: PersonStanding, vehicle: Car, other: CircleHelp }

export class TrackRow extends Component<TrackRowProps> {
  override shouldComponentUpdate(next: TrackRowProps): boolean {
    const keys = ['className', 'sourceName', 'fading', 'selected', 'active'] as const
    return keys.some((key) => next[key] !== this.props[key])
  }

  override render({ className, number, sourceName, fading, ...row }: TrackRowProps) {
    const shape = trackShape(className)
    return (
      <Row
        {...row}
        symbol={
          <span class={`row-symbol is-${shape}${fading ? ' is-hollow' : ''}`}>
            <Icon of={TRACK_ICONS[shape]} />
          </span>
        }
        name={`${className} ${number}`}
        more={`seen by ${sourceName}`}
      />
    )
  }
}

export interface VehicleRowProps extends RowProps {
  vehicle: VehicleView
  now: Standing
  /** "62 m above ground". */
  height: string
  /** "Nearing London Heliport"; "" for nothing to say. */
  airspace: string
}

export class VehicleRow extends Component<VehicleRowProps> {
  override shouldComponentUpdate(next: VehicleRowProps): boolean {
    const keys = ['vehicle', 'height', 'airspace', 'selected', 'active'] as const
    return next.now.words !== this.props.now.words || keys.some((key) => next[key] !== this.props[key])
  }

  override render({ vehicle, now, height, airspace, ...row }: VehicleRowProps) {
    const symbol = ['row-symbol', 'is-aircraft']
    if (now.tone !== 'live') symbol.push(`is-${now.tone}`)
    if (now.hollow) symbol.push('is-hollow')
    if (vehicle.simulated) symbol.push('is-simulated')
    const more = [vehicle.simulated ? 'Simulated' : '', airspace, height].filter(Boolean).join(' · ')
    return (
      <Row
        {...row}
        symbol={
          <span class={symbol.join(' ')}>
            <Icon of={Drone} />
          </span>
        }
        name={vehicle.name}
        more={more}
        end={<StandingBadge of={now} />}
      />
    )
  }
}

export const ZoneRow = ({ zone, ...row }: RowProps & { zone: ZoneView }) => (
  <Row
    {...row}
    symbol={<ZoneSwatch of={zone.restriction} />}
    name={zone.name}
    more={`${restrictionWords(zone.restriction)} · ${shortHeights(zone)}`}
  />
)

/** A row that only tells. */
export function StillRow(props: { icon: IconNode; name: string; more: string; end?: ComponentChildren }) {
  return (
    <li class="row row-still">
      <span class="row-symbol is-plain">
        <Icon of={props.icon} />
      </span>
      <span class="row-words">
        <span class="row-name">{props.name}</span>
        <span class="row-more">{props.more}</span>
      </span>
      {props.end ?? <span />}
    </li>
  )
}

/** With the link gone nobody knows whether an agent is still there. */
export function AgentBadge({ agent }: { agent: AgentView }) {
  if (link.value.state === 'lost') return <Badge hollow>Not known</Badge>
  if (agent.connected) return <Badge>Connected</Badge>
  return (
    <Badge tone="warn" hollow>
      Lost {ageWords(stationNow() - Date.parse(agent.since))}
    </Badge>
  )
}
