// The selected vehicle: picture first, then facts, then what I may do about it. The three urgent
// buttons are not in here: they have a place of their own at the panel's end (StopBar).

import { useEffect } from 'preact/hooks'
import { Check, Drone, LocateFixed, TriangleAlert } from 'lucide'
import { aircraftStanding, silentMs } from '../live/aircraft'
import { decide, openAlerts, alertsProblem } from '../live/alerts'
import { picking } from '../live/flyTo'
import { link } from '../live/link'
import { go, select } from '../live/place'
import { may } from '../live/session'
import { sourceTable } from '../live/sources'
import { ageWords, agoWords, secondTick, stationNow, timeWords } from '../live/time'
import { mapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, Empty, Facts, Note, SimulatedBadge, StandingBadge, type Fact } from '../ui/parts'
import { asProblem } from '../wire/problems'
import { BreachCard } from './Airspace'
import * as words from './aircraftWords'
import { ConformanceRow } from './Conformance'
import { aim, FlightActs } from './FlightActs'
import { FlyTo } from './FlyTo'
import { PanelHead } from './PanelHead'
import { Picture } from './Picture'
import { clocks } from './placedAircraft'
import { useMotion } from './useMotion'
import { TileCover } from './VideoTile'
import { headingWords, placeWords } from './words'
import type { Link } from '../live/link'
import type { Motion } from '../live/motion'
import type { AlertView, StatusText, VehicleView } from '../wire/types'

const nothing = () => undefined

export function VehiclePanel({ vehicle }: { vehicle: VehicleView }) {
  void secondTick.value
  const id = vehicle.vehicle_id
  const motion = useMotion(id)
  const thought = picking.value?.vehicleId === id ? picking.value : null
  // Whoever turns to something else does not pick a place for this one any more.
  useEffect(() => () => {
    if (picking.peek()?.vehicleId === id) picking.value = null
  }, [id])
  return (
    <>
      <PanelHead title={vehicle.name} onClose={() => select(null)}>
        <StandingBadge of={aircraftStanding(vehicle, motion, link.value, clocks())} />
        {vehicle.simulated && <SimulatedBadge />}
      </PanelHead>
      <div class="panel-body">
        {thought?.at ? <FlyTo vehicle={vehicle} at={thought.at} onOther={() => aim(id)} /> : <Whole vehicle={vehicle} motion={motion} />}
      </div>
    </>
  )
}

function Whole({ vehicle, motion }: { vehicle: VehicleView; motion: Motion | null }) {
  const source = vehicle.source_id === null ? undefined : sourceTable.value.get(vehicle.source_id)
  const placed = motion?.position != null
  return (
    <>
      {openAlerts.value.filter((a) => a.vehicle_id === vehicle.vehicle_id).slice(0, 3).map((alert) => (
        <VehicleAlert key={alert.alert_id} of={alert} />
      ))}
      {source ? (
        <Picture key={source.source_id} source={source} onPlayer={nothing} />
      ) : (
        <div class="tile tile-still">
          <TileCover icon={Drone} title="No camera">
            {vehicle.source_id === null ? 'This drone brings in no picture.' : 'Its camera is not among your sources.'}
          </TileCover>
        </div>
      )}
      <VehicleFacts vehicle={vehicle} motion={motion} />
      <FlightActs vehicle={vehicle} />
      <OwnWords texts={vehicle.status_texts} />
      <section class="more-facts" aria-label="More facts">
        <Facts facts={moreFacts(vehicle, motion)} />
        {placed && (
          <Button icon={LocateFixed} onPress={() => mapCommands.value?.showVehicle(vehicle.vehicle_id)}>
            Show on map
          </Button>
        )}
      </section>
    </>
  )
}

/** An alert about this vehicle, with the one decision that is made in flight. */
function VehicleAlert({ of }: { of: AlertView }) {
  const acknowledge = () => {
    decide(of.alert_id, { state: 'acknowledged', reason: '' }).catch((error: unknown) => (alertsProblem.value = asProblem(error)))
  }
  return (
    <section class={`vehicle-alert is-${of.severity}${of.state === 'new' ? ' is-new' : ''}`} aria-label="Alert">
      <Icon of={TriangleAlert} />
      <div>
        <strong>{of.text}</strong>
        <p class="row-more">
          {agoWords(of.raised_at)}. {of.remedy}
        </p>
        <div class="acts">
          {of.state === 'new' && may('decide_alerts') && (
            <Button icon={Check} onPress={acknowledge}>
              Acknowledge
            </Button>
          )}
          <Button kind="quiet" onPress={() => go('alerts', of.alert_id)}>
            Open the alert
          </Button>
        </div>
      </div>
    </section>
  )
}

