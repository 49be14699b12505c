// The map in the page: makes it, feeds it from the stores, tells it what is selected.

import { effect } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { Crosshair, MapPinCheck, MapPinOff, Scan, Waypoints } from 'lucide'
import { openAlerts } from '../live/alerts'
import { link } from '../live/link'
import { picking } from '../live/flyTo'
import { herePlace, hereJudge } from '../live/here'
import { motionChanged, motions } from '../live/motion'
import { drawnVolumes } from '../live/papers'
import { selection, where } from '../live/place'
import { planOpen } from '../live/plan'
import { drawnPlan, planActive, pointedAt } from '../live/planJudge'
import { may } from '../live/session'
import { sourceList, sourceTable } from '../live/sources'
import { standing } from '../live/standing'
import { secondTick, stationNow } from '../live/time'
import { tracks, tracksChanged } from '../live/tracks'
import { openTraffic, traffic } from '../live/traffic'
import { vehicleList, vehicleTable } from '../live/vehicles'
import { controlsOpen, mapZones, type ShownZone } from '../live/zoneFilter'
import { openZones, zones, zonesProblem, zonesShown, zonesUnusable, zoneTable } from '../live/zones'
import { loadBasemap, NO_BASEMAP } from '../map/basemap'
import { mapCommands, type MapCommands } from '../map/commands'
import { Button } from '../ui/Button'
import { Empty, ProblemCard, Waiting } from '../ui/parts'
import { isNarrow, narrow, theme } from '../ui/theme'
import { asProblem } from '../wire/problems'
import { HereCard } from './Here'
import { ZonesLegend, ZonesNotices } from './MapZones'
import { askMiddle, onDrag, onPress, openPlan, SHEET_MOVES_MS } from './mapActs'
import { VolumesCardLater } from './PapersParts'
import { placedAircraft } from './placedAircraft'
import { placedTraffic } from './placedTraffic'
import { sheetHeight } from './Sheet'
import { TrafficCard, TrafficNotices } from './TrafficCard'
import { ZoneCards } from './ZoneCard'
import type { MapView, ViewedCamera } from '../map/map'
import type { PlacedAlert } from '../map/overlay'
import type { AlertView, Problem, SourceView } from '../wire/types'

/** A drone is watched with its surroundings. */
const VEHICLE_ZOOM = 15.2
/** With more cameras than this only those that matter are named. */
const NAME_UP_TO = 24

function viewed(source: SourceView, selected: boolean, many: boolean): ViewedCamera[] {
  if (source.lat === null || source.lon === null) return []
  const now = standing(source, link.value, Date.now(), stationNow())
  return [
    {
      id: source.source_id,
      name: source.name,
      lon: source.lon,
      lat: source.lat,
      headingDeg: source.heading_deg,
      footprint: source.footprint,
      simulated: source.simulated,
      standing: now,
      selected,
      labelled: !many || now.tone === 'warn',
    },
  ]
}

function placedAlert(alert: AlertView): PlacedAlert[] {
  if (alert.lat === null || alert.lon === null) return []
  const selected = where.value.item === alert.alert_id
  return [{ id: alert.alert_id, lat: alert.lat, lon: alert.lon, fresh: alert.state === 'new', selected }]
}

const one = (id: string): ViewedCamera | null => {
  const source = sourceTable.peek().get(id)
  return source ? (viewed(source, true, false)[0] ?? null) : null
}

function commandsOf(map: MapView): MapCommands {
  return {
    showSource: (id) => {
      const camera = one(id)
      if (camera) map.showCamera(camera)
    },
    showTrack: (key) => {
      const live = tracks.get(key, performance.now())
      if (live) map.showPlace(live.track.lon, live.track.lat)
    },
    showVehicle: (id) => {
      const at = motions.get(id)?.position
      if (at) map.showPlace(at.lon, at.lat, VEHICLE_ZOOM)
    },
    showWay: (id, to) => {
      const at = motions.get(id)?.position
      if (at) map.showWay(at, to)
    },
    showZone: (id) => {
      const zone = zoneTable.peek().get(id)
      if (zone) map.showZone(zone)
    },
    showPlace: (lon, lat) => map.showPlace(lon, lat),
    showBorough: () => map.showBorough(),
    middle: () => map.middle(),
    showPlaces: (places) => map.showPlaces(places),
    focus: () => map.focus(),
  }
}

