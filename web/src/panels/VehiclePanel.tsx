// The selected vehicle: picture first, then facts, then what I may do about it. The three urgent
// buttons are not in here: they have a place of their own at the panel's end (StopBar).

import { useEffect } from 'preact/hooks'
import { Check, Drone, LocateFixed, TriangleAlert } from 'lucide'
import { aircraftStanding } from '../live/aircraft'
import { decide, openAlerts, alertsProblem } from '../live/alerts'
import { picking } from '../live/flyTo'
import { link } from '../live/link'
import { go, select } from '../live/place'
import { may } from '../live/session'
import { sourceTable } from '../live/sources'
import { agoWords, secondTick, stationNow, timeWords } from '../live/time'
import { mapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Badge, Empty, Facts, Note, SimulatedBadge, StandingBadge } from '../ui/parts'
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
import { facts, figures, hollowWords, moreFacts, sharedOnly } from './vehicleFacts'
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
      <Figures vehicle={vehicle} motion={motion} />
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

function Figures({ vehicle, motion }: { vehicle: VehicleView; motion: Motion | null }) {
  return (
    <dl class="figures" aria-label="Flight">
      {figures(vehicle, motion).map(({ what, value, more, stale, warn }) => (
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
      {(airspace === 'inside' || airspace === 'nearing') && sharedOnly(vehicle) && <p class="row-more">Which zone is not shared.</p>}
      {breaches.length > 4 && <p class="row-more">and {breaches.length - 4} more</p>}
    </section>
  )
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
