// What a zone is and whom to ask. It lies on the map and takes nobody's panel away: whoever flies
// keeps the vehicle's.

import { ChevronLeft, ChevronRight, X } from 'lucide'
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
  at: number
  of: number
  onStep: (by: number) => void
  onClose: () => void
}

export function ZoneCard({ zone, training, at, of, onStep, onClose }: ZoneCardProps) {
  return (
    <section class="zone-card" aria-label={`Zone ${zone.name}`}>
      <header class="zone-card-head">
        <ZoneSwatch of={zone.restriction} />
        <div>
          <h3>{zone.name}</h3>
          <p class="row-more">{restrictionWords(zone.restriction)}</p>
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
          { name: 'Ask', value: zone.authority || 'not known', more: zone.contact },
          { name: 'Law', value: zone.law || 'not known' },
          { name: 'Source', value: zone.source || 'not known' },
        ]}
      />
      {training && <p class="badge badge-hatch">{TRAINING}</p>}
    </section>
  )
}
