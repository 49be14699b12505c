// Arithmetic on RTP timestamps: 90 kHz, modulo 2^32.

export const RTP_HZ = 90_000

/** a + b modulo 2^32, as an unsigned number. */
export const rtpAdd = (a: number, b: number): number => (a + b) >>> 0

/** a − b modulo 2^32, as an unsigned number. */
export const rtpSubtract = (a: number, b: number): number => (a - b) >>> 0

/** How far a is ahead of b, in ticks; negative when it is behind. Right across the wrap for
 * distances under 2^31 ticks (6.6 hours). */
export const rtpAhead = (a: number, b: number): number => (a - b) | 0

/** The publisher's timestamp of a frame that this browser got as `viewerRtp`. */
export const sourceRtp = (viewerRtp: number, offset: number): number => rtpSubtract(viewerRtp, offset)

export const rtpToMs = (ticks: number): number => (ticks / RTP_HZ) * 1000
