// An area's corners, typed or drawn. Pure.

/** [lon, lat] in degrees. */
export type Corner = [number, number]

export const ringOf = (corners: readonly Corner[]): number[][] => {
  const first = corners[0]
  return first ? [...corners, first] : []
}

export const cornersText = (corners: readonly Corner[]): string =>
  corners.map(([lon, lat]) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`).join('\n')

const MAX_CORNERS = 200

/** The corners, or one sentence about the first line that makes no sense. */
export function readCorners(text: string): { corners: Corner[] } | { wrong: string } {
  const lines = text.split('\n').map((line) => line.trim().replaceAll('−', '-'))
  const corners: Corner[] = []
  for (const [at, line] of lines.entries()) {
    if (line === '') continue
    const [lat, lon, ...rest] = line.split(/[\s,;]+/).map(Number)
    const good = lat !== undefined && lon !== undefined && rest.length === 0 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180
    if (!good) return { wrong: `Line ${at + 1} is not a latitude and a longitude, like 51.4927, -0.2236.` }
    corners.push([lon, lat])
  }
  if (corners.length < 3) return { wrong: `An area has at least three corners; these are ${corners.length}.` }
  if (corners.length > MAX_CORNERS) return { wrong: `An area has at most ${MAX_CORNERS} corners; these are ${corners.length}.` }
  return { corners }
}
