// Alerts are heard whatever way they came by, and that nothing could be heard is said.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { alertsProblem, alertsReadAt, forgetAlerts } from '../src/live/alerts'
import { newestSentAtMs } from '../src/live/link'
import { session } from '../src/live/session'
import { secondTick } from '../src/live/time'
import { mutedUntil, soundAllowed, unheard, followSounds, toggleMute } from '../src/live/sounds'
import { takeBatch, takeSnapshot } from '../src/live/socket'
import { alert, batch, snapshot } from './made'
import type { Session } from '../src/wire/types'

const AT = '2026-11-24T10:00:00Z'
const later = (id: string, severity: 'caution' | 'warning') => alert(id, { severity, received_at: '2026-11-24T10:00:05Z' })

/** A browser's sound: how often it was heard, and whether it may be. */
const device = { tones: 0, may: false }

class Context {
  state = 'suspended'
  currentTime = 0
  destination = {}
  onstatechange: (() => void) | null = null
  resume(): Promise<void> {
    if (device.may) this.state = 'running'
    return Promise.resolve()
  }
  createOscillator() {
    device.tones += 1
    const node = { frequency: { value: 0 }, connect: (to: unknown) => to, start: () => undefined, stop: () => undefined }
    return node
  }
  createGain() {
    const gain = { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined }
    return { gain, connect: (to: unknown) => to }
  }
}

const listeners = new Map<string, () => void>()
let stop: () => void
const kept = new Map<string, string>()
const signedIn = (user_id: string) => {
  session.value = { state: 'signed_in', session: { user_id, permissions: [] as string[] } as Session }
}

beforeEach(() => {
  vi.stubGlobal('AudioContext', Context)
  vi.stubGlobal('addEventListener', (name: string, listener: () => void) => listeners.set(name, listener))
  vi.stubGlobal('removeEventListener', (name: string) => listeners.delete(name))
  vi.useFakeTimers({ now: Date.parse(AT), toFake: ['Date'] })
  kept.clear()
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) })
  device.tones = 0
  forgetAlerts()
  stop = followSounds()
})
afterEach(() => {
  stop()
  forgetAlerts()
  unheard.value = null
  newestSentAtMs.value = null
  session.value = { state: 'unknown' }
  mutedUntil.value = 0
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function press(may: boolean): Promise<void> {
  device.may = may
  listeners.get('pointerdown')?.()
  await Promise.resolve()
  await Promise.resolve()
}

test('what the browser does not let be heard is said, and heard once as soon as it may', async () => {
  takeSnapshot(snapshot({ sent_at: AT, alerts: [alert('old', { severity: 'warning', received_at: '2026-11-24T09:00:00Z' })] }))
  expect(unheard.value).toBeNull()
  takeBatch(batch({ alerts: [later('a', 'warning')] }))
  expect(unheard.value).toBe('warning')
  await press(false)
  expect([soundAllowed.value, unheard.value, device.tones]).toEqual([false, 'warning', 0])
  await press(true)
  expect([soundAllowed.value, unheard.value, device.tones]).toEqual([true, null, 2])
})

test('the list could never be read over HTTP: what comes over the live link is heard', () => {
  expect(alertsReadAt.value).toBeNull()
  alertsProblem.value = { type: '', title: '', status: 503, detail: '', code: 'unavailable', remedy: '', reference: '' }
  takeSnapshot(snapshot({ sent_at: AT }))
  takeBatch(batch({ alerts: [later('a', 'caution')] }))
  expect(device.tones).toBe(1)
})

test('after an hour without a link the snapshot brings what came meanwhile: one sound', () => {
  takeSnapshot(snapshot({ sent_at: AT }))
  vi.setSystemTime(Date.parse(AT) + 3_600_000)
  takeSnapshot(snapshot({ sent_at: '2026-11-24T11:00:00Z', alerts: [later('a', 'caution'), later('b', 'warning'), later('c', 'warning')] }))
  expect(device.tones).toBe(2) // those of one warning
})

test('muted is silent, and no reproach is made of it', () => {
  takeSnapshot(snapshot({ sent_at: AT }))
  toggleMute()
  takeBatch(batch({ alerts: [later('a', 'warning')] }))
  expect([device.tones, unheard.value]).toEqual([0, null])
})

test.each([['p1', 2], ['p2', 0]])('a page loaded again by %s after p1 makes up for what came meanwhile: %d tones', (user, tones) => {
  signedIn('p1')
  takeSnapshot(snapshot({ sent_at: AT }))
  secondTick.value += 1
  stop()
  forgetAlerts()
  newestSentAtMs.value = null
  signedIn(user)
  stop = followSounds()
  takeSnapshot(snapshot({ sent_at: '2026-11-24T10:30:00Z', alerts: [later('a', 'warning')] }))
  expect(device.tones).toBe(tones)
})
