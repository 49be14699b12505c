// MapLibre behind one small interface, so that nothing of it enters reactive state and another map
// could stand in. North is always up.

import 'maplibre-gl/dist/maplibre-gl.css'
import {
  AttributionControl,
  Map as MapLibreMap,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
  type GeoJSONSource,
  type LngLatBoundsLike,
  type MapMouseEvent,
} from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url'
import { BOROUGH, boundsOf, type Basemap, type Bounds } from './basemap'
import { assumedView, towards } from './geometry'
import { dragPoints, type Draggable } from './dragging'
import { Overlay, type Hit, type PlacedCamera, type Scene, type Thought } from './overlay'
import { buildStyle, FONT } from './style'
import { cameraColour, readColours } from './symbols'
import { volumeData, VOLUMES_SOURCE } from './volumeLayers'
import { addPatterns, markOpen, zoneBox, zoneData, ZONE_FILL } from './zoneLayers'
import { isNarrow, reducedMotion, theme } from '../ui/theme'
import type { ShownZone } from '../live/zoneFilter'
import type { VolumesView, ZoneView } from '../wire/types'
import type { Feature, FeatureCollection } from 'geojson'

setWorkerUrl(workerUrl)

/** Room for panning round London; keeps a stray swipe from losing the borough. */
const LIMITS: LngLatBoundsLike = [
  [-0.75, 51.25],
  [0.35, 51.75],
]

export interface ViewedCamera extends PlacedCamera {
  footprint: number[][] | null
}

export interface MapScene extends Scene {
  cameras: readonly ViewedCamera[]
}

/** What lies under a press: a thing, or the zones of that place and the place itself. */
export interface Press {
  hit: Hit | null
  /** The point of the plan that was pressed; null: none. */
  planPoint: number | null
  /** A long press or the other button: about the place, whatever lies there. */
  long: boolean
  zones: string[]
  lat: number
  lon: number
}

export class MapView {
  readonly #map: MapLibreMap
  readonly #overlay: Overlay
  readonly #borough: Bounds
  #scene: MapScene | null = null
  #footprints = ''
  #zones: { list: readonly ShownZone[]; open: readonly string[] } = { list: [], open: [] }
  #volumes: VolumesView | null = null
  #aiming = false
  /** The points of the plan may be moved. */
  #planned = false
  #ready = false

