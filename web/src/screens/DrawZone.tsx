// The form for a zone of one's own: a circle or an outline, between two heights, for a time.

import { useState } from 'preact/hooks'
import { stationNow } from '../live/time'
import { Dialog } from '../ui/Dialog'
import { Choice, Field, Form, useSending } from '../ui/Field'
import { Segments } from '../ui/parts'
import { drawZone } from '../wire/papers'
import { AreaMap } from './AreaMap'
import { OutlineEditor } from './OutlineEditor'
import { centreOf, radiusOf, whyNotDraw, zoneOf, type ZoneText } from './drawZone'
import { TimeField } from './TimeField'
import { HOUR_MS, minuteOf } from './times'

const KINDS = [
  { value: 'temporary' as const, words: 'Temporary: an event, works' },
  { value: 'incident' as const, words: 'Incident: something has happened' },
]
const RESTRICTIONS = [
  { value: 'permission' as const, words: 'Permission needed' },
  { value: 'prohibited' as const, words: 'No flight' },
  { value: 'conditional' as const, words: 'Conditions' },
  { value: 'information' as const, words: 'Information only' },
]
const SHAPES = [
  { value: 'circle' as const, words: 'Circle' },
  { value: 'outline' as const, words: 'Outline' },
]
const LOWER = [
  { value: 'surface' as const, words: 'the surface' },
  { value: 'agl' as const, words: 'above the ground' },
  { value: 'amsl' as const, words: 'above mean sea level' },
]
const UPPER = LOWER.slice(1) as { value: 'agl' | 'amsl'; words: string }[]

const fresh = (nowMs: number): ZoneText => ({
  name: '',
  reason: '',
  contact: '',
  kind: 'temporary',
  restriction: 'permission',
  shape: 'circle',
  lat: '',
  lon: '',
  radius: '250',
  corners: [],
  lower: '0',
  lowerDatum: 'surface',
  upper: '120',
  upperDatum: 'agl',
  begins: minuteOf(nowMs),
  ends: minuteOf(nowMs) + 4 * HOUR_MS,
})

export function DrawZoneDialog({ onClose }: { onClose: (drew: boolean) => void }) {
  const [of, set] = useState(() => fresh(stationNow()))
  const change = (more: Partial<ZoneText>) => set((was) => ({ ...was, ...more }))
  const sending = useSending()
  const why = whyNotDraw(of, stationNow())
  const draw = async () => {
    await drawZone(zoneOf(of))
    onClose(true)
  }
  return (
    <Dialog title="Draw a zone" onClose={() => onClose(false)}>
      <Form sending={sending} go="Draw it" going="Drawing it" kept="No zone was drawn; what you typed is still here." {...(why ? { whyNot: why } : {})} onSend={() => void sending.run(draw)}>
        <Field label="Name" value={of.name} maxLength={200} placeholder="Match at Craven Cottage" onInput={(name) => change({ name })} focus />
        <Field label="Why" value={of.reason} maxLength={500} placeholder="Crowd, 25,000 people" onInput={(reason) => change({ reason })} />
        <div class="one-line">
          <Choice label="Kind" value={of.kind} options={KINDS} onChoose={(kind) => change({ kind })} />
          <Choice label="What it asks for" value={of.restriction} options={RESTRICTIONS} onChoose={(restriction) => change({ restriction })} />
        </div>
        <Shape of={of} change={change} />
        <Heights of={of} change={change} />
        <div class="one-line">
          <TimeField label="Begins" value={of.begins} onChange={(begins) => change({ begins })} />
          <TimeField label="Ends" value={of.ends} onChange={(ends) => change({ ends })} />
        </div>
        <Field label="Whom to ask (optional)" value={of.contact} maxLength={500} placeholder="Duty supervisor, 020 7946 0000" onInput={(contact) => change({ contact })} />
      </Form>
    </Dialog>
  )
}

interface Part {
  of: ZoneText
  change: (more: Partial<ZoneText>) => void
}

function Shape({ of, change }: Part) {
  const centre = centreOf(of)
  return (
    <fieldset class="area">
      <legend class="field-label">Shape</legend>
      <Segments name="zone-shape" legend="Shape" options={SHAPES} value={of.shape} onChoose={(shape) => change({ shape })} />
      {of.shape === 'outline' ? (
        <OutlineEditor corners={of.corners} onChange={(corners) => change({ corners })} />
      ) : (
        <>
          <AreaMap
            corners={[]}
            ring={centre && { centre, radiusM: radiusOf(of) ?? 0 }}
            label="Plan of the borough with the circle; its middle can be typed below"
            hint="Press where the middle of the circle is."
            onCorner={([lon, lat]) => change({ lat: lat.toFixed(5), lon: lon.toFixed(5) })}
          />
          <div class="three-line">
            <Field label="Latitude" value={of.lat} placeholder="51.4750" onInput={(lat) => change({ lat })} />
            <Field label="Longitude" value={of.lon} placeholder="-0.2217" onInput={(lon) => change({ lon })} />
            <Field label="Radius, m" value={of.radius} numeric onInput={(radius) => change({ radius })} />
          </div>
        </>
      )}
    </fieldset>
  )
}

function Heights({ of, change }: Part) {
  return (
    <div class="one-line">
      <div class="height">
        {of.lowerDatum !== 'surface' && <Field label="From, m" value={of.lower} numeric onInput={(lower) => change({ lower })} />}
        <Choice label={of.lowerDatum === 'surface' ? 'From' : 'above'} value={of.lowerDatum} options={LOWER} onChoose={(lowerDatum) => change({ lowerDatum })} />
      </div>
      <div class="height">
        <Field label="Up to, m" value={of.upper} numeric onInput={(upper) => change({ upper })} />
        <Choice label="above" value={of.upperDatum} options={UPPER} onChoose={(upperDatum) => change({ upperDatum })} />
      </div>
    </div>
  )
}
