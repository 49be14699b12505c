import { expect, test } from 'vitest'
import { CELLS, checksum, readFrameCode, rowsToRead } from '../src/video/frameCode'
import { random } from './made'

/** The strip as ground_station/simulation/frame_code.py draws it, as RGBA. */
function picture(width: number, height: number, word: bigint, white = 255, black = 0): Uint8ClampedArray {
  const data = new Uint8ClampedArray(width * height * 4).fill(128)
  const edges = Array.from({ length: CELLS + 1 }, (_, cell) => Math.round((cell * width) / CELLS))
  for (let cell = 0; cell < CELLS; cell++) {
    const level = (word >> BigInt(CELLS - 1 - cell)) & 1n ? white : black
    for (let y = 0; y < Math.round(height / 12); y++) {
      data.fill(level, (y * width + (edges[cell] ?? 0)) * 4, (y * width + (edges[cell + 1] ?? 0)) * 4)
    }
  }
  return data
}

const word = (number: number) => (BigInt(number) << 8n) | BigInt(checksum(number))
const read = (width: number, height: number, data: Uint8ClampedArray) => readFrameCode({ width, height, data }, height)

test.each([
  [0, 0x2b],
  [1, 0x2c],
  [0x123456, 0x57],
  [0xffffff, 0x24],
])('checksum of %d is that of the Python side', (number, sum) => expect(checksum(number)).toBe(sum))

test.each([
  [640, 360],
  [1280, 720],
  [768, 576],
  [161, 97],
])('reads every number at %d × %d', (width, height) => {
  const next = random(width)
  for (const number of [0, 1, 0xffffff, ...Array.from({ length: 20 }, () => Math.floor(next() * 0x1000000))]) {
    expect(read(width, height, picture(width, height, word(number)))).toBe(number)
  }
})

test('survives what an encoder does to black and white', () => {
  const data = picture(640, 360, word(4711), 225, 24)
  const next = random(3)
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) + (next() - 0.5) * 40
  expect(read(640, 360, data)).toBe(4711)
})

test('refuses grey, a broken checksum, plain black and a picture too small', () => {
  expect(read(640, 360, picture(640, 360, word(5), 140, 100))).toBeNull()
  expect(read(640, 360, picture(640, 360, word(5) ^ (1n << 20n)))).toBeNull()
  expect(read(640, 360, picture(640, 360, 0n))).toBeNull()
  expect(read(159, 360, picture(159, 360, word(5)))).toBeNull()
})

test('the rows to read reach to the end of the sampled ones', () => {
  expect(rowsToRead(360)).toBe(23)
  const data = picture(640, 360, word(99)).subarray(0, 640 * rowsToRead(360) * 4)
  expect(readFrameCode({ width: 640, height: 360, data }, 360)).toBe(99)
})
