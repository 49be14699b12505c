// Reads the number that ground_station/simulation/frame_code.py draws into a picture.
// The geometry is described there; this is the reader for benches and tests.

export const CELLS = 32
const NUMBER_BITS = 24
const STRIP_HEIGHT = 1 / 12
const SAMPLE_FROM = 0.25
const SAMPLE_TO = 0.75
const BLACK_TO = 95
const WHITE_FROM = 160
const MIN_WIDTH = 160
const MIN_HEIGHT = 96

export interface Pixels {
  width: number
  height: number
  /** RGBA, row by row; at least the rows of the strip. */
  data: Uint8ClampedArray
}

export function checksum(number: number): number {
  let crc = 0xff
  for (const byte of [(number >> 16) & 0xff, (number >> 8) & 0xff, number & 0xff]) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : crc << 1
  }
  return crc
}

/** How many pixel rows must be read from the top of a picture of this height. */
export const rowsToRead = (height: number): number => Math.ceil((SAMPLE_TO * height) / 12)

/** The number in a picture `height` rows high of which `pixels` holds the top rows, or null. */
export function readFrameCode(pixels: Pixels, height: number): number | null {
  const { width, data } = pixels
  if (width < MIN_WIDTH || height < MIN_HEIGHT) return null
  const top = Math.floor(SAMPLE_FROM * height * STRIP_HEIGHT)
  const bottom = Math.ceil(SAMPLE_TO * height * STRIP_HEIGHT)
  let number = 0
  let sum = 0
  for (let cell = 0; cell < CELLS; cell++) {
    const left = Math.floor(((cell + SAMPLE_FROM) * width) / CELLS)
    const right = Math.ceil(((cell + SAMPLE_TO) * width) / CELLS)
    const level = mean(data, width, left, right, top, bottom)
    if (level > BLACK_TO && level < WHITE_FROM) return null
    const bit = level >= WHITE_FROM ? 1 : 0
    if (cell < NUMBER_BITS) number = (number << 1) | bit
    else sum = (sum << 1) | bit
  }
  return checksum(number) === sum ? number : null
}

function mean(
  data: Uint8ClampedArray,
  width: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
): number {
  let total = 0
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * 4
      total += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)
    }
  }
  return total / (3 * (right - left) * (bottom - top))
}
