// The zones of a verdict: what each asks for, whom to ask, and the way to a permission.

import { FilePlus2, Send } from 'lucide'
import { openPermission, openRequest } from '../live/papers'
import { pointedAt } from '../live/planJudge'
import { may, whyNot } from '../live/session'
import { Button } from '../ui/Button'
import { Facts } from '../ui/parts'
import { ZoneSwatch } from './Airspace'
import { restrictionWords } from './aircraftWords'
import { canBeAsked, touchedWords, whenWords } from './verdictWords'
import type { CheckPlan, TouchedView, VerdictView } from '../wire/types'

export function TouchedZones({ of, plan, ofLegs }: { of: VerdictView; plan: CheckPlan | null; ofLegs: number }) {
  if (of.zones.length === 0) return null
  return (
    <section class="stack" aria-label="Zones">
      <h3 class="section-title">
        Zones <span>{of.zones.length}</span>
      </h3>
      <ul class="breaches">
        {of.zones.map((one) => (
          <TouchedZone key={one.zone.zone_id} one={one} ofLegs={ofLegs} plan={plan} />
        ))}
      </ul>
    </section>
  )
}

export function TouchedZone({ one, ofLegs, plan }: { one: TouchedView; ofLegs: number; plan: CheckPlan | null }) {
  const { zone } = one
  const point = () => (pointedAt.value = { legs: one.legs, zoneId: zone.zone_id })
  const leave = () => (pointedAt.value = null)
  const when = whenWords(one, ofLegs)
  const stands = touchedWords(one)
  return (
    <li class="breach" onMouseEnter={point} onMouseLeave={leave} onFocusIn={point} onFocusOut={leave}>
      <p class="breach-head">
        <ZoneSwatch of={zone.restriction} />
        <span>
          <b>{zone.name}</b>
          <span class="row-more">{[zone.designator, restrictionWords(zone.restriction), stands].filter(Boolean).join(' · ')}</span>
        </span>
      </p>
      <details class="zone-facts">
        <summary>Heights, whom to ask, law</summary>
        <Facts
          facts={[
            { name: 'Heights', value: one.limit },
            ...(one.window ? [{ name: 'Active', value: one.window }] : []),
            ...(when ? [{ name: 'When', value: when }] : []),
            { name: 'Ask', value: zone.authority || 'not known', more: zone.contact },
            { name: 'Law', value: zone.law || 'not known' },
            ...(zone.conditions ? [{ name: 'Conditions', value: zone.conditions }] : []),
          ]}
        />
      </details>
      {canBeAsked(one) && <PermissionActs one={one} plan={plan} />}
    </li>
  )
}

/** Who may not sees them with the reason, once. */
function PermissionActs({ one, plan }: { one: TouchedView; plan: CheckPlan | null }) {
  const off = may('record_permissions') ? '' : whyNot('record_permissions')
  const zone_id = one.zone.zone_id
  return (
    <div class="acts">
      <Button icon={Send} off={off || (plan === null ? 'Nothing is planned.' : '')} onPress={() => plan && openRequest({ zone_id, plan })}>
        {one.request_id ? 'Ask again' : 'Ask for this permission'}
      </Button>
      <Button
        icon={FilePlus2}
        off={off}
        onPress={() => openPermission({ zone_id, ...(one.request_id ? { request_id: one.request_id } : {}) })}
      >
        Record a permission
      </Button>
      {off && <p class="flight-why">{off}</p>}
    </div>
  )
}
