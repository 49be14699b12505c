// Latitude, longitude and heading as somebody typed them. Pure.

export interface PlaceText {
  lat: string
  lon: string
  heading: string
}

export interface Place {
  lat: number | null
  lon: number | null
  heading_deg: number | null
}

type Read = { place: Place } | { wrong: string }

function number(text: string): number | null {
  const trimmed = text.trim().replace(',', '.').replace('−', '-')
  return trimmed === '' ? null : Number(trimmed)
}

const within = (n: number, low: number, high: number) => Number.isFinite(n) && n >= low && n <= high

/** The place, or one sentence about what is wrong with it. */
export function readPlace(text: PlaceText): Read {
  const lat = number(text.lat)
  const lon = number(text.lon)
  const heading_deg = number(text.heading)
  if ((lat === null) !== (lon === null)) return { wrong: 'Give both latitude and longitude, or neither.' }
  if (lat !== null && !within(lat, -90, 90)) return { wrong: 'A latitude is a number from −90 to 90.' }
  if (lon !== null && !within(lon, -180, 180)) return { wrong: 'A longitude is a number from −180 to 180.' }
  if (heading_deg !== null && !within(heading_deg, 0, 360)) {
    return { wrong: 'A heading is a number from 0 to 360, clockwise from north.' }
  }
  if (heading_deg !== null && lat === null) return { wrong: 'A heading needs a latitude and a longitude.' }
  return { place: { lat, lon, heading_deg: heading_deg === 360 ? 0 : heading_deg } }
}
