// On the map: what must be said of the zones, always; the switch and the legend; the card.

import { useState } from 'preact/hooks'
import { Eye, EyeOff, TriangleAlert } from 'lucide'
import { zones, zonesNotice, zonesProblem, zonesShown } from '../live/zones'
import { RESTRICTIONS } from '../map/zoneLayers'
import { Icon } from '../ui/Icon'
import { isNarrow } from '../ui/theme'
import { ZoneSwatch } from './Airspace'
import { restrictionWords } from './aircraftWords'

export function ZonesNotice() {
  const notice = zonesNotice(zones.value, zonesProblem.value)
  if (!notice) return null
  // What is not on the map needs no word about what it is for; what is wrong is said all the same.
  if (!notice.warn && !zonesShown.value) return null
  return <ZonesSays {...notice} />
}

export const ZonesSays = ({ words, warn }: { words: string; warn: boolean }) => (
  <p class={warn ? 'map-says is-warn' : 'map-says badge-hatch'} role="status">
    {warn && <Icon of={TriangleAlert} size="small" />}
    {words}
  </p>
)

export function ZonesLegend() {
  const [open, setOpen] = useState(!isNarrow())
  if (!zones.value?.dataset) return null
  return (
    <Legend shown={zonesShown.value} open={open} onShow={(shown) => (zonesShown.value = shown)} onOpen={setOpen} />
  )
}

export interface LegendProps {
  shown: boolean
  open: boolean
  onShow: (shown: boolean) => void
  onOpen: (open: boolean) => void
}

export function Legend({ shown, open, onShow, onOpen }: LegendProps) {
  return (
    <section class="legend" aria-label="Airspace zones">
      <div class="legend-head">
        <button type="button" class="button button-quiet" aria-pressed={shown} onClick={() => onShow(!shown)}>
          <Icon of={shown ? Eye : EyeOff} />
          <span>{shown ? 'Zones' : 'Zones hidden'}</span>
        </button>
        {shown && (
          <button type="button" class="button button-quiet" aria-expanded={open} onClick={() => onOpen(!open)}>
            {open ? 'Less' : 'Legend'}
          </button>
        )}
      </div>
      {shown && open && (
        <ul class="legend-list">
          {RESTRICTIONS.map((restriction) => (
            <li key={restriction}>
              <ZoneSwatch of={restriction} />
              {restrictionWords(restriction)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
