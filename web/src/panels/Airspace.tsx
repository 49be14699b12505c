// What airspace asks for: a zone's own words, whom to ask, and the reference of a permission.

import { useId } from 'preact/hooks'
import { zoneTable } from '../live/zones'
import { zoneHeights } from '../map/zoneLayers'
import { Facts, Note } from '../ui/parts'
import { airspaceWords, breachWords, restrictionWords } from './aircraftWords'
import type { BreachView, GoToCheck, ZonePermission } from '../wire/types'

/** A zone's look as on the map: its colour and its pattern. */
export const ZoneSwatch = ({ of }: { of: string }) => <span class={`zone-swatch is-${of}`} aria-hidden="true" />

/** What stands for the airspace where it cannot be checked. */
export const UNCHECKED = 'unchecked'

export type References = Readonly<Record<string, string>>

/** The zones that ask for a reference, and "unchecked" where nothing is known. */
export const asksFor = (check: Pick<GoToCheck, 'airspace' | 'breaches'>): string[] => [
  ...check.breaches.map((breach) => breach.zone_id),
  ...(check.airspace === 'unknown' ? [UNCHECKED] : []),
]

export const permissionsOf = (asked: readonly string[], said: References): ZonePermission[] =>
  asked.flatMap((zone_id) => {
    const reference = (said[zone_id] ?? '').trim()
    return reference ? [{ zone_id, reference }] : []
  })

export const missing = (asked: readonly string[], said: References): number =>
  asked.length - permissionsOf(asked, said).length

/** Of one zone that a vehicle, or a way, touches. */
export function BreachCard({ breach, inside }: { breach: BreachView; inside?: preact.ComponentChildren }) {
  const zone = zoneTable.value.get(breach.zone_id)
  return (
    <li class="breach">
      <p class="breach-head">
        <ZoneSwatch of={breach.restriction} />
        <span>
          <b>{breach.zone_name}</b>
          <span class="row-more">
            {restrictionWords(breach.restriction)} · {breachWords(breach)}
          </span>
        </span>
      </p>
      <Facts
        facts={[
          ...(zone ? [{ name: 'Heights', value: zoneHeights(zone) }] : []),
          { name: 'Ask', value: breach.authority || 'not known', more: breach.contact },
          { name: 'Law', value: breach.law || 'not known' },
        ]}
      />
      {inside}
    </li>
  )
}

export function AirspaceCheck(props: { check: GoToCheck; said: References; onSay: (said: References) => void }) {
  const { check, said } = props
  const field = (zoneId: string, label: string, example = 'As the authority gave it') => (
    <Reference label={label} example={example} value={said[zoneId] ?? ''} onInput={(value) => props.onSay({ ...said, [zoneId]: value })} />
  )
  return (
    <div class="airspace-check">
      {check.airspace === 'unknown' && (
        <>
          <Note tone="warn">
            <strong>Airspace not known.</strong> {check.airspace_problem}
          </Note>
          {field(UNCHECKED, 'Why it may be flown unchecked: reference', 'Where that decision is written')}
        </>
      )}
      {check.airspace !== 'unknown' && check.breaches.length === 0 && (
        <Note>
          {airspaceWords(check.airspace, check.airspace_problem)}. {check.airspace_problem}
        </Note>
      )}
      {check.breaches.length > 0 && (
        <ul class="breaches" aria-label="Zones on the way">
          {check.breaches.map((breach) => (
            <BreachCard key={breach.zone_id} breach={breach} inside={field(breach.zone_id, `Permission reference for ${breach.zone_name}`)} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Reference(props: { label: string; example: string; value: string; onInput: (value: string) => void }) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="input"
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
        placeholder={props.example}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  )
}
