// "What may I do here?": on the map where there is room, in the sheet where there is not.

import { useEffect } from 'preact/hooks'
import { SlidersHorizontal, X } from 'lucide'
import { asPlan, hereJudge, herePlace, hereRequest } from '../live/here'
import { controlsOpen, flightTime } from '../live/zoneFilter'
import { bothWords } from '../live/zoneTimes'
import { openZone, zoneTable } from '../live/zones'
import { Button } from '../ui/Button'
import { isNarrow } from '../ui/theme'
import { PanelHead } from './PanelHead'
import { sheetHeight } from './Sheet'
import { VerdictOf } from './Verdict'
import { count, placeWords } from './words'
import type { WhatHere } from '../wire/types'

const close = () => (herePlace.value = null)

export const aboveWords = ({ height_m, datum }: Pick<WhatHere, 'height_m' | 'datum'>): string =>
  `${height_m} m above ${datum === 'AGL' ? 'the ground' : datum === 'AMSL' ? 'mean sea level' : 'the WGS 84 ellipsoid'}`

export function HereCard() {
  if (herePlace.value === null) return null
  return (
    <section class="zone-card here-card" aria-label="What may I do here?">
      <header class="zone-card-head">
        <div>
          <h2>What may I do here?</h2>
        </div>
        <Button kind="quiet" icon={X} label="Close what may be done here" onPress={close} />
      </header>
      <Here />
    </section>
  )
}

export function HerePanel() {
  return (
    <>
      <PanelHead title="What may I do here?" onClose={close} />
      <div class="panel-body">
        <Here />
      </div>
    </>
  )
}

function Here() {
  useEffect(hereJudge.follow, [])
  const request = hereRequest.value
  if (request === null) return null
  const { judged, freshness } = hereJudge
  const named = new Set(judged.value.answer?.zones.map((one) => one.zone.zone_id) ?? [])
  const others = (herePlace.value?.zones ?? []).filter((id) => !named.has(id) && zoneTable.value.has(id))
  return (
    <>
      <Asked of={request} />
      <VerdictOf judged={judged.value} freshness={freshness.value} plan={asPlan(request)} />
      {freshness.value === 'fresh' && others.length > 0 && (
        <Button onPress={() => showOthers(others)}>{count(others.length, 'zone')} here at other heights or times</Button>
      )}
    </>
  )
}

function showOthers(ids: readonly string[]): void {
  close()
  openZone(ids)
  if (isNarrow()) sheetHeight.value = 'low'
}

/** What was asked: the height and time of the sliders. */
function Asked({ of }: { of: WhatHere }) {
  const at = flightTime.value
  return (
    <p class="here-asked">
      <span>
        {placeWords(of.lat, of.lon)}, {aboveWords(of)}, {at === null ? 'now' : bothWords(at)}
      </span>
      <Button kind="quiet" icon={SlidersHorizontal} onPress={openControls}>
        Change
      </Button>
    </p>
  )
}

function openControls(): void {
  controlsOpen.value = true
  if (isNarrow()) sheetHeight.value = 'half'
}