export function VehicleFacts({ vehicle, motion }: { vehicle: VehicleView; motion: Motion | null }) {
  const now = clocks()
  const standing = aircraftStanding(vehicle, motion, link.value, now)
  return (
    <>
      {standing.hollow && standing.tone === 'warn' && (
        <Note tone="warn">
          <strong>{standing.words}: all of this is as last known.</strong> {hollowWords(vehicle, link.value)}
        </Note>
      )}
      <Figures motion={motion} />
      <AirspaceState vehicle={vehicle} old={standing.hollow} />
      {vehicle.conformance !== null && <ConformanceRow vehicle={vehicle} />}
      {vehicle.problems.map((problem) => (
        <Note key={problem} tone="warn">
          {problem}
        </Note>
      ))}
      <section aria-label="Facts" class={standing.hollow ? 'is-old' : ''}>
        <Facts facts={facts(vehicle, motion)} />
      </section>
    </>
  )
}

/** What is known of a vehicle whose readings are old: who flies it, only where that is known. */
export function hollowWords(vehicle: VehicleView, now: Link): string {
  if (now.state === 'lost') return 'What it does now is not known here. Hold, return and land are tried all the same.'
  if (vehicle.link === 'lost') return 'It is not heard: its own failsafe flies it. Hold, return and land are tried all the same.'
  return 'It is still heard, but says no newer position. Hold, return and land work.'
}

interface Figure {
  what: string
  value: string
  more: string
  stale: boolean
  warn?: boolean
}

/** Under this the battery asks for somebody. */
const LOW_BATTERY = 0.2

function figures(motion: Motion | null): Figure[] {
  const now = performance.now()
  const { position = null, velocity = null, battery = null } = motion ?? {}
  const aged = (reading: { atMs: number } | null) => words.agedWords(reading, now, reading === battery ? words.BATTERY_FRESH_MS : undefined)
  const metres = (m: number | null | undefined) => (m == null ? '–' : words.metres(m))
  const minutes = battery?.minutes == null ? '' : `about ${Math.round(battery.minutes)} min`
  const one = (what: string, value: string, reading: { atMs: number } | null, more = ''): Figure => ({
    what,
    value,
    more: aged(reading) || more,
    stale: aged(reading) !== '',
  })
  return [
    one('above ground', metres(position?.heightAglM), position, position && position.heightAglM === null ? 'ground not known' : ''),
    one('above sea', metres(position?.altAmslM), position),
    one('above home', metres(position?.heightHomeM), position),
    one('over the ground', velocity?.speedMps == null ? '–' : `${velocity.speedMps.toFixed(1)} m/s`, velocity, climbWords(velocity?.climbMps)),
    { ...one('battery', words.batteryWords(motion), battery, minutes), warn: battery?.share != null && battery.share <= LOW_BATTERY },
    heading(motion, now),
  ]
}

const climbWords = (climb: number | null | undefined): string =>
  climb == null || Math.abs(climb) < 0.3 ? '' : `${climb > 0 ? 'up' : 'down'} ${Math.abs(climb).toFixed(1)} m/s`

function heading(motion: Motion | null, now: number): Figure {
  const attitude = motion?.attitude ?? null
  const aged = words.agedWords(attitude, now)
  const [name = '', deg = ''] = attitude ? headingWords(attitude.headingDeg).split(/[ ()]+/) : []
  return { what: 'nose', value: deg || '–', more: aged || name, stale: aged !== '' }
}