const NOTHING: readonly string[] = []
const NO_ZONES: readonly ShownZone[] = []

/** Outlined: whose card is open, what the verdict of a place names, what somebody points at. */
function outlined(): readonly string[] {
  const here = hereJudge.freshness.value === 'fresh' ? (hereJudge.judged.value.answer?.zones ?? []) : []
  const pointed = pointedAt.value?.zoneId
  if (pointed) return [pointed]
  return openZones.value?.ids ?? (here.length > 0 ? here.map((one) => one.zone.zone_id) : NOTHING)
}

/** A signal's subscriber is called at once; this one waits for a change. */
function onChange(act: () => void): () => void {
  let first = true
  return () => {
    if (!first) act()
    first = false
  }
}

/** Everything the map follows; the answer stops it. */
function feed(map: MapView): () => void {
  const stops = [
    effect(() => {
      void secondTick.value // ages are part of what is drawn
      const now = selection.value
      // A drone's camera is drawn with its drone, and what it sees with its own pose.
      const carried = new Set(vehicleList.value.map((vehicle) => vehicle.source_id))
      const sources = sourceList.value.filter((source) => !carried.has(source.source_id))
      map.setScene({
        cameras: sources.flatMap((s) => viewed(s, now?.kind === 'source' && now.id === s.source_id, sources.length > NAME_UP_TO)),
        alerts: openAlerts.value.flatMap(placedAlert),
        tracks: (ms) => tracks.current(ms),
        aircraft: placedAircraft,
        traffic: placedTraffic,
        selectedTrack: now?.kind === 'track' ? now.id : null,
      })
    }),
    effect(() => {
      void [tracksChanged.value, motionChanged.value, vehicleList.value, picking.value, traffic.value, openTraffic.value]
      map.changed()
    }),
    effect(() => map.setZones(zonesShown.value ? mapZones.value : NO_ZONES, outlined())),
    effect(() => map.setThought({ plan: drawnPlan.value, here: herePlace.value }, planActive.value)),
    // Only where their legend is: on a narrow screen that is in the plan.
    effect(() => map.setVolumes(narrow.value && !planOpen.value ? null : (drawnVolumes.value?.volumes ?? null))),
    effect(() => map.aim(picking.value !== null || planActive.value)),
    theme.subscribe(onChange(() => map.restyle())),
    followSelection(map),
    sheetHeight.subscribe(onChange(() => showAgain(map))),
  ]
  return () => stops.forEach((stop) => stop())
}

/** The sheet took or gave room: what flies does not stay beneath it. */
function showAgain(map: MapView): void {
  const now = selection.peek()
  if (now?.kind !== 'vehicle' || !isNarrow() || picking.peek()) return
  setTimeout(() => commandsOf(map).showVehicle(now.id), SHEET_MOVES_MS)
}

function isPlaced(kind: 'source' | 'vehicle', id: string): boolean {
  if (kind === 'source') return sourceTable.value.has(id)
  void motionChanged.value
  return vehicleTable.value.has(id) && motions.get(id)?.position != null
}

/** Goes to a camera or a vehicle when it gets selected: once its place is known, and only once. */
function followSelection(map: MapView): () => void {
  let shown: string | null = null
  return effect(() => {
    const now = selection.value
    if (now === null || now.kind === 'track') {
      shown = null
      return
    }
    const { kind, id } = now
    if (shown === id || !isPlaced(kind, id)) return
    shown = id
    // The panel or sheet takes its room first, so that what is selected is centred in what is left.
    setTimeout(() => {
      const commands = commandsOf(map)
      if (kind === 'vehicle') commands.showVehicle(id)
      else commands.showSource(id)
    }, 60)
  })
}

