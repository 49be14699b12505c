// Dragging the points of a plan, by mouse and by finger. The map itself stays where it is meanwhile.

import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from 'maplibre-gl'

export interface Draggable {
  /** Which point lies there; null: none, or none may be moved. */
  grab: (x: number, y: number) => number | null
  /** `first`: the drag begins with this. */
  move: (point: number, lat: number, lon: number, first: boolean) => void
  drop: () => void
}

export function dragPoints(map: MapLibreMap, of: Draggable): void {
  let point: number | null = null
  let moved = false
  const begin = (event: MapMouseEvent | MapTouchEvent) => {
    if ('points' in event && event.points.length > 1) return
    point = of.grab(event.point.x, event.point.y)
    if (point === null) return
    moved = false
    event.preventDefault() // no panning
  }
  const move = (event: MapMouseEvent | MapTouchEvent) => {
    if (point === null) return
    of.move(point, event.lngLat.lat, event.lngLat.lng, !moved)
    moved = true
  }
  const end = () => {
    if (point === null) return
    point = null
    of.drop()
  }
  map.on('mousedown', begin)
  map.on('touchstart', begin)
  map.on('mousemove', move)
  map.on('touchmove', move)
  map.on('mouseup', end)
  map.on('touchend', end)
  map.on('touchcancel', end)
  map.on('mouseout', end)
}
