// What a zone is and whom to ask. It lies on the map and takes nobody's panel away: whoever flies
// keeps the vehicle's.

import { ChevronLeft, ChevronRight, X } from 'lucide'
import { stationNow } from '../live/time'
import { flightTime, kindOf, kindWords } from '../live/zoneFilter'
import { activeAt } from '../live/zoneTimes'
import { openZones, TRAINING, zones, zoneTable } from '../live/zones'
import { zoneHeights } from '../map/zoneLayers'
import { Button } from '../ui/Button'
import { Facts } from '../ui/parts'
import { ZoneSwatch } from './Airspace'
import { restrictionWords } from './aircraftWords'
import type { ZoneView } from '../wire/types'

export function ZoneCards() {
  const open = openZones.value
  const zone = open && zoneTable.value.get(open.ids[open.at] ?? '')
  if (!open || !zone) return null
  const step = (by: number) => (openZones.value = { ...open, at: (open.at + by + open.ids.length) % open.ids.length })
  return (
    <ZoneCard
      zone={zone}
      training={zones.value?.dataset?.training ?? false}
      activity={activeAt(zone, flightTime.value ?? stationNow()).words}
      at={open.at}
      of={open.ids.length}
      onStep={step}
      onClose={() => (openZones.value = null)}
    />
  )
}

export interface ZoneCardProps {
  zone: ZoneView
  training: boolean
  /** Whether it holds at the time of the slider, in words; "" where it always does. */
  activity: string
  at: number
  of: number
  onStep: (by: number) => void
  onClose: () => void
}

export function ZoneCard({ zone, training, activity, at, of, onStep, onClose }: ZoneCardProps) {
  return (
    <section class="zone-card" aria-label={`Zone ${zone.name}`}>
      <header class="zone-card-head">
        <ZoneSwatch of={zone.restriction} />
        <div>
          <h3>{zone.name}</h3>
          <p class="row-more">{[zone.designator, restrictionWords(zone.restriction), kindWords(kindOf(zone))].filter(Boolean).join(' · ')}</p>
        </div>
        {of > 1 && (
          <span class="zone-card-steps">
            <Button kind="quiet" icon={ChevronLeft} label="The zone before, at the same place" onPress={() => onStep(-1)} />
            <span class="row-more">
              {at + 1} of {of} here
            </span>
            <Button kind="quiet" icon={ChevronRight} label="The next zone at the same place" onPress={() => onStep(1)} />
          </span>
        )}
        <Button kind="quiet" icon={X} label="Close the zone" onPress={onClose} />
      </header>
      <Facts
        facts={[
          { name: 'Heights', value: zoneHeights(zone) },
          { name: 'Active', value: zone.applies || 'not known', more: activity },
          { name: 'Ask', value: zone.authority || 'not known', more: zone.contact },
          { name: 'Law', value: zone.law || 'not known' },
          { name: 'Source', value: zone.source || 'not known' },
          ...(zone.conditions ? [{ name: 'Conditions', value: zone.conditions }] : []),
          ...(zone.message ? [{ name: 'Says', value: zone.message }] : []),
        ]}
      />
      {training && <p class="badge badge-hatch">{TRAINING}</p>}
    </section>
  )
}
