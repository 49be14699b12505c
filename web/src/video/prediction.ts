// Where tracks are expected to be in a frame that was not analysed (yet).

import { rtpAhead, rtpToMs } from './rtp'
import type { AnalysedFrames } from './analysed'
import type { AnalysedFrame } from '../wire/types'

/** A box is moved no further than its velocity carries it in this time. */
export const PREDICT_AT_MOST_MS = 500
/** A track not seen for so long is not drawn at all. */
export const FORGET_AFTER_MS = 1000

export interface Box {
  trackId: number
  className: string
  confidence: number
  left: number
  top: number
  right: number
  bottom: number
}

export interface BoxSet {
  /** True: these boxes were found in other frames' pixels and moved. */
  predicted: boolean
  /** Size of the picture whose pixels the boxes are in. */
  width: number
  height: number
  /** How long before this frame the analysed one was. */
  ageMs: number
  boxes: Box[]
}

export function boxesOf(frame: AnalysedFrame, ageMs = 0): BoxSet {
  const seconds = Math.min(Math.max(ageMs, 0), PREDICT_AT_MOST_MS) / 1000
  const boxes = frame.tracks.map(
    ([trackId, className, confidence, left, top, right, bottom, du, dv]): Box => ({
      trackId,
      className,
      confidence,
      left: left + du * seconds,
      top: top + dv * seconds,
      right: right + du * seconds,
      bottom: bottom + dv * seconds,
    }),
  )
  return { predicted: ageMs > 0, width: frame.width, height: frame.height, ageMs, boxes }
}

/** The boxes to draw over the frame `rtp`, or null where nothing may be drawn. */
export function predict(analysed: AnalysedFrames, rtp: number): BoxSet | null {
  const frame = analysed.latestUpTo(rtp)
  if (frame === null) return null
  const ageMs = rtpToMs(rtpAhead(rtp, frame.rtp_timestamp))
  if (ageMs > FORGET_AFTER_MS) return null
  return boxesOf(frame, ageMs)
}