  /** Raises an Error where the browser has no WebGL. Wait for `labelFont` first. */
  constructor(
    container: HTMLElement,
    canvas: HTMLCanvasElement,
    private readonly basemap: Basemap,
    onPress: (press: Press) => void,
    /** How many pixels of its lower edge something lies over. */
    private readonly covered: () => number,
    onDrag: Omit<Draggable, 'grab'>,
  ) {
    this.#borough = boundsOf(basemap.boundary) ?? BOROUGH
    this.#map = new MapLibreMap({
      container,
      style: buildStyle(basemap),
      bounds: this.#borough,
      fitBoundsOptions: { padding: 32 },
      maxBounds: LIMITS,
      minZoom: 9,
      maxZoom: 20,
      maxPitch: 0,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      renderWorldCopies: false,
      fadeDuration: 0,
      attributionControl: false,
    })
    const map = this.#map
    map.touchZoomRotate.disableRotation()
    map.keyboard.disableRotation()
    // On narrow screens the sheet lies over the lower edge.
    const customAttribution = basemap.attribution.map(escape)
    map.addControl(new AttributionControl({ compact: isNarrow(), customAttribution }), isNarrow() ? 'top-left' : 'bottom-right')
    // On a narrow screen it opens itself over the map: read at first sight, folded with the first move.
    map.once('movestart', () => foldAttribution(container))
    map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 120 }), 'bottom-left')
    map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    this.#overlay = new Overlay(canvas, {
      project: (lon, lat) => map.project([lon, lat]),
      zoom: () => map.getZoom(),
      width: () => container.clientWidth,
      height: () => container.clientHeight,
    })
    map.on('move', () => this.#overlay.draw())
    map.on('resize', () => this.#overlay.draw())
    const press = (long: boolean) => ({ point: { x, y }, lngLat }: MapMouseEvent) => {
      const hit = this.#overlay.hit(x, y)
      onPress({ hit, long, planPoint: this.#overlay.planPoint(x, y), zones: hit ? [] : this.#zonesAt(x, y), lat: lngLat.lat, lon: lngLat.lng })
    }
    map.on('click', press(false))
    map.on('contextmenu', (event) => {
      event.preventDefault()
      event.originalEvent.preventDefault() // no menu of the browser's
      press(true)(event)
    })
    dragPoints(map, { ...onDrag, grab: (x, y) => (this.#planned ? this.#overlay.planPoint(x, y) : null) })
    map.on('mousemove', (event) => {
      const over = this.#overlay.hit(event.point.x, event.point.y)
      map.getCanvas().style.cursor = this.#aiming ? 'crosshair' : over ? 'pointer' : ''
    })
    // Before any layer asks for them; a style that is made anew asks again.
    map.on('styleimagemissing', () => addPatterns(map, theme.peek()))
    map.on('load', () => {
      this.#ready = true
      addPatterns(map, theme.peek())
      this.#drawFootprints()
      this.#drawZones()
      this.setVolumes(this.#volumes)
    })
  }

  setScene(scene: MapScene): void {
    this.#scene = scene
    this.#overlay.setScene(scene)
    this.#drawFootprints()
  }

  changed(): void {
    this.#overlay.changed()
  }

  setThought(thought: Thought, planned: boolean): void {
    this.#planned = planned
    this.#overlay.setThought(thought)
  }

  /** The zones to show, and those whose card is open. */
  setZones(list: readonly ShownZone[], open: readonly string[]): void {
    const same = list === this.#zones.list
    this.#zones = { list, open }
    if (same && this.#ready) markOpen(this.#map, open)
    else this.#drawZones()
  }

  /** The SORA volumes to show; null: none. */
  setVolumes(volumes: VolumesView | null): void {
    this.#volumes = volumes
    if (this.#ready) this.#map.getSource<GeoJSONSource>(VOLUMES_SOURCE)?.setData(volumeData(volumes))
  }

  /** Whether the next press picks a place. */
  aim(aiming: boolean): void {
    // What was read at first sight makes room for the place that is to be pressed.
    if (aiming) foldAttribution(this.#map.getContainer())
    this.#aiming = aiming
    this.#map.getCanvas().style.cursor = aiming ? 'crosshair' : ''
  }

  /** The theme changed. */
  restyle(): void {
    this.#footprints = ''
    this.#overlay.recolour()
    this.#map.once('styledata', () => {
      addPatterns(this.#map, theme.peek())
      this.#drawFootprints()
      this.#drawZones()
      this.setVolumes(this.#volumes)
    })
    this.#map.setStyle(buildStyle(this.basemap), { diff: true })
  }

  showBorough(): void {
    this.#map.fitBounds(this.#borough, { padding: { top: 32, left: 32, right: 32, bottom: 32 + this.covered() }, animate: !reducedMotion(), duration: 600 })
  }

  /** Brings a camera and what it sees into view. */
  showCamera(camera: ViewedCamera): void {
    const seen = near(camera)
    const box: Bounds = [camera.lon, camera.lat, camera.lon, camera.lat]
    for (const [lon = camera.lon, lat = camera.lat] of seen) {
      box[0] = Math.min(box[0], lon)
      box[1] = Math.min(box[1], lat)
      box[2] = Math.max(box[2], lon)
      box[3] = Math.max(box[3], lat)
    }
    const padding = { top: 64, left: 90, right: 64, bottom: 64 + this.covered() }
    this.#map.fitBounds(box, { padding, maxZoom: 19, animate: !reducedMotion(), duration: 700 })
  }

  showPlace(lon: number, lat: number, closest = 18): void {
    // Not as padding: the map would keep that, and add it to the next one's.
    this.#map.easeTo({
      center: [lon, lat],
      zoom: Math.max(this.#map.getZoom(), closest),
      offset: [0, -this.covered() / 2],
      duration: reducedMotion() ? 0 : 400,
    })
  }

  /** Brings a zone into view. */
  showZone(zone: ZoneView): void {
    const box = zoneBox(zone)
    if (box) this.#showBox(box)
  }

  /** Brings a way from one place to another into view. */
  showWay(from: { lon: number; lat: number }, to: { lon: number; lat: number }): void {
    const [west, east] = [Math.min(from.lon, to.lon), Math.max(from.lon, to.lon)]
    this.#showBox([west, Math.min(from.lat, to.lat), east, Math.max(from.lat, to.lat)], 110, 32)
  }

  showPlaces(places: readonly { lat: number; lon: number }[]): void {
    const lats = places.map(({ lat }) => lat)
    const lons = places.map(({ lon }) => lon)
    if (places.length > 0) this.#showBox([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], 110, 32)
  }

  #showBox(box: Bounds, top = 64, bottom = 64): void {
    const padding = { top, left: 64, right: 64, bottom: bottom + this.covered() }
    this.#map.fitBounds(box, { padding, maxZoom: 16, animate: !reducedMotion(), duration: 600 })
  }

  /** The middle of what is seen of it. */
  middle(): { lat: number; lon: number } {
    const { lat, lng } = this.#map.unproject([this.#map.getContainer().clientWidth / 2, (this.#map.getContainer().clientHeight - this.covered()) / 2])
    return { lat, lon: lng }
  }

  focus(): void {
    this.#map.getCanvas().focus()
  }

  close(): void {
    this.#overlay.stop()
    this.#map.remove()
  }

  #zonesAt(x: number, y: number): string[] {
    if (!this.#ready || this.#zones.list.length === 0) return []
    const found = this.#map.queryRenderedFeatures([x, y], { layers: [ZONE_FILL] })
    return [...new Set(found.map((feature) => String(feature.properties['id'])))]
  }

  #drawZones(): void {
    const areas = this.#map.getSource<GeoJSONSource>('zones')
    const names = this.#map.getSource<GeoJSONSource>('zone-names')
    if (!this.#ready || !areas || !names) return
    const data = zoneData(this.#zones.list)
    areas.setData(data.areas)
    names.setData(data.names)
    markOpen(this.#map, this.#zones.open)
  }

  /** GL is touched only when a footprint or its look changed. */
  #drawFootprints(): void {
    if (!this.#ready || !this.#scene) return
    const data = footprints(this.#scene.cameras)
    const text = JSON.stringify(data)
    if (text === this.#footprints) return
    const source = this.#map.getSource<GeoJSONSource>('footprints')
    if (!source) return
    this.#footprints = text
    source.setData(data)
  }
}

/** Where in its view a camera can tell much: the far end of a footprint is mostly doubt. */
const NEAR_M = 60

function near(camera: ViewedCamera): [number, number][] {
  return (camera.footprint ?? []).map(([lon = camera.lon, lat = camera.lat]) =>
    towards(camera.lon, camera.lat, lon, lat, NEAR_M),
  )
}

function footprints(cameras: readonly ViewedCamera[]): FeatureCollection {
  const colours = readColours()
  const features = cameras.flatMap((camera): Feature[] => {
    const measured = camera.footprint !== null && camera.footprint.length > 3
    const ring = measured
      ? camera.footprint
      : camera.headingDeg === null
        ? null
        : assumedView(camera.lon, camera.lat, camera.headingDeg)
    if (!ring) return []
    const properties = {
      measured,
      colour: cameraColour(camera.standing, colours),
      selected: camera.selected,
      solid: measured && !camera.standing.hollow,
    }
    return [{ type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } }]
  })
  return { type: 'FeatureCollection', features }
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)

/** MapLibre draws labels from the page's font and does not wait for it. */
export async function labelFont(): Promise<void> {
  await Promise.all([document.fonts.load(`400 24px ${FONT}`), document.fonts.load(`600 12px ${FONT}`)])
}

function foldAttribution(container: HTMLElement): void {
  const folded = container.querySelector('.maplibregl-compact-show')
  folded?.classList.remove('maplibregl-compact-show')
  folded?.removeAttribute('open')
}
