// One short sound for a new alert: one tone for a caution, two for a warning. Never a loop, and one
// sound for what comes within two seconds. Made by code; browsers let it be heard after a first press.

import { effect, signal } from '@preact/signals'
import { noteSound } from '../video/diagnostics'
import { alertsReadAt, alertTable } from './alerts'
import { secondTick, stationNow } from './time'
import type { AlertView } from '../wire/types'

export type Loudness = 'caution' | 'warning'

export const MUTE_MS = 10 * 60_000
const GROUP_MS = 2000
/** An alert older than this is no news, whenever the page hears of it. */
const NEWS_MS = 60_000

/** Until when nothing is heard (epoch ms of this device); 0: not muted. */
export const mutedUntil = signal(0)
/** Whether the browser lets sound be heard. */
export const soundAllowed = signal(false)

export const toggleMute = (): void => void (mutedUntil.value = isMuted() ? 0 : Date.now() + MUTE_MS)
export const isMuted = (nowMs = Date.now()): boolean => nowMs < mutedUntil.value

/** Which new alerts are to be heard, and when. Knows nothing of browsers. */
export class Chime {
  readonly #known = new Set<string>()
  #begun = false
  #heardAtMs = -Infinity
  #heard: Loudness | null = null

  get begun(): boolean {
    return this.#begun
  }

  /** What is there at the beginning makes no sound. */
  begin(alerts: Iterable<AlertView>): void {
    this.#begun = true
    for (const alert of alerts) this.#known.add(alert.alert_id)
  }

  forget(): void {
    this.#known.clear()
    this.#begun = false
  }

  /** The sound to make now for the alerts there are; null for silence. */
  next(alerts: Iterable<AlertView>, nowMs: number, stationMs: number): Loudness | null {
    if (!this.#begun) return null
    let wanted: Loudness | null = null
    for (const alert of alerts) {
      if (this.#known.has(alert.alert_id)) continue
      this.#known.add(alert.alert_id)
      const news = alert.state === 'new' && stationMs - Date.parse(alert.received_at) < NEWS_MS
      if (!news || alert.severity === 'information') continue
      if (wanted !== 'warning') wanted = alert.severity
    }
    if (wanted === null) return null
    const grouped = nowMs - this.#heardAtMs < GROUP_MS
    if (grouped && (this.#heard === 'warning' || wanted === 'caution')) return null
    this.#heardAtMs = nowMs
    this.#heard = wanted
    return wanted
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
  if (!context || context.state !== 'running') return
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

function unlock(): void {
  if (typeof AudioContext === 'undefined') return
  context ??= new AudioContext()
  const told = () => (soundAllowed.value = context?.state === 'running')
  context.onstatechange = told
  void context.resume().then(told, () => undefined)
}

/** Listens to the alerts; the answer stops it. */
export function followSounds(): () => void {
  const chime = new Chime()
  const press = () => unlock()
  addEventListener('pointerdown', press)
  addEventListener('keydown', press)
  const stopAlerts = effect(() => {
    const alerts = alertTable.value
    const read = alertsReadAt.value !== null
    if (!read) {
      chime.forget()
      return
    }
    if (!chime.begun) chime.begin(alerts.values())
    const wanted = chime.next(alerts.values(), Date.now(), stationNow())
    if (wanted !== null) sound(wanted)
  })
  const stopMute = effect(() => {
    void secondTick.value
    if (mutedUntil.value !== 0 && !isMuted()) mutedUntil.value = 0
  })
  return () => {
    removeEventListener('pointerdown', press)
    removeEventListener('keydown', press)
    stopAlerts()
    stopMute()
  }
}
