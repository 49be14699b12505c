// Which WHEP sessions of this page want analysed frames, and who takes them.

import type { AnalysedFrame, Frames, ViewerClock, Watch } from '../wire/types'

export interface Watcher {
  sourceId: string
  viewerSessionId: string
  onFrame(frame: AnalysedFrame): void
  onOffset(rtpOffset: number): void
}

type Emit = (event: 'watch' | 'unwatch', body: Watch) => void

export class Watching {
  readonly #watchers = new Map<string, Watcher>()
  #emit: Emit | null = null

  /** Connected (again): whoever watched goes on watching. */
  connected(emit: Emit): void {
    this.#emit = emit
    for (const watcher of this.#watchers.values()) emit('watch', asked(watcher))
  }

  disconnected(): void {
    this.#emit = null
  }

  add(watcher: Watcher): void {
    this.#watchers.set(watcher.viewerSessionId, watcher)
    this.#emit?.('watch', asked(watcher))
  }

  remove(viewerSessionId: string): void {
    const watcher = this.#watchers.get(viewerSessionId)
    if (!watcher) return
    this.#watchers.delete(viewerSessionId)
    this.#emit?.('unwatch', asked(watcher))
  }

  frames(message: Frames): void {
    for (const watcher of this.#watchers.values()) {
      for (const frame of message.frames) {
        if (frame.source_id === watcher.sourceId) watcher.onFrame(frame)
      }
    }
  }

  clock(message: ViewerClock): void {
    this.#watchers.get(message.viewer_session_id)?.onOffset(message.rtp_offset >>> 0)
  }
}

const asked = (watcher: Watcher): Watch => ({
  source_id: watcher.sourceId,
  viewer_session_id: watcher.viewerSessionId,
})

export const watching = new Watching()
