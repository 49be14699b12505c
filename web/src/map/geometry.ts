// Metres, degrees and screen pixels, for drawing over a north-up Web Mercator map.

const EARTH_M = 6_378_137
const TILE_PX = 512

/** Ground metres that one CSS pixel covers. */
export const metresPerPixel = (lat: number, zoom: number): number =>
  (2 * Math.PI * EARTH_M * Math.cos((lat * Math.PI) / 180)) / (TILE_PX * 2 ** zoom)

export interface EllipseOnScreen {
  rx: number
  ry: number
  /** Radians as the 2D canvas wants them: clockwise from the x axis. */
  rotation: number
}

/** A ground ellipse on a north-up map; `orientationDeg` of the major axis, clockwise from north. */
export function ellipseOnScreen(
  semiMajorM: number,
  semiMinorM: number,
  orientationDeg: number,
  lat: number,
  zoom: number,
): EllipseOnScreen {
  const scale = metresPerPixel(lat, zoom)
  return {
    rx: semiMajorM / scale,
    ry: semiMinorM / scale,
    rotation: ((orientationDeg - 90) * Math.PI) / 180,
  }
}

/** A point `metres` away in a direction; flat earth, good for a few kilometres. */
export function offset(lon: number, lat: number, headingDeg: number, metres: number): [number, number] {
  const heading = (headingDeg * Math.PI) / 180
  const north = (metres * Math.cos(heading)) / EARTH_M
  const east = (metres * Math.sin(heading)) / (EARTH_M * Math.cos((lat * Math.PI) / 180))
  return [lon + (east * 180) / Math.PI, lat + (north * 180) / Math.PI]
}

/** What a camera is taken to see when nobody measured it: a fan. Shown as an outline only. */
export function assumedView(lon: number, lat: number, headingDeg: number): [number, number][] {
  const ring: [number, number][] = [[lon, lat]]
  for (let turn = -30; turn <= 30; turn += 6) ring.push(offset(lon, lat, headingDeg + turn, 40))
  ring.push([lon, lat])
  return ring
}

/** The point itself, or the one `metres` from the origin on the way to it. */
export function towards(lon: number, lat: number, toLon: number, toLat: number, metres: number): [number, number] {
  const degree = (Math.PI / 180) * EARTH_M
  const east = (toLon - lon) * degree * Math.cos((lat * Math.PI) / 180)
  const distance = Math.hypot(east, (toLat - lat) * degree)
  const share = distance > metres ? metres / distance : 1
  return [lon + (toLon - lon) * share, lat + (toLat - lat) * share]
}

/** Metres between two places; flat earth, good for a few kilometres. */
export function metresBetween(lat: number, lon: number, toLat: number, toLon: number): number {
  const degree = (Math.PI / 180) * EARTH_M
  return Math.hypot((toLon - lon) * degree * Math.cos((lat * Math.PI) / 180), (toLat - lat) * degree)
}
