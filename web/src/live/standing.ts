// How a source's condition reads and looks, the same on map, list, tile and panel.

import { ageWords } from './time'
import type { Link } from './link'
import type { SourceView } from '../wire/types'

/** `quiet` is well or expected; `warn` asks for a person. */
export type Tone = 'live' | 'quiet' | 'warn'

export interface Standing {
  tone: Tone
  /** One or two words: "Live", "Lost". */
  word: string
  /** With its age where it has one: "Lost 12 s". */
  words: string
  /** Drawn as an outline: what is shown may no longer be so. */
  hollow: boolean
}

export function standing(source: SourceView, link: Link, deviceNowMs: number, stationNowMs: number): Standing {
  if (link.state === 'lost') {
    return { tone: 'warn', word: 'No link', words: `No link ${ageWords(deviceNowMs - link.sinceMs)}`, hollow: true }
  }
  const age = ageWords(stationNowMs - Date.parse(source.condition_since))
  switch (source.condition) {
    case 'live':
      return { tone: 'live', word: 'Live', words: 'Live', hollow: false }
    case 'connecting':
      return { tone: 'quiet', word: 'Connecting', words: `Connecting ${age}`, hollow: true }
    case 'lost':
      return { tone: 'warn', word: 'Lost', words: `Lost ${age}`, hollow: true }
    case 'offline':
      return { tone: 'quiet', word: 'Offline', words: `Offline ${age}`, hollow: true }
  }
}
