// What is known of one other aircraft, and the word to descend.

import { TriangleAlert, X } from 'lucide'
import { secondTick, ageWords } from '../live/time'
import { isStale, openTraffic, traffic, trafficNow, type OneOf } from '../live/traffic'
import { vehicleTable } from '../live/vehicles'
import { Button } from '../ui/Button'
import { Icon } from '../ui/Icon'
import { Facts } from '../ui/parts'
import { approachWords, called, descendNotices, heightOf } from './trafficWords'
import type { AircraftView, RemoteIdView } from '../wire/types'

const nameOf = (vehicleId: string): string => vehicleTable.value.get(vehicleId)?.name ?? 'a vehicle'
const speed = (mps: number | null): string => (mps === null ? 'not known' : `${Math.round(mps)} m/s`)
const course = (deg: number | null): string => (deg === null ? 'not known' : `${Math.round(deg)}°`)
const climb = (mps: number | null): string => (mps === null ? 'not known' : `${mps > 0 ? '+' : ''}${mps.toFixed(1)} m/s`)
const place = (lat: number | null, lon: number | null): string => (lat === null || lon === null ? 'not known' : `${lat.toFixed(5)}, ${lon.toFixed(5)}`)

/** Over the map, for as long as it holds. */
export function TrafficNotices() {
  void [secondTick.value, traffic.value]
  const heard = traffic.value
  if (!heard) return null
  return (
    <>
      {descendNotices(trafficNow(performance.now()), nameOf, heard.view.stale_after_ms).map(({ id, words }) => (
        <p key={id} class="map-says is-warn" role="alert">
          <Icon of={TriangleAlert} size="small" />
          {words}
        </p>
      ))}
      {heard.view.unchecked.map((words) => (
        <p key={words} class="map-says is-warn" role="status">
          {words}
        </p>
      ))}
    </>
  )
}

export function TrafficCard() {
  void [secondTick.value, traffic.value]
  const id = openTraffic.value
  if (id === null) return null
  const one = trafficNow(performance.now()).find((now) => now.id === id)
  return (
    <section class="zone-card" aria-label={one ? `Aircraft ${called(one)}` : 'Aircraft'}>
      <header class="zone-card-head">
        <div>
          <h3>{one ? called(one) : 'Not heard any more'}</h3>
          <p class="row-more">{one ? kindWords(one) : 'It was last heard more than a minute ago.'}</p>
        </div>
        <Button kind="quiet" icon={X} label="Close the aircraft" onPress={() => (openTraffic.value = null)} />
      </header>
      {one && (
        <Facts
          facts={[
            { name: 'Heard', value: `${ageWords(one.ageMs)} ago${isStale(one) ? ', old' : ''}`, more: `by ${one.of.source}` },
            { name: 'Height', value: heightOf(one) },
            ...(one.kind === 'aircraft' ? aircraftFacts(one.of) : droneFacts(one.of)),
          ]}
        />
      )}
    </section>
  )
}

function kindWords(one: OneOf): string {
  if (one.kind === 'aircraft') return [one.of.category || 'aircraft', one.of.simulated && 'simulated'].filter(Boolean).join(' · ')
  if (one.of.vehicle_id !== null) return `Remote ID of ${nameOf(one.of.vehicle_id)}`
  return one.of.reported ? 'drone · reported, not controlled' : 'by Remote ID · not known to be ours'
}

function aircraftFacts(of: AircraftView) {
  return [
    { name: 'Speed', value: speed(of.speed_mps) },
    { name: 'Course', value: course(of.track_deg) },
    { name: 'Climb', value: climb(of.climb_mps) },
    { name: 'ICAO', value: of.icao.toUpperCase() },
    ...of.approaches.map((met) => ({
      name: met.level === 'descend' ? 'Descend now' : 'Look',
      value: approachWords(met, nameOf(met.vehicle_id)),
      more: `Nearest in ${met.closest_s} s: ${met.closest_m} m; reckoned by the station`,
    })),
  ]
}

function droneFacts(of: RemoteIdView) {
  return [
    { name: 'State', value: of.status || 'not told' },
    { name: 'Kind', value: of.ua_type || 'not told' },
    { name: 'Speed', value: speed(of.speed_mps) },
    { name: 'Course', value: course(of.course_deg) },
    { name: 'Sender', value: of.key },
    { name: 'Operator', value: of.operator_id || 'not told' },
    { name: 'Operator at', value: place(of.operator_lat, of.operator_lon) },
    ...(of.description ? [{ name: 'Says', value: of.description }] : []),
  ]
}
