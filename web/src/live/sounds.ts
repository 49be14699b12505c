// One short sound for a new alert: one tone for a caution, two for a warning. Never a loop, and one
// sound for what comes within two seconds. Made by code; browsers let it be heard after a first press.

import { effect, signal } from '@preact/signals'
import { noteSound } from '../video/diagnostics'
import { alertsBegunAt, alertTable } from './alerts'
import { newestSentAtMs } from './link'
import { me } from './session'
import { secondTick } from './time'
import type { AlertView } from '../wire/types'

export type Loudness = 'caution' | 'warning'

export const MUTE_MS = 10 * 60_000
const GROUP_MS = 2000
/** So many alerts are known at the most; the oldest are forgotten first. */
const KNOWN = 5000
const LOUD = { information: 0, caution: 1, warning: 2 } as const

/** Until when nothing is heard (epoch ms of this device); 0: not muted. */
export const mutedUntil = signal(0)
/** Whether the browser lets sound be heard. */
export const soundAllowed = signal(false)
/** What should have been heard and was not, because the browser does not let it; null: nothing. */
export const unheard = signal<Loudness | null>(null)

export const toggleMute = (): void => void (mutedUntil.value = isMuted() ? 0 : Date.now() + MUTE_MS)
export const isMuted = (nowMs = Date.now()): boolean => nowMs < mutedUntil.value

/** Which new alerts are to be heard, and when. Knows nothing of browsers. */
export class Chime {
  /** How loud each alert was when last looked at. */
  readonly #known = new Map<string, number>()
  /** Since when it listens (the station's clock); null: not yet. */
  #sinceMs: number | null = null
  #heardAtMs = -Infinity
  #heard: Loudness | null = null

  get begun(): boolean {
    return this.#sinceMs !== null
  }

  /** What the station had before makes no sound, whenever the page learns of it. */
  begin(alerts: Iterable<AlertView>, sinceMs: number): void {
    this.#sinceMs = sinceMs
    for (const alert of alerts) if (!(Date.parse(alert.received_at) >= sinceMs)) this.#note(alert)
  }

  forget(): void {
    this.#known.clear()
    this.#sinceMs = null
  }

  /** The sound to make now for the alerts there are; null for silence. Each is heard once, however
   * late the page learns of it: after a gap one sound for all that came meanwhile. */
  next(alerts: Iterable<AlertView>, nowMs: number): Loudness | null {
    if (this.#sinceMs === null) return null
    let wanted: Loudness | null = null
    for (const alert of alerts) {
      const louder = this.#note(alert)
      const news = alert.state === 'new' && Date.parse(alert.received_at) >= this.#sinceMs
      if (!louder || !news || alert.severity === 'information') continue
      if (wanted !== 'warning') wanted = alert.severity
    }
    if (wanted === null) return null
    const grouped = nowMs - this.#heardAtMs < GROUP_MS
    if (grouped && (this.#heard === 'warning' || wanted === 'caution')) return null
    this.#heardAtMs = nowMs
    this.#heard = wanted
    return wanted
  }

  /** Whether it is new, or louder than it was. */
  #note({ alert_id, severity }: AlertView): boolean {
    const before = this.#known.get(alert_id) ?? -1
    if (before >= LOUD[severity]) return false
    this.#known.set(alert_id, LOUD[severity])
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KNOWN) break
      this.#known.delete(oldest)
    }
    return true
  }
}

const TONES: Record<Loudness, readonly [hz: number, atS: number][]> = {
  caution: [[620, 0]],
  warning: [[620, 0], [880, 0.2]],
}
const TONE_S = 0.16
const PEAK = 0.14

let context: AudioContext | null = null

function play(loudness: Loudness): void {
  noteSound(loudness)
  if (!context || context.state !== 'running') {
    if (unheard.peek() !== 'warning') unheard.value = loudness
    return
  }
  for (const [hz, atS] of TONES[loudness]) {
    const begins = context.currentTime + atS
    const tone = context.createOscillator()
    const gain = context.createGain()
    tone.frequency.value = hz
    gain.gain.setValueAtTime(0, begins)
    gain.gain.linearRampToValueAtTime(PEAK, begins + 0.02)
    gain.gain.linearRampToValueAtTime(0, begins + TONE_S)
    tone.connect(gain).connect(context.destination)
    tone.start(begins)
    tone.stop(begins + TONE_S)
  }
}

/** For what is no alert and yet must not be missed; muted like one. */
export function sound(loudness: Loudness): void {
  if (!isMuted()) play(loudness)
}

/** What could not be heard is heard now, once. */
function catchUp(): void {
  const missed = unheard.peek()
  unheard.value = null
  if (missed !== null) sound(missed)
}

function unlock(): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  const told = () => {
    soundAllowed.value = context?.state === 'running'
    if (soundAllowed.value) catchUp()
  }
  context.onstatechange = told
  void context.resume().then(told, () => undefined)
}

const LISTENED = 'kestrel.listened'

/** Until when this tab listened for this person (the station's clock): a page that was loaded again
 * makes up for what came meanwhile. null: not at all. */
function listenedUntil(): number | null {
  try {
    const [user, at] = (sessionStorage.getItem(LISTENED) ?? '').split(' ')
    return user && user === me.peek()?.user_id && Number(at) > 0 ? Number(at) : null
  } catch {
    return null // storage is switched off: a page that was loaded again begins anew
  }
}

function noteListening(): void {
  const user = me.peek()?.user_id
  const at = newestSentAtMs.peek()
  if (!user || at === null || alertsBegunAt.peek() === null) return
  try {
    sessionStorage.setItem(LISTENED, `${user} ${at}`)
  } catch {
    // see above
  }
}

/** Listens to the alerts; the answer stops it. */
export function followSounds(): () => void {
  const chime = new Chime()
  const press = () => unlock()
  addEventListener('pointerdown', press)
  addEventListener('keydown', press)
  const stopAlerts = effect(() => {
    const alerts = alertTable.value
    const sinceMs = alertsBegunAt.value
    if (sinceMs === null) {
      chime.forget()
      unheard.value = null
      return
    }
    if (!chime.begun) chime.begin(alerts.values(), Math.min(sinceMs, listenedUntil() ?? sinceMs))
    const wanted = chime.next(alerts.values(), Date.now())
    if (wanted !== null) sound(wanted)
  })
  const stopMute = effect(() => {
    void secondTick.value
    noteListening()
    if (mutedUntil.value !== 0 && !isMuted()) mutedUntil.value = 0
  })
  return () => {
    removeEventListener('pointerdown', press)
    removeEventListener('keydown', press)
    stopAlerts()
    stopMute()
  }
}
