// The map's symbols, drawn by the very code that draws them on the map.

import { useEffect, useRef } from 'preact/hooks'
import { drawAircraft, drawHome, drawTarget, type AircraftMark } from '../map/aircraftSymbol'
import { drawAlert, drawCamera, drawTrackDot, readColours, words, type CameraMark, type MapColours } from '../map/symbols'
import { theme } from '../ui/theme'
import type { Standing } from '../live/standing'

const LIVE: Standing = { tone: 'live', word: 'Live', words: 'Live', hollow: false }
const CONNECTING: Standing = { tone: 'quiet', word: 'Connecting', words: 'Connecting 2 s', hollow: true }
const LOST: Standing = { tone: 'warn', word: 'Lost', words: 'Lost 12 s', hollow: true }
const OFFLINE: Standing = { tone: 'quiet', word: 'Offline', words: 'Offline 4 days', hollow: true }

const mark = (name: string, standing: Standing, more: Partial<CameraMark> = {}): CameraMark => ({
  name,
  headingDeg: 60,
  simulated: false,
  standing,
  selected: false,
  labelled: true,
  ...more,
})

const CAMERAS: CameraMark[] = [
  mark('Live', LIVE),
  mark('Selected', LIVE, { selected: true }),
  mark('Simulated', LIVE, { simulated: true }),
  mark('No heading', LIVE, { headingDeg: null }),
  mark('Connecting', CONNECTING),
  mark('Lost', LOST),
  mark('Offline', OFFLINE),
]

const TRACKS: [string, string, number, boolean][] = [
  ['person', 'Person', 1, false],
  ['person', 'Selected', 1, true],
  ['person', 'Fading', 0.5, false],
  ['car', 'Vehicle', 1, false],
  ['car', 'Fading', 0.5, false],
  ['dog', 'Other', 1, false],
]

const ALERTS: [string, boolean, boolean][] = [
  ['New alert', true, false],
  ['Selected', true, true],
  ['Acknowledged', false, false],
]

const flying = (name: string, more: Partial<AircraftMark> = {}, words: string[] = [], warn = false): AircraftMark => ({
  name,
  headingDeg: 40,
  simulated: false,
  fresh: 1,
  hollow: false,
  tone: 'live',
  selected: false,
  lines: ['8 m above home', ...words].map((line, i) => ({ words: line, warn: warn && i > 0 })),
  ...more,
})

const AIRCRAFT: AircraftMark[] = [
  flying('Flying'),
  flying('Selected', { selected: true }),
  flying('Simulated', { simulated: true }, ['Simulated']),
  flying('No heading', { headingDeg: null }),
  flying('Fading', { fresh: 0.4 }),
  flying('Lost', { hollow: true, fresh: 0, tone: 'warn' }, ['Lost 12 s'], true),
  flying('Near a zone', { headingDeg: 200 }, ['Nearing Heliport'], true),
]

const WIDTH = 780
const HEIGHT = 380

const MARKS: [string, (g: CanvasRenderingContext2D, x: number, y: number, colours: MapColours) => void][] = [
  ['Home', drawHome],
  ['Flies there', (g, x, y, colours) => drawTarget(g, x, y, true, colours)],
  ['Not confirmed', (g, x, y, colours) => drawTarget(g, x, y, false, colours)],
]

export function Symbols() {
  const canvas = useRef<HTMLCanvasElement>(null)
  const now = theme.value
  useEffect(() => {
    const g = canvas.current?.getContext('2d')
    if (!g) return
    const colours = readColours()
    g.setTransform(2, 0, 0, 2, 0, 0)
    g.clearRect(0, 0, WIDTH, HEIGHT)
    CAMERAS.forEach((camera, i) => drawCamera(g, 60 + i * 108, 42, camera, colours))
    TRACKS.forEach(([className, label, fresh, selected], i) => {
      const x = 60 + i * 108
      drawTrackDot(g, x, 138, className, fresh, selected, colours)
      words(g, label, x, 154, 500, colours.text, colours.paper)
    })
    ALERTS.forEach(([label, fresh, selected], i) => {
      const x = 60 + i * 108
      drawAlert(g, x, 216, { fresh, selected }, colours)
      words(g, label, x, 236, 500, colours.text, colours.paper)
    })
    AIRCRAFT.forEach((mark, i) => drawAircraft(g, 60 + i * 108, 296, mark, colours))
    MARKS.forEach(([label, draw], i) => {
      const x = 384 + i * 108
      draw(g, x, 213, colours)
      words(g, label, x, 236, 500, colours.text, colours.paper)
    })
  }, [now])
  return (
    <canvas
      ref={canvas}
      class="symbols"
      width={WIDTH * 2}
      height={HEIGHT * 2}
      role="img"
      aria-label="Map symbols of cameras, tracks, alerts and drones in each state"
    />
  )
}
