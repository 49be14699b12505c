import { expect, test } from 'vitest'
import { rtpAdd, rtpAhead, rtpSubtract, rtpToMs, sourceRtp } from '../src/video/rtp'

test('arithmetic stays within 32 bits', () => {
  expect(rtpAdd(0xffff_ffff, 1)).toBe(0)
  expect(rtpAdd(0xffff_0000, 0x2_0000)).toBe(0x1_0000)
  expect(rtpSubtract(5, 10)).toBe(0xffff_fffb)
})

test('a frame after the wrap is ahead of one before it', () => {
  expect(rtpAhead(3000, 0xffff_f448)).toBe(6000)
  expect(rtpAhead(0xffff_f448, 3000)).toBe(-6000)
  expect(rtpAhead(7, 7)).toBe(0)
})

test.each([0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_ffff])(
  'the viewer’s timestamp leads back to the publisher’s, offset %d',
  (offset) => {
    for (const rtp of [0, 9000, 0x7fff_ffff, 0x8000_0001, 0xffff_fff0]) {
      expect(sourceRtp(rtpAdd(rtp, offset), offset)).toBe(rtp)
    }
  },
)

test('90 kHz', () => expect(rtpToMs(9000)).toBe(100))