function Figures({ motion }: { motion: Motion | null }) {
  return (
    <dl class="figures" aria-label="Flight">
      {figures(motion).map(({ what, value, more, stale, warn }) => (
        <div class={`figure${stale ? ' is-stale' : ''}${warn ? ' is-warn' : ''}`} key={what}>
          <dt>{what}</dt>
          <dd>
            {value}
            {more && <small>{more}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function AirspaceState({ vehicle, old }: { vehicle: VehicleView; old: boolean }) {
  const { airspace, airspace_problem, breaches } = vehicle
  const title = words.airspaceWords(airspace, airspace_problem)
  const asks = airspace === 'inside' || airspace === 'nearing' || airspace === 'unknown'
  return (
    <section class={`airspace${asks ? ' is-asking' : ''}`} aria-label="Airspace">
      <h3>
        {asks && <Icon of={TriangleAlert} />}
        Airspace{old ? ', as last known' : ''}: {title.charAt(0).toLocaleLowerCase('en-GB') + title.slice(1)}
      </h3>
      {airspace !== 'unknown' && airspace_problem && <p class="row-more">{airspace_problem}</p>}
      {breaches.length > 0 && (
        <ul class="breaches" aria-label="Zones it is in or near">
          {breaches.slice(0, 4).map((breach) => (
            <BreachCard key={breach.zone_id} breach={breach} />
          ))}
        </ul>
      )}
      {breaches.length > 4 && <p class="row-more">and {breaches.length - 4} more</p>}
    </section>
  )
}

function facts(vehicle: VehicleView, motion: Motion | null): Fact[] {
  const now = clocks()
  const silent = silentMs(vehicle, motion, now)
  const [newest] = vehicle.status_texts
  const list: Fact[] = [
    { name: 'Mode', value: words.modeWords(vehicle.mode) },
    { name: 'Armed', value: words.armedWords(vehicle) },
    { name: 'Link', value: linkWords(vehicle), more: silent < 2000 ? 'heard now' : `heard ${ageWords(silent)} ago` },
    { name: 'GPS', value: words.gpsWords(vehicle) },
    { name: 'Mission', value: words.missionWords(vehicle) },
  ]
  if (newest) list.push({ name: 'It says', value: newest.text, more: timeWords(Date.parse(newest.at), now.stationMs) })
  return list
}

/** What is looked up rather than watched. */
function moreFacts(vehicle: VehicleView, motion: Motion | null): Fact[] {
  const now = performance.now()
  const aged = (reading: { atMs: number } | null) => words.agedWords(reading, now)
  const position = motion?.position ?? null
  const list: Fact[] = []
  if (motion?.battery?.voltageV != null) list.push({ name: 'Voltage', value: `${motion.battery.voltageV.toFixed(1)} V`, more: words.agedWords(motion.battery, now, words.BATTERY_FRESH_MS) })
  if (motion?.velocity?.courseDeg != null && (motion.velocity.speedMps ?? 0) > 1) {
    list.push({ name: 'Flies', value: headingWords(motion.velocity.courseDeg), more: aged(motion.velocity) })
  }
  list.push({ name: 'Place', value: position ? placeWords(position.lat, position.lon) : 'not known', more: aged(position) })
  list.push({ name: 'Home', value: vehicle.home_lat !== null && vehicle.home_lon !== null ? placeWords(vehicle.home_lat, vehicle.home_lon) : 'not known' })
  const number = vehicle.system_id === null ? '' : `system ${vehicle.system_id}`
  list.push({ name: 'Autopilot', value: [vehicle.autopilot, vehicle.airframe].filter(Boolean).join(', ') || 'not known', more: number })
  return list
}

function linkWords(vehicle: VehicleView): string {
  const since = timeWords(Date.parse(vehicle.link_since), stationNow())
  if (vehicle.link === 'connected') return `Linked since ${since}`
  return vehicle.link === 'lost' ? `Lost since ${since}` : 'Never heard'
}

const SHOWN_TEXTS = 5

function OwnWords({ texts }: { texts: readonly StatusText[] }) {
  // The newest one stands among the facts.
  if (texts.length < 2) return null
  return (
    <section class="own-words" aria-label="The autopilot’s own words">
      <h3 class="section-title">The autopilot’s own words</h3>
      <ol>
        {texts.slice(0, SHOWN_TEXTS).map(({ at, severity, text }) => (
          <li key={`${at} ${text}`} class={/emerg|alert|crit|err/i.test(severity) ? 'is-warn' : ''}>
            <time>{timeWords(Date.parse(at), stationNow())}</time> {text}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** An address of a vehicle that is not there (any more). */
export function NoVehicle() {
  return (
    <>
      <PanelHead title="Drone" onClose={() => select(null)}>
        <Badge hollow>Not there</Badge>
      </PanelHead>
      <Empty icon={Drone} title="There is no such drone" act={<Button onPress={() => select(null)}>Back</Button>}>
        It was removed, is outside your area, or the address is from another installation.
      </Empty>
    </>
  )
}
