// On the map: what must be said of the zones, always; the switch, and what opens the sliders.

import { Eye, EyeOff, SlidersHorizontal, TriangleAlert } from 'lucide'
import { controlsOpen, flightTime, hiddenKinds, byHeight } from '../live/zoneFilter'
import { utcWords } from '../live/zoneTimes'
import { zones, zonesNotices, zonesProblem, zonesShown, zonesUnusable, type MapNotice } from '../live/zones'
import { Icon } from '../ui/Icon'
import { Banner } from '../ui/parts'
import { isNarrow, narrow } from '../ui/theme'
import { PanelHead } from './PanelHead'
import { sheetHeight } from './Sheet'
import { ZoneControls } from './ZoneControls'

/** Over the whole width: nothing on this map may be taken for clear. */
export function ZonesBanner() {
  const words = zonesUnusable(zones.value, zonesProblem.value)
  return words ? <ZonesBannerSays words={words} /> : null
}

export const ZonesBannerSays = ({ words }: { words: string }) => (
  <div class="zones-banner">
    <Banner title={words}>No place is known to be clear, and no verdict says “allowed”.</Banner>
  </div>
)

export function ZonesNotices() {
  return (
    <>
      {zonesNotices(zones.value, zonesProblem.value)
        // What is not on the map needs no word about what it is for; what is wrong is said all the same.
        .filter(({ weight }) => weight === 'amber' || (weight === 'training' && zonesShown.value))
        .map((notice) => (
          <ZonesSays key={notice.words} {...notice} />
        ))}
      <Narrowed />
    </>
  )
}

export const ZonesSays = ({ words, weight }: MapNotice) => (
  <p class={weight === 'training' ? 'map-says badge-hatch' : 'map-says is-warn'} role="status">
    {weight !== 'training' && <Icon of={TriangleAlert} size="small" />}
    {words}
  </p>
)

/** Whoever sees fewer zones than there are is told, and has one press back. */
function Narrowed() {
  const at = flightTime.value
  const some = byHeight.value || hiddenKinds.value.size > 0
  if (!zonesShown.value || (!some && at === null)) return null
  return (
    <p class="map-says is-narrowed" role="status">
      {[some && 'Some zones are hidden', at !== null && `As of ${utcWords(at)}`].filter(Boolean).join('. ')}
    </p>
  )
}

export function ZonesLegend() {
  if (!zones.value?.dataset) return null
  return <Legend shown={zonesShown.value} open={controlsOpen.value} onShow={(shown) => (zonesShown.value = shown)} onOpen={openControls} />
}

function openControls(open: boolean): void {
  controlsOpen.value = open
  if (open && isNarrow()) sheetHeight.value = 'half'
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
            <Icon of={SlidersHorizontal} />
            <span>{open ? 'Less' : 'Height, time, kinds'}</span>
          </button>
        )}
      </div>
      {shown && open && !narrow.value && <ZoneControls />}
    </section>
  )
}

/** In the sheet, where the map has no room for it. */
export function ZoneControlsPanel() {
  return (
    <>
      <PanelHead title="Airspace zones" onClose={() => (controlsOpen.value = false)} />
      <div class="panel-body">
        <ZoneControls />
      </div>
    </>
  )
}