export function MapPane() {
  const container = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [state, setState] = useState<'loading' | 'shown' | 'impossible'>('loading')
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    let stop = () => undefined as void
    let left = false
    void openMap(container.current, canvas.current, setProblem)
      .then((map) => {
        if (left) {
          map.close()
          return
        }
        const unfeed = feed(map)
        mapCommands.value = commandsOf(map)
        setState('shown')
        stop = () => {
          unfeed()
          mapCommands.value = null
          map.close()
        }
      })
      .catch(() => setState('impossible'))
    return () => {
      left = true
      stop()
    }
  }, [])
  return (
    <div class={zonesUnusable(zones.value, zonesProblem.value) ? 'map-pane is-unusable' : 'map-pane'} role="application" aria-label="Map of Hammersmith and Fulham">
      <div ref={container} class="map" />
      <canvas ref={canvas} class="map-overlay" aria-hidden="true" />
      {state === 'loading' && (
        <div class="map-cover">
          <Waiting>Drawing the map</Waiting>
        </div>
      )}
      {state === 'impossible' && (
        <div class="map-cover">
          <Empty icon={MapPinOff} title="This browser cannot draw the map">
            It has no WebGL. The list shows everything that the map would: press l.
          </Empty>
        </div>
      )}
      {problem && (
        <div class="map-problem">
          <ProblemCard problem={problem} />
        </div>
      )}
      {state === 'shown' && <Tools />}
      <div class="map-notices">
        <TrafficNotices />
        <Aiming />
        <ZonesNotices />
      </div>
      <div class="map-corner">
        <TrafficCard />
        <ZoneCards />
        {!narrow.value && selection.value !== null && !controlsOpen.value && <HereCard />}
        <ZonesLegend />
        {!narrow.value && <VolumesCardLater />}
      </div>
    </div>
  )
}

/** How much of the map's lower edge the sheet covers. */
function sheetOver(map: HTMLElement): number {
  if (!isNarrow() || sheetHeight.peek() === 'full') return 0
  const share = sheetHeight.peek() === 'half' ? 0.6 * map.clientHeight : 72
  return Math.round(share)
}

async function openMap(
  container: HTMLElement | null,
  canvas: HTMLCanvasElement | null,
  onProblem: (problem: Problem) => void,
): Promise<MapView> {
  if (!container || !canvas) throw new Error('the map has no place in the page')
  const [basemap, module] = await Promise.all([
    loadBasemap().catch((error: unknown) => {
      onProblem(asProblem(error))
      return NO_BASEMAP
    }),
    import('../map/map'),
  ])
  await module.labelFont()
  return new module.MapView(container, canvas, basemap, onPress, () => sheetOver(container), onDrag)
}

/** What the next press on the map does. */
function Aiming() {
  const now = picking.value
  if (now === null && planActive.value) {
    return (
      <p class="map-says is-aiming" role="status">
        {narrow.value ? 'Press to place a point' : 'Press to place a point; drag a point to move it'}
      </p>
    )
  }
  if (now === null) return null
  const name = vehicleTable.value.get(now.vehicleId)?.name ?? 'it'
  if (now.at) {
    return (
      <p class="map-says is-aiming" role="status">
        Another press changes the place
      </p>
    )
  }
  return (
    <p class="map-says is-aiming" role="status">
      Press the place that {name} is to fly to
      <Button kind="quiet" onPress={() => (picking.value = null)}>
        Cancel
      </Button>
    </p>
  )
}

const SHOW = { source: 'showSource', track: 'showTrack', vehicle: 'showVehicle' } as const

function Tools() {
  const now = selection.value
  return (
    <div class="map-tools">
      {may('see_map') && <Button icon={Waypoints} label="Plan a flight" pressed={planActive.value} onPress={openPlan} />}
      {may('see_map') && <Button icon={MapPinCheck} label="What may I do in the middle of the map?" onPress={askMiddle} />}
      <Button icon={Scan} label="Whole borough" onPress={() => mapCommands.value?.showBorough()} />
      {now && (
        <Button
          icon={Crosshair}
          label="Back to what is selected"
          onPress={() => mapCommands.value?.[SHOW[now.kind]](now.id)}
        />
      )}
    </div>
  )
}
