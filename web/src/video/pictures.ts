// Copies of presented video frames, from a pool, each with the timestamp it certainly has.

const WIDEST_PX = 1280

export class PicturePool {
  readonly #free: HTMLCanvasElement[] = []

  take(width: number, height: number): HTMLCanvasElement {
    const canvas = this.#free.pop() ?? document.createElement('canvas')
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width
      canvas.height = height
    }
    return canvas
  }

  give(canvas: HTMLCanvasElement): void {
    this.#free.push(canvas)
  }

  clear(): void {
    this.#free.length = 0
  }
}

export interface Copied {
  picture: HTMLCanvasElement
  /** False: the pixels may be of a neighbouring frame, so no box may be drawn with them. */
  certain: boolean
}

/** Copies what the video shows now. `metadata` is what requestVideoFrameCallback said of it. */
export function copyPicture(
  video: HTMLVideoElement,
  metadata: VideoFrameCallbackMetadata,
  pool: PicturePool,
): Copied | null {
  const scale = Math.min(1, WIDEST_PX / Math.max(metadata.width, 1))
  const width = Math.round(metadata.width * scale)
  const height = Math.round(metadata.height * scale)
  if (width === 0 || height === 0) return null
  const picture = pool.take(width, height)
  const g = picture.getContext('2d', { alpha: false })
  if (!g) return null
  if (!('VideoFrame' in window)) {
    g.drawImage(video, 0, 0, width, height)
    return { picture, certain: true }
  }
  let frame: VideoFrame
  try {
    frame = new VideoFrame(video)
  } catch {
    pool.give(picture) // the element has no picture any more: it is being closed
    return null
  }
  g.drawImage(frame, 0, 0, width, height)
  const certain = isOf(frame, metadata)
  frame.close()
  return { picture, certain }
}

/** The compositor may have moved on between the callback's metadata and our copy: where the frame
 * itself says which one it is, it must say the same. */
function isOf(frame: VideoFrame, metadata: VideoFrameCallbackMetadata): boolean {
  return Math.abs(frame.timestamp - metadata.mediaTime * 1e6) < 2
}
