// What the map shows of the zones: which kinds, at which height, when.

import { useId } from 'preact/hooks'
import { hoursAhead, HOURS_AHEAD, byHeight, flightDatum, flightHeight, flightTime, hiddenKinds, HIGHEST_M, kindsOf, mapZones, showKind } from '../live/zoneFilter'
import { bothWords } from '../live/zoneTimes'
import { zoneList } from '../live/zones'
import { RESTRICTIONS } from '../map/zoneLayers'
import { Segments } from '../ui/parts'
import { ZoneSwatch } from './Airspace'
import { restrictionWords } from './aircraftWords'
import { count } from './words'
import type { HeightDatum } from '../live/zoneHeights'

export function ZoneControls() {
  return (
    <ZoneSettings
      kinds={kindsOf(zoneList.value)}
      hidden={hiddenKinds.value}
      heightM={flightHeight.value}
      datum={flightDatum.value}
      byHeight={byHeight.value}
      hours={hoursAhead.value}
      atMs={flightTime.value}
      shown={mapZones.value.length}
      unsure={mapZones.value.filter((one) => one.touch === 'unknown').length}
      faint={mapZones.value.filter((one) => !one.active).length}
      onKind={showKind}
      onHeight={(height) => (flightHeight.value = height)}
      onDatum={(datum) => (flightDatum.value = datum)}
      onByHeight={(on) => (byHeight.value = on)}
      onHours={(hours) => (hoursAhead.value = hours)}
    />
  )
}

export interface ZoneSettingsProps {
  kinds: { kind: string; words: string; count: number }[]
  hidden: ReadonlySet<string>
  heightM: number
  datum: HeightDatum
  byHeight: boolean
  hours: number
  atMs: number | null
  shown: number
  /** Shown only because their heights cannot be compared. */
  unsure: number
  /** Drawn faint: not active then. */
  faint: number
  onKind: (kind: string, shown: boolean) => void
  onHeight: (height: number) => void
  onDatum: (datum: HeightDatum) => void
  onByHeight: (on: boolean) => void
  onHours: (hours: number) => void
}

export function ZoneSettings(props: ZoneSettingsProps) {
  return (
    <div class="zone-settings">
      <HeightSlider {...props} />
      <TimeSlider {...props} />
      <p class="zone-sum" role="status">
        {sumWords(props)}
      </p>
      <Kinds {...props} />
      <ul class="legend-list" aria-label="What the patterns mean">
        {RESTRICTIONS.map((restriction) => (
          <li key={restriction}>
            <ZoneSwatch of={restriction} />
            {restrictionWords(restriction)}
          </li>
        ))}
      </ul>
    </div>
  )
}

export function sumWords({ shown, unsure, faint }: Pick<ZoneSettingsProps, 'shown' | 'unsure' | 'faint'>): string {
  const parts = [`${count(shown, 'zone')} shown`]
  if (unsure > 0) parts.push(`${unsure} because their heights cannot be compared with this one`)
  if (faint > 0) parts.push(`${faint} faint: not active then`)
  return `${parts.join('; ')}.`
}

const DATUMS: { value: HeightDatum; words: string }[] = [
  { value: 'AGL', words: 'Above ground' },
  { value: 'AMSL', words: 'Above mean sea level' },
]

function HeightSlider({ heightM, datum, byHeight: only, onHeight, onDatum, onByHeight }: ZoneSettingsProps) {
  const id = useId()
  const words = `${heightM} m above ${datum === 'AGL' ? 'the ground' : 'mean sea level'}`
  return (
    <div class="slider">
      <label for={id}>
        Height of the flight <b>{words}</b>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={HIGHEST_M}
        step={5}
        value={heightM}
        aria-valuetext={words}
        onInput={(event) => onHeight(Number(event.currentTarget.value))}
      />
      <Segments name={`${id}-datum`} legend="What the height is above" options={DATUMS} value={datum} onChoose={onDatum} />
      <label class="check">
        <input type="checkbox" checked={only} onChange={(event) => onByHeight(event.currentTarget.checked)} />
        Show only zones that it may touch
      </label>
    </div>
  )
}

function TimeSlider({ hours, atMs, onHours }: ZoneSettingsProps) {
  const id = useId()
  const words = atMs === null ? 'Now' : bothWords(atMs)
  return (
    <div class="slider">
      <label for={id}>
        Time <b>{words}</b>
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={HOURS_AHEAD}
        step={1}
        value={hours}
        aria-valuetext={words}
        onInput={(event) => onHours(Number(event.currentTarget.value))}
      />
      <p class="slider-ends" aria-hidden="true">
        <span>now</span>
        <span>in 7 days</span>
      </p>
    </div>
  )
}

function Kinds({ kinds, hidden, onKind }: ZoneSettingsProps) {
  if (kinds.length === 0) return null
  return (
    <fieldset class="kinds">
      <legend>Kinds shown</legend>
      {kinds.map(({ kind, words, count: n }) => (
        <label key={kind} class="check">
          <input type="checkbox" checked={!hidden.has(kind)} onChange={(event) => onKind(kind, event.currentTarget.checked)} />
          <span>{words}</span>
          <span class="row-more">{n}</span>
        </label>
      ))}
    </fieldset>
  )
}
